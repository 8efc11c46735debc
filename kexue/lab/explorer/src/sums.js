// Finite sums as loops that remember.
//
// A curve over T asks for Σ_{t≤T} at a hundred increasing values of T. Each sum (a slot) therefore keeps a running total
// that goes on where the last call ended, and every total it has given. Both are dropped only when a symbol inside the
// term (the key) or the lower limit changes.

const MOST_TERMS = 2e7; // beyond this a loop would freeze the page
const MOST_TOTALS = 10_000;

export function createSums() {
  const slots = new Map();

  return function sum(slot, lower, upper, key, term) {
    const first = Math.ceil(lower), last = Math.floor(upper);
    if (!(last - first < MOST_TERMS)) return NaN;
    if (last < first) return 0;
    const name = `${key}|${first}|${last}`;
    const state = slots.get(slot) ?? newSlot(slots, slot);
    if (!state.totals.has(name)) remember(state.totals, name, advance(state, `${key}|${first}`, first, last, term));
    return state.totals.get(name);
  };
}

function newSlot(slots, slot) {
  const state = { totals: new Map(), run: null, next: 0, total: 0 };
  slots.set(slot, state);
  return state;
}

function remember(totals, name, total) {
  if (totals.size >= MOST_TOTALS) totals.clear();
  totals.set(name, total);
}

function advance(state, run, first, last, term) {
  if (state.run !== run || state.next > last + 1) Object.assign(state, { run, next: first, total: 0 });
  let { next, total } = state;
  for (; next <= last; next++) total += term(next);
  state.next = next;
  state.total = total;
  return total;
}
