// What each line is and its value where the x-slider stands; the readouts; the same in words for screen readers.

import { element, rich, symbolText } from "./dom.js";
import { formatNumber } from "./format.js";

const SWATCH = { circle: "M18,2.5a3.5,3.5 0 1,0 .01,0z", square: "M15,3h6v6h-6z",
  triangle: "M18,2l4,7h-8z", diamond: "M18,1.5l4,4.5l-4,4.5l-4,-4.5z" };

export function createLegend(specification, styles) {
  const items = specification.curves.map((part, i) => {
    const value = element("span", { class: "kexue-explorer-value" });
    return { value, node: element("li", {}, swatch(part, styles[i]), rich(part.label), value) };
  });
  const update = ({ series }) => series.forEach((line, i) => {
    items[i].node.hidden = line === null;
    items[i].value.textContent = line && "now" in line ? formatNumber(line.now) : "";
  });
  return { node: element("ul", { class: "kexue-explorer-legend" }, ...items.map(item => item.node)), update };
}

function swatch(part, { colour, width, dash, symbol }) {
  const line = part.kind === "curve" || part.joined
    ? `<line x1="1" x2="35" y1="6" y2="6" stroke-width="${width}" ${dash ? `stroke-dasharray="${dash}"` : ""}/>` : "";
  const mark = symbol ? `<path d="${SWATCH[symbol]}" stroke="none" fill="${colour}"/>` : "";
  const node = element("span", { class: "kexue-explorer-swatch", "aria-hidden": "true" });
  node.innerHTML = `<svg width="36" height="12" stroke="${colour}" fill="none">${line}${mark}</svg>`;
  return node;
}

export function createReadouts(specification) {
  const values = specification.readouts.map(() => element("dd"));
  const rows = specification.readouts.map(({ label }, i) =>
    element("div", {}, element("dt", {}, rich(label)), values[i]));
  const node = element("dl", { class: "kexue-explorer-readouts" }, ...rows);
  node.hidden = !rows.length;
  return { node, update: ({ readouts }) => readouts.forEach((v, i) => { values[i].textContent = formatNumber(v); }) };
}

// One sentence with the same numbers, spoken when the sliders have come to rest.
export function describe(specification, values, { series, readouts }) {
  const x = specification.controls[0];
  const lines = specification.curves.flatMap((part, i) =>
    series[i] && "now" in series[i] ? [`${part.label} ${formatNumber(series[i].now)}`] : []);
  const numbers = specification.readouts.map((part, i) => `${part.label} ${formatNumber(readouts[i])}`);
  return `At ${symbolText(x.symbol)} = ${formatNumber(values[x.name])}: ${[...lines, ...numbers].join(", ")}.`;
}
