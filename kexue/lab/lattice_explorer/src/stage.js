// The drawing on the page: it scrolls where the text is long, and its tokens can be pointed at and walked through.

import { element, OWN_KEYS } from "../../explorer/src/dom.js";
import { drawLattice } from "./picture.js";
import { tokenText } from "./words.js";

const INVITATION = "Point at a token, or press Tab and then the arrow keys, to read its score and marginal.";

export function createStage({ title, alt }) {
  const node = element("div", { class: "kexue-lattice-stage", role: "figure", "aria-label": alt, ...OWN_KEYS });
  const detail = element("p", { class: "kexue-lattice-detail" }, INVITATION);
  let tokens = [], at = 0;

  const select = (i, focus) => {
    tokens[at]?.node.setAttribute("tabindex", -1);
    tokens[at]?.node.setAttribute("aria-selected", "false");
    at = i;
    tokens[at].node.setAttribute("tabindex", 0);
    if (!focus) return;
    tokens[at].node.setAttribute("aria-selected", "true");
    tokens[at].node.focus();
    tokens[at].node.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const show = i => { detail.textContent = i === null ? INVITATION : tokens[i].words; };
  const indexOf = target => tokens.findIndex(({ node: token }) => token.contains(target));
  const listen = (name, act) => node.addEventListener(name, event => {
    const i = indexOf(event.target);
    if (i >= 0) act(i, event);
  });
  listen("pointerover", i => show(i));
  listen("focusin", i => { select(i, false); show(i); });
  listen("click", i => select(i, true));
  listen("keydown", (i, event) => {
    const to = neighbour(tokens, i, event.key);
    if (to === null) return;
    event.preventDefault();
    select(to, true);
  });
  node.addEventListener("pointerleave", () => show(tokens[at]?.node.matches(":focus") ? at : null));

  return {
    node, detail,
    draw(now, width) {
      const held = node.contains(document.activeElement) ? tokens[at]?.words : null;
      const { svg, tokens: drawn, left } = drawLattice(now, width, title);
      tokens = drawn.map(({ token, node: box }) => {
        const words = tokenText(token, token.marginal, now.onBest.has(token.edge));
        box.setAttribute("aria-label", words);
        return { node: box, words, ...token };
      });
      node.replaceChildren(svg);
      at = 0;
      select(Math.max(0, tokens.findIndex(token => token.words === held)), held !== null);
      show(held === null ? null : at);
      return left;
    },
    clear() {
      tokens = [];
      node.replaceChildren();
      detail.textContent = "";
    },
  };
}

// Left and right through the text, up and down through the tokens above the same character.
function neighbour(tokens, i, key) {
  const { start, end, lane } = tokens[i];
  if (key === "ArrowRight") return Math.min(tokens.length - 1, i + 1);
  if (key === "ArrowLeft") return Math.max(0, i - 1);
  if (key === "Home") return 0;
  if (key === "End") return tokens.length - 1;
  const sign = { ArrowUp: 1, ArrowDown: -1 }[key];
  if (!sign) return null;
  const beyond = tokens.map((token, index) => ({ ...token, index }))
    .filter(token => token.start < end && start < token.end && sign * (token.lane - lane) > 0)
    .sort((a, b) => sign * (a.lane - b.lane));
  return beyond[0]?.index ?? i;
}
