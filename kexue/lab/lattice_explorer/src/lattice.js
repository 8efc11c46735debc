// A text's lattice: its nodes are the places between characters, its edges the tokens that fit.

// Unicode's characters; a lone half of a surrogate pair, which no UTF-8 text has, becomes U+FFFD.
export const characters = text => [...text.replace(/\p{Surrogate}/gu, "\ufffd")];

// Pieces with their scores (null: must not be used), as ../vocabulary.py writes them.
export function createVocabulary({ pieces, unknown }) {
  const longest = pieces.reduce((most, [piece]) => Math.max(most, [...piece].length), 1);
  return { scores: new Map(pieces), longest, unknown };
}

// ending[j]: the edges into node j, longest first, the order in which Viterbi decoding breaks ties.
export function createLattice(text, vocabulary) {
  const letters = characters(text);
  const into = end => {
    const edges = [];
    for (let start = Math.max(0, end - vocabulary.longest); start < end; start++) {
      const token = letters.slice(start, end).join("");
      const score = vocabulary.scores.get(token) ?? unknownScore(token, end - start, vocabulary);
      if (score !== null) edges.push({ start, end, token, score, unknown: !vocabulary.scores.has(token) });
    }
    return edges;
  };
  const ending = [[], ...letters.map((_, i) => into(i + 1))];
  return { letters, length: letters.length, ending, edges: ending.flat() };
}

// The penalty of a character that is no piece, once or for each of its bytes in UTF-8; null where there is no such edge.
function unknownScore(token, length, { scores, unknown }) {
  if (length > 1 || scores.has(token) || unknown.each === "none") return null;
  return unknown.score * (unknown.each === "byte" ? new TextEncoder().encode(token).length : 1);
}
