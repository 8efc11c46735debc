// Forward filtering, backward sampling: a segmentation w with probability e^(α·score(w)) / Z, exactly.

// filtered[j] = log Σ e^(α·score) over the segmentations of the first j characters; the last entry is log Z.
export function filter({ ending }, alpha) {
  const filtered = [0];
  for (let j = 1; j < ending.length; j++) {
    filtered[j] = logSumExp(ending[j].map(edge => filtered[edge.start] + alpha * edge.score));
  }
  return filtered;
}

// From the end of the text to its beginning, each token with its share of filtered[j].
export function sample({ ending, length }, alpha, filtered, random) {
  const tokens = [];
  for (let j = length; j > 0; j = tokens[0].start) {
    let left = random();
    const share = edge => Math.exp(filtered[edge.start] + alpha * edge.score - filtered[j]);
    const last = ending[j].findLast(edge => share(edge) > 0); // rounding may leave a little beyond the last share
    tokens.unshift(ending[j].find(edge => (left -= share(edge)) < 0) ?? last);
  }
  return tokens;
}

export function logSumExp(terms) {
  const most = Math.max(...terms);
  return most === -Infinity ? most : most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0));
}
