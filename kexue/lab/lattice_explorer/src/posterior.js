// What two passes over a lattice know of P(w) = e^(α·score(w)) / Z. At α = ∞ all of it lies on Viterbi's segmentation.

import { filter, logSumExp } from "./sample.js";

// How many segmentations there are, as a BigInt.
export function countSegmentations({ ending }) {
  const counts = [1n];
  for (let j = 1; j < ending.length; j++) counts[j] = ending[j].reduce((sum, { start }) => sum + counts[start], 0n);
  return counts.at(-1);
}

// The k segmentations of the highest scores: at each node the k best ways to reach it. Viterbi's is the first.
export function topSegmentations({ ending }, k) {
  const best = [[{ score: 0, edge: null, before: null }]];
  for (let j = 1; j < ending.length; j++) {
    const ways = ending[j].flatMap(edge =>
      best[edge.start].map(before => ({ score: before.score + edge.score, edge, before })));
    best[j] = ways.sort((a, b) => b.score - a.score).slice(0, k); // a stable sort: of equals the longest last token first
  }
  return best.at(-1).map(way => ({ score: way.score, tokens: tokensOf(way) }));
}

function tokensOf(way) {
  const tokens = [];
  for (; way.edge; way = way.before) tokens.unshift(way.edge);
  return tokens;
}

// log Z, the marginal of every edge (in the order of lattice.edges), entropy in nats, expected number of tokens.
export function posterior(lattice, alpha) {
  if (alpha === Infinity) return viterbi(lattice);
  const filtered = filter(lattice, alpha), rest = backward(lattice, alpha), logZ = filtered.at(-1);
  const marginals = lattice.edges.map(({ start, end, score }) =>
    Math.min(1, Math.exp(filtered[start] + alpha * score + rest[end] - logZ)));
  const mean = value => lattice.edges.reduce((sum, edge, i) => sum + (marginals[i] && marginals[i] * value(edge)), 0);
  const entropy = Math.max(0, logZ - alpha * mean(edge => edge.score)); // −E log P(w)
  return { filtered, logZ, marginals, entropy, expectedTokens: mean(() => 1) };
}

// rest[i] = log Σ e^(α·score) over the segmentations of what follows node i.
function backward({ ending, length }, alpha) {
  const terms = Array.from({ length: length + 1 }, () => []), rest = [];
  terms[length].push(0);
  for (let j = length; j >= 0; j--) {
    rest[j] = terms[j].length ? logSumExp(terms[j]) : -Infinity;
    for (const { start, score } of ending[j]) terms[start].push(rest[j] + alpha * score);
  }
  return rest;
}

function viterbi(lattice) {
  const path = new Set(topSegmentations(lattice, 1)[0]?.tokens);
  const marginals = lattice.edges.map(edge => path.has(edge) ? 1 : 0);
  return { filtered: null, logZ: NaN, marginals, entropy: 0, expectedTokens: path.size };
}
