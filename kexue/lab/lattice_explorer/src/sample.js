// Forward filtering, backward sampling: a segmentation w with
// probability e^(α·score(w)) / Z, exactly.

// filtered[j] = log Σ e^(α·score) over the segmentations of the first
// j characters; the last entry is log Z.
export function filter({ ending }, alpha) {
  const filtered = [0];
  for (let j = 1; j < ending.length; j++) {
    const reach = ({ start, score }) => filtered[start] + alpha * score;
    filtered[j] = logSumExp(ending[j].map(reach));
  }
  return filtered;
}

// From the end of the text to its beginning, each token with its share
// of filtered[j]. Rounding may leave a little of the draw beyond the
// last share: that token is taken then.
export function sample({ ending, length }, alpha, filtered, random) {
  const tokens = [];
  for (let j = length; j > 0; j = tokens[0].start) {
    const share = ({ start, score }) =>
      Math.exp(filtered[start] + alpha * score - filtered[j]);
    let left = random();
    tokens.unshift(ending[j].find(edge => (left -= share(edge)) < 0)
      ?? ending[j].findLast(edge => share(edge) > 0));
  }
  return tokens;
}

export function logSumExp(terms) {
  const most = Math.max(...terms);
  if (most === -Infinity) return most;
  const sum = terms.reduce((sum, term) => sum + Math.exp(term - most), 0);
  return most + Math.log(sum);
}
