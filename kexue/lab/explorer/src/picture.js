// The picture: Observable Plot, redrawn whole whenever a value or the width changes.

import { axisX, axisY, dot, gridX, gridY, line, plot, ruleX } from "@observablehq/plot";
import { symbolText } from "./dom.js";
import { formatNumber, powerOfTen } from "./format.js";
import { yDomain } from "./scale.js";

const NARROW = 520;

export function createPicture(specification, styles) {
  const x = specification.controls[0];
  let domain = null;

  return {
    forget() { domain = null; },
    draw(drawn, values, width) {
      domain = yDomain(specification.y, heights(drawn.series), domain);
      const svg = plot(options(specification, marks(specification, styles, drawn, values[x.name]), domain, width));
      svg.setAttribute("role", "img");
      return { svg, xScale: svg.scale("x") };
    },
  };
}

const heights = series => series.flatMap(line =>
  line ? line.data.flatMap(({ y, error = 0 }) => error ? [y - error, y + error] : [y]) : []);

function options({ alt, y, controls: [x] }, series, domain, width) {
  const narrow = width < NARROW;
  const size = { width, height: Math.round(Math.min(400, Math.max(250, width * 0.54))) };
  const label = [x.label, symbolText(x.symbol)].filter(Boolean).join(" ") + (x.unit && ` (${x.unit})`);
  const yTicks = ticks({ low: domain[0], high: domain[1], log: y.log }, 6);
  const bare = { labelArrow: "none" };
  const xTicks = ticks(x, narrow ? 5 : 8);
  return {
    ...size,
    ariaLabel: alt,
    marginLeft: 52, marginRight: 14, marginTop: 30, marginBottom: 42,
    style: { background: "none", fontSize: narrow ? "12px" : "13px", fontFamily: "inherit", overflow: "visible" },
    x: { type: x.log ? "log" : "linear", domain: [x.low, x.high] },
    y: { type: y.log ? "log" : "linear", domain },
    marks: [
      gridX(xTicks.values, { strokeOpacity: 0.1 }), gridY(yTicks.values, { strokeOpacity: 0.1 }),
      axisX({ ticks: xTicks.values, tickFormat: xTicks.format, label, labelAnchor: "center", labelOffset: 38, ...bare }),
      axisY({ ticks: yTicks.values, tickFormat: yTicks.format, label: y.label, tickSize: 0, ...bare }),
      ...series(domain),
    ],
  };
}

// Lines are clipped at the frame; a dot is drawn whole or, outside the range, not at all.
const marks = ({ y }, styles, { series }, at) => range => [
  ruleX([at], { stroke: "currentColor", strokeOpacity: 0.35 }),
  ...series.flatMap((part, i) => !part ? []
    : styles[i].symbol ? measured(part.data, styles[i], range)
    : [curve(part.data, styles[i], y), dots([{ x: at, y: part.now }], styles[i], range)]),
];

function curve(data, { colour, width, dash }, { log }) {
  return line(data, {
    x: "x", y: d => log && d.y <= 0 ? NaN : d.y, // NaN: a gap where the expression cannot be drawn
    stroke: colour, strokeWidth: width, strokeDasharray: dash, strokeLinejoin: "round", clip: "frame",
  });
}

function measured(data, style, [low, high]) {
  const ink = { stroke: style.colour, strokeWidth: style.width, clip: "frame" };
  const within = y => Math.min(high, Math.max(low, y));
  const bars = data.filter(d => d.error > 0);
  return [
    ...(style.joined ? [line(data, { x: "x", y: "y", ...ink })] : []),
    ruleX(bars, { x: "x", y1: d => within(d.y - d.error), y2: d => within(d.y + d.error), ...ink, clip: null }),
    dots(data, style, [low, high]),
  ];
}

const dots = (data, { colour, symbol }, [low, high]) => dot(data.filter(d => d.y >= low && d.y <= high),
  { x: "x", y: "y", symbol: symbol ?? "circle", r: symbol ? 3.5 : 4, fill: colour });

// Powers of ten on a logarithmic axis that spans several, else round values.
function ticks({ low, high, log }, count) {
  const format = v => formatNumber(v); // Plot hands on an index too
  if (!log) return { values: count, format };
  const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9);
  const every = Math.ceil((last - first + 1) / (count + 1));
  const exponents = range(first, last).filter(e => (e - first) % every === 0);
  if (exponents.length > 2) {
    return { values: exponents.map(e => 10 ** e), format: v => powerOfTen(Math.round(Math.log10(v))) };
  }
  const round = range(first - 1, last).flatMap(e => [1, 2, 5].map(m => m * 10 ** e));
  return { values: round.filter(v => v >= low * 0.999 && v <= high * 1.001), format };
}

const range = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
