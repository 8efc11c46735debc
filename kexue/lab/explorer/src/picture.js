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
  const xTicks = ticks(x, narrow ? 4 : 7);
  return {
    ...size,
    ariaLabel: alt,
    marginLeft: 52, marginRight: 14, marginTop: 30, marginBottom: 42,
    style: { background: "none", fontSize: narrow ? "12px" : "13px", fontFamily: "inherit", overflow: "visible" },
    x: { type: x.log ? "log" : "linear", domain: [x.low, x.high], label, labelArrow: "none", labelAnchor: "center" },
    y: { type: y.log ? "log" : "linear", domain, label: y.label, labelArrow: "none", labelAnchor: "top", clamp: false },
    marks: [
      gridX(xTicks.values, { strokeOpacity: 0.1 }), gridY(yTicks.values, { strokeOpacity: 0.1 }),
      axisX({ ticks: xTicks.values, tickFormat: xTicks.format, labelOffset: 38 }),
      axisY({ ticks: yTicks.values, tickFormat: yTicks.format, tickSize: 0 }),
      ...series,
    ],
  };
}

function marks({ y }, styles, { series }, at) {
  const shown = value => Number.isFinite(value) && (!y.log || value > 0);
  const drawn = series.flatMap((line, i) => line ? [{ ...line, style: styles[i] }] : []);
  const clip = "frame";
  return [
    ruleX([at], { stroke: "currentColor", strokeOpacity: 0.35, className: "kexue-explorer-cursor" }),
    ...drawn.flatMap(({ data, now, style }) => style.symbol
      ? measured(data, style, y, clip)
      : [curve(data, style, shown, clip),
         dot(shown(now) ? [{ x: at, y: now }] : [], { x: "x", y: "y", r: 4, fill: style.colour, clip })]),
  ];
}

function curve(data, { colour, width, dash }, shown, clip) {
  return line(data, {
    x: "x", y: d => shown(d.y) ? d.y : NaN, // a gap where the expression is not real
    stroke: colour, strokeWidth: width, strokeDasharray: dash, strokeLinejoin: "round", clip,
  });
}

function measured(data, { colour, width, symbol, joined }, y, clip) {
  const shown = data.filter(d => !y.log || d.y > 0);
  const bars = shown.filter(d => d.error > 0);
  const low = d => y.log ? Math.max(d.y - d.error, Number.MIN_VALUE) : d.y - d.error;
  return [
    ...(joined ? [line(shown, { x: "x", y: "y", stroke: colour, strokeWidth: width, clip })] : []),
    ruleX(bars, { x: "x", y1: low, y2: d => d.y + d.error, stroke: colour, strokeWidth: width, clip }),
    dot(shown, { x: "x", y: "y", symbol, r: 3.5, fill: colour, clip }),
  ];
}

// Powers of ten on a logarithmic axis that spans several, else round values.
function ticks({ low, high, log }, count) {
  if (!log) return { values: count, format: formatNumber };
  const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9);
  const every = Math.ceil((last - first + 1) / (count + 1));
  const exponents = Array.from({ length: last - first + 1 }, (_, i) => first + i).filter(e => (e - first) % every === 0);
  if (exponents.length > 2) return { values: exponents.map(e => 10 ** e), format: v => powerOfTen(Math.round(Math.log10(v))) };
  const minor = Array.from({ length: last - first + 2 }, (_, i) => first - 1 + i).flatMap(e => [1, 2, 5].map(m => m * 10 ** e));
  return { values: minor.filter(v => v >= low * 0.999 && v <= high * 1.001), format: formatNumber };
}
