// The segmentations as a table, exact probability beside sampled frequency; and every token of the lattice, as a table.

import { element } from "../../explorer/src/dom.js";
import { formatCount, formatNumber } from "../../explorer/src/format.js";
import { frequencyText, percent, visible } from "./words.js";

const MOST_ROWS = 400; // of tokens

export function createSegmentations(samples, again) {
  const caption = element("caption");
  const head = row("th", ["segmentation", "exact", "sampled"]);
  const body = element("tbody"), first = element("ol", { class: "kexue-lattice-drawn" });
  const button = element("button", { type: "button", onclick: again }, "Sample again");
  const table = element("table", { class: "kexue-lattice-table" }, caption, element("thead", {}, head), body);
  const drawn = element("div", { class: "kexue-lattice-samples" },
    element("p", {}, "Drawn first"), button, first);
  return {
    node: element("div", {}, table, drawn),
    update({ listed, others, first: some }) {
      const which = listed.length > 1 ? `${listed.length} most probable segmentations` : "segmentation";
      caption.textContent = `The ${which}, exactly and in ${samples} samples`;
      body.replaceChildren(...listed.map(segmentationRow), ...(others.count > 0n ? [othersRow(others)] : []));
      first.replaceChildren(...some.map(tokens => element("li", {}, chips(tokens))));
    },
  };
}

function segmentationRow({ tokens, probability, frequency }, i) {
  const node = row("td", [chips(tokens), percent(probability), frequencyText(frequency)]);
  if (i === 0) node.setAttribute("class", "kexue-lattice-first");
  return node;
}

const othersRow = ({ count, probability, frequency }) =>
  row("td", [`the ${formatCount(count)} other${count > 1n ? "s" : ""}`, percent(probability), frequencyText(frequency)]);

// Tokens side by side, each in a frame; between them a bar for those who hear or copy them.
const chips = tokens => element("span", {}, ...tokens.flatMap(({ token, unknown }, i) => [
  i ? element("span", { class: "kexue-lattice-bar" }, " | ") : "",
  element("span", { class: unknown ? "kexue-lattice-chip kexue-lattice-strange" : "kexue-lattice-chip" }, visible(token)),
]));

const row = (tag, cells) =>
  element("tr", {}, ...cells.map((cell, i) => element(tag, tag === "th" ? { scope: "col" } : {}, cell)));

// Closed until asked for; filled only while it is open.
export function createTokens() {
  const caption = element("caption"), body = element("tbody");
  const head = row("th", ["token", "from", "to", "score", "marginal"]);
  const table = element("table", { class: "kexue-lattice-table" }, caption, element("thead", {}, head), body);
  const node = element("details", { ontoggle: () => fill() }, element("summary", {}, "All tokens as a table"), table);
  let shown = null;
  const fill = () => node.open && shown && body.replaceChildren(...tokenRows(shown));
  return {
    node,
    update(now) {
      shown = now;
      const { length } = now.lattice.edges;
      caption.textContent = length > MOST_ROWS ? `The ${MOST_ROWS} most probable of ${length} tokens` : `${length} tokens`;
      fill();
    },
  };
}

function tokenRows({ lattice, law, onBest }) {
  const rows = lattice.edges.map((edge, i) => ({ edge, marginal: law.marginals[i] }));
  const likeliest = rows.sort((a, b) => b.marginal - a.marginal).slice(0, MOST_ROWS);
  likeliest.sort((a, b) => a.edge.start - b.edge.start || a.edge.end - b.edge.end);
  return likeliest.map(({ edge, marginal }) => row("td", [
    visible(edge.token) + (edge.unknown ? " (unknown)" : "") + (onBest.has(edge) ? " ★" : ""),
    String(edge.start + 1), String(edge.end), formatNumber(edge.score), formatNumber(marginal),
  ]));
}

