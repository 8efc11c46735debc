// The specification at given values of the controls: what is to be drawn, and the numbers beside it.

import { createCompiler } from "./compile.js";
import { grid } from "./scale.js";

// A field that is one thing, or one thing for each option of a choice; undefined where the option has none.
export const pick = (varying, values) => varying.cases[varying.by === null ? "" : values[varying.by]];

export function createEvaluator(specification) {
  const compile = createCompiler(specification.identifiers);
  const xs = grid(specification.controls[0]);
  const numbers = values => specification.arguments.map(name => values[name]);

  const curve = (part, values) => {
    const code = pick(part.code, values);
    if (code === undefined) return null;
    const f = compile(code), at = numbers(values);
    return {
      data: xs.map(x => ({ x, y: f(at.with(0, x)) })), // x is the first argument of every expression
      now: f(at),
    };
  };

  const points = (part, values) => {
    const x = pick(part.x, values), y = pick(part.y, values), scale = pick(part.scale, values);
    if (!x || !y || scale === undefined) return null;
    const factor = compile(scale)(numbers(values));
    const yerr = part.yerr && pick(part.yerr, values);
    return { data: x.map((x, i) => ({ x, y: factor * y[i], error: yerr ? Math.abs(factor) * yerr[i] : 0 })) };
  };

  return values => ({
    series: specification.curves.map(part => (part.kind === "curve" ? curve : points)(part, values)),
    readouts: specification.readouts.map(part => {
      const code = pick(part.code, values);
      return code === undefined ? NaN : compile(code)(numbers(values));
    }),
  });
}
