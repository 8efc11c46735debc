// The specification's code strings (written by kexue.lab.explorer.javascript from SymPy) into functions of the values.

import * as special from "./special.js";
import { createSums } from "./sums.js";

// identifiers: the arguments of every function, in the order in which `evaluate` passes the values.
export function createCompiler(identifiers) {
  const math = { ...special, sum: createSums() };
  const cache = new Map();
  return code => {
    if (!cache.has(code)) {
      const f = new Function("math", ...identifiers, `"use strict"; return ${code};`);
      cache.set(code, values => f(math, ...values));
    }
    return cache.get(code);
  };
}

