// Where values lie: the positions of a slider, the grid of the x-axis, the range of the y-axis.

const GRID = 160;
const LOG_DECADES = 12; // a log axis shows no more, so that one vanishing term does not flatten the rest

// A slider's positions 0 … steps and the values there. One that is `endless` has a last position more, for ∞.
export function sliderScale({ low, high, log, integer, endless, default: initial }) {
  const inner = integer && !log && high - low <= 200 ? high - low : 100;
  const steps = endless ? inner + 1 : inner;
  const fraction = value => log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  const position = value => value === Infinity ? steps : Math.round(inner * fraction(value));
  const value = i => {
    if (i === position(initial)) return initial; // a default between two positions can be reached again
    if (i > inner) return Infinity;
    const exact = log ? low * (high / low) ** (i / inner) : low + (high - low) * i / inner;
    const round = integer ? Math.round(Number(exact.toPrecision(3))) : Number(exact.toPrecision(3));
    return Math.min(high, Math.max(low, integer && high - low <= 200 ? Math.round(exact) : round));
  };
  return { steps, position, value };
}

// Increasing values of x from end to end.
export function grid({ low, high, log, integer }) {
  const at = i => log ? low * (high / low) ** (i / GRID) : low + (high - low) * i / GRID;
  const values = Array.from({ length: GRID + 1 }, (_, i) => i === 0 ? low : i === GRID ? high : at(i));
  return integer ? [...new Set(values.map(Math.round))] : values;
}

// The y-axis for values between low and high. It keeps the previous range while that still suits, so that a slider is
// seen to move the curve and not the axis.
export function yDomain(axis, values, previous) {
  const shown = values.filter(v => Number.isFinite(v) && (!axis.log || v > 0));
  if (!shown.length) return previous ?? (axis.log ? [0.1, 10] : [0, 1]);
  const extent = [Math.min(...shown), Math.max(...shown)];
  if (axis.log) extent[0] = Math.max(extent[0], extent[1] / 10 ** LOG_DECADES);
  const [low, high] = previous && suits(previous, extent, axis.log) ? previous : widen(extent, axis.log);
  return [axis.low ?? low, axis.high ?? high];
}

function suits(range, extent, log) {
  const f = log ? Math.log : v => v;
  const filled = (f(extent[1]) - f(extent[0])) / (f(range[1]) - f(range[0]));
  return extent[0] >= range[0] && extent[1] <= range[1] && filled > 0.5;
}

function widen([low, high], log) {
  if (log) return [10 ** Math.floor(Math.log10(low)), 10 ** Math.ceil(Math.log10(high) + 1e-9)];
  const bottom = low >= 0 && low < high / 2 ? 0 : low;
  const step = niceStep((high - bottom || Math.abs(high) || 1) / 4);
  const first = Math.floor(bottom / step + 1e-9), last = Math.ceil(high / step - 1e-9);
  return first < last ? [first * step, last * step] : [(first - 1) * step, (last + 1) * step];
}

function niceStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find(m => m * power >= rough * 0.999);
}
