// The lattice as a drawing: the text's characters below, every token a box over its characters, filled to its marginal.

import { drawing } from "../../explorer/src/dom.js";
import { layOut } from "./layout.js";
import { visible } from "./words.js";

const CELL = { least: 27, most: 56 }; // width of a character
const LANE = 40, BOX = 34, ROW = 34, MARGIN = 4, GAP = 3, ROUND = 4;
const LABEL = 13, FIGURES = 11; // font sizes
const FAINT = 0.005; // a marginal that rounds to .00

export function drawLattice({ lattice, law, onBest }, width, title) {
  const { placed, lanes, left } = layOut(lattice, law.marginals);
  const cell = Math.min(CELL.most, Math.max(CELL.least, Math.floor((width - 2 * MARGIN) / lattice.length)));
  const size = { width: cell * lattice.length + 2 * MARGIN, height: lanes * LANE + ROW + 2 * MARGIN };
  const base = size.height - MARGIN - ROW; // the line on which the tokens stand
  const tokens = placed.map(token => ({ token, node: box(token, onBest.has(token.edge), cell, base) }));
  const svg = drawing("svg", { ...size, viewBox: `0 0 ${size.width} ${size.height}`, class: "kexue-lattice-drawing" },
    drawing("g", { "aria-hidden": "true" }, ...lattice.letters.map((letter, i) => character(letter, i, cell, base))),
    drawing("g", { role: "listbox", "aria-label": `${title}: tokens`, "aria-orientation": "horizontal" },
      ...tokens.map(({ node }) => node)));
  return { svg, tokens, left };
}

function character(letter, i, cell, base) {
  const x = MARGIN + i * cell;
  return drawing("g", { class: "kexue-lattice-letter" },
    drawing("rect", { x, y: base + 2, width: cell, height: ROW - 4 }),
    text(x + cell / 2, base + ROW / 2 + 6, 17, visible(letter)));
}

function box(token, best, cell, base) {
  const x = MARGIN + token.start * cell + GAP / 2, y = base - (token.lane + 1) * LANE + (LANE - BOX) / 2;
  const width = (token.end - token.start) * cell - GAP, middle = x + width / 2;
  const kinds = ["token", best && "best", token.unknown && "unknown", token.marginal < FAINT && "faint"].filter(Boolean);
  const names = kinds.map(kind => `kexue-lattice-${kind}`).join(" ");
  return drawing("g", { role: "option", tabindex: -1, "aria-selected": "false", class: names },
    drawing("path", { class: "kexue-lattice-level", d: level(x, y, width, token.marginal) }),
    drawing("path", { class: "kexue-lattice-outline", d: rounded(x, y, width, BOX) }),
    best ? drawing("path", { class: "kexue-lattice-mark", d: `M${x + ROUND},${y + BOX + 1.5}h${width - 2 * ROUND}` }) : null,
    label(middle, y + 15, width - 4, visible(token.token)),
    text(middle, y + 29, FIGURES, share(token.marginal), "kexue-lattice-figures"));
}

// The lower part of the box, as high as the token is probable.
function level(x, y, width, marginal) {
  const height = BOX * marginal;
  return `M${x},${y + BOX}v${-height.toFixed(2)}h${width}v${height.toFixed(2)}z`;
}

const rounded = (x, y, width, height) => `M${x + ROUND},${y}h${width - 2 * ROUND}q${ROUND},0 ${ROUND},${ROUND}`
  + `v${height - 2 * ROUND}q0,${ROUND} ${-ROUND},${ROUND}h${2 * ROUND - width}q${-ROUND},0 ${-ROUND},${-ROUND}`
  + `v${2 * ROUND - height}q0,${-ROUND} ${ROUND},${-ROUND}z`;

// A label is squeezed where its font is wider than its characters' cells.
function label(x, y, width, words) {
  const node = text(x, y, LABEL, words);
  const estimate = [...words].reduce((sum, c) => sum + (c.codePointAt(0) < 0x1100 ? 0.62 : 1.05) * LABEL, 0);
  if (estimate > width) {
    node.setAttribute("textLength", width);
    node.setAttribute("lengthAdjust", "spacingAndGlyphs");
  }
  return node;
}

const text = (x, y, size, words, kind = "") =>
  drawing("text", { x, y, "font-size": size, "text-anchor": "middle", class: kind }, words);

// .41, and nothing where it would be .00
const share = marginal => marginal < FAINT ? "" : marginal >= 0.995 ? "1" : marginal.toFixed(2).slice(1);
