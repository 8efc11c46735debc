// Which lane above the text each token lies in, so that none covers another: short tokens below, long ones above.

const DEEPEST = 16; // tokens above one character; beyond it only the most probable are drawn

// Edges with their lanes, and how many lanes there are.
export function layOut({ edges, length }, marginals) {
  const drawn = mostProbable(edges, marginals, length);
  const order = drawn.toSorted((i, j) => size(edges[i]) - size(edges[j]) || edges[i].start - edges[j].start);
  const lanes = []; // each a list of [start, end)
  const placed = order.map(i => {
    const free = lanes.findIndex(lane => lane.every(other => other.end <= edges[i].start || edges[i].end <= other.start));
    const lane = free < 0 ? lanes.push([]) - 1 : free;
    lanes[lane].push(edges[i]);
    return { ...edges[i], index: i, marginal: marginals[i], lane, edge: edges[i] };
  });
  placed.sort((a, b) => a.start - b.start || a.end - b.end);
  return { placed, lanes: lanes.length, left: edges.length - drawn.length };
}

const size = ({ start, end }) => end - start;

// All of the edges where no more than DEEPEST cover a character; else the likeliest, the shorter of equals first.
function mostProbable(edges, marginals, length) {
  const depth = new Array(length).fill(0), drawn = [];
  const order = edges.map((_, i) => i).sort((i, j) => marginals[j] - marginals[i] || size(edges[i]) - size(edges[j]));
  for (const i of order) {
    const { start, end } = edges[i];
    if (depth.slice(start, end).some(covered => covered >= DEEPEST)) continue;
    for (let k = start; k < end; k++) depth[k]++;
    drawn.push(i);
  }
  return drawn;
}
