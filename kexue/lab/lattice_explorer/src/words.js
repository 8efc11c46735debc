// Tokens and numbers in words, for readers of every kind.

import { formatCount, formatNumber } from "../../explorer/src/format.js";

const SIGNS = { " ": "␣", "\u00a0": "␣", "\u3000": "␣", "\n": "⏎", "\r": "⏎", "\t": "⇥" };

// Characters that have no ink of their own are shown by a sign.
export const visible = text => text.replace(/[\p{Z}\p{Cc}\p{Cf}]/gu, c => SIGNS[c] ?? "·");

export const segmentationText = tokens => tokens.map(({ token }) => visible(token)).join(" | ");

// 12.3 %, 1.23 %; below a thousandth of one as a power of ten.
export function percent(share) {
  const value = 100 * share;
  const words = value === 0 || value === 100 ? String(value) : value < 1e-3 ? formatNumber(value)
    : value.toFixed(Math.max(0, 2 - Math.floor(Math.log10(value))));
  return `${words}\u202f%`;
}

// Of a thousand samples, exactly.
export const frequencyText = share => `${(100 * share).toFixed(1)}\u202f%`;

export const alphaText = alpha => alpha === Infinity ? "∞, Viterbi decoding" : formatNumber(alpha);

export function tokenText({ token, start, end, score, unknown }, marginal, best) {
  const place = end - start > 1 ? `characters ${start + 1} to ${end}` : `character ${end}`;
  return [`“${visible(token)}”`, place, `score ${formatNumber(score)}${unknown ? " (unknown: the penalty)" : ""}`,
    `marginal ${formatNumber(marginal)}`, best ? "on the best path" : null].filter(Boolean).join(", ");
}

// One sentence with the numbers, spoken when text and slider have come to rest.
export function describe({ trouble, count, law, listed, lattice, cut }, alpha) {
  if (trouble) return trouble;
  const [first] = listed;
  return `${cut ? `The first ${lattice.length} characters: ` : ""}At α = ${alphaText(alpha)}: ${formatCount(count)} segmentations, `
    + `entropy ${formatNumber(law.entropy)} nats, ${formatNumber(law.expectedTokens)} tokens expected; the best, `
    + `of probability ${percent(first.probability)}, is ${segmentationText(first.tokens)}.`;
}
