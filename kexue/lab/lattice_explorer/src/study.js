// Everything that is shown of a text: its lattice, what is known of the law, its segmentations and samples of them.

import { createLattice, characters } from "./lattice.js";
import { countSegmentations, posterior, topSegmentations } from "./posterior.js";
import { createRandom } from "./random.js";
import { filter, sample } from "./sample.js";

const LISTED = 8; // most probable segmentations
const DRAWN = 4; // first samples, written out

export const keyOf = tokens => tokens.map(({ end }) => end).join();

// `most` characters of the text are studied, behind the vocabulary's prefix. trouble: why there is nothing to show.
export function study({ text, alpha, seed }, vocabulary, { prefix, most, samples }) {
  const letters = characters(text);
  const lattice = createLattice(prefix + letters.slice(0, most).join(""), vocabulary);
  const cut = letters.length > most ? letters.length : null;
  const law = posterior(lattice, alpha), count = countSegmentations(lattice);
  if (!letters.length || count === 0n) {
    return { lattice, law, cut, count, trouble: letters.length ? impasse(lattice) : "Type a text to see its lattice." };
  }
  const top = topSegmentations(lattice, LISTED);
  const drawn = draw(lattice, alpha, law.filtered, top[0].tokens, createRandom(seed), samples);
  const counts = tally(drawn);
  const listed = top.map(({ score, tokens }, i) => ({
    score, tokens,
    probability: alpha === Infinity ? Number(i === 0) : Math.exp(alpha * score - law.logZ),
    frequency: (counts.get(keyOf(tokens)) ?? 0) / samples,
  }));
  return {
    lattice, law, cut, count, trouble: null, listed, others: others(listed, count),
    best: top[0], onBest: new Set(top[0].tokens), first: drawn.slice(0, DRAWN), distinct: counts.size,
  };
}

function draw(lattice, alpha, filtered, best, random, samples) {
  const one = alpha === Infinity ? () => best : () => sample(lattice, alpha, filtered, random);
  return Array.from({ length: samples }, one);
}

function tally(drawn) {
  const counts = new Map();
  for (const tokens of drawn) counts.set(keyOf(tokens), (counts.get(keyOf(tokens)) ?? 0) + 1);
  return counts;
}

// What the list leaves out: how many segmentations, and their share of the law and of the samples.
function others(listed, count) {
  const rest = name => Math.max(0, 1 - listed.reduce((sum, row) => sum + row[name], 0));
  return { count: count - BigInt(listed.length), probability: rest("probability"), frequency: rest("frequency") };
}

// Where the tokens lead no further.
function impasse(lattice) {
  const place = filter(lattice, 0).findLastIndex(value => value > -Infinity);
  const before = lattice.letters.slice(Math.max(0, place - 8), place).join("");
  const where = before && `, after “${before}”`;
  return `This text has no segmentation: no token goes on at “${lattice.letters[place]}”${where}.`;
}
