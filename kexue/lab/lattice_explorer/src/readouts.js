// The numbers beside the lattice.

import { element, rich } from "../../explorer/src/dom.js";
import { formatCount, formatNumber } from "../../explorer/src/format.js";
import { percent } from "./words.js";

const ROWS = [
  ["segmentations", ({ count }) => formatCount(count)],
  ["log Z", ({ law }) => formatNumber(law.logZ, 5)],
  ["entropy", ({ law }) => `${formatNumber(law.entropy)} nats = ${formatNumber(law.entropy / Math.LN2)} bits`],
  ["expected number of tokens", ({ law }) => formatNumber(law.expectedTokens)],
  ["best score (Viterbi)", ({ best }) => formatNumber(best.score, 5)],
  ["probability of the best", ({ listed: [first] }) => percent(first.probability)],
];

export function createReadouts() {
  const values = ROWS.map(() => element("dd"));
  const rows = ROWS.map(([label], i) => element("div", {}, element("dt", {}, rich(label)), values[i]));
  return {
    node: element("dl", { class: "kexue-explorer-readouts" }, ...rows),
    update: now => ROWS.forEach(([, value], i) => { values[i].textContent = value(now); }),
  };
}
