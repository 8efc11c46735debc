// The anywidget: the lattice of model.text at model.alpha (null: ∞) and model.seed, by model.specification (../widget.py).

import { createClock } from "../../explorer/src/clock.js";
import { createControls } from "../../explorer/src/controls.js";
import { element } from "../../explorer/src/dom.js";
import { createVocabulary } from "./lattice.js";
import { createReadouts } from "./readouts.js";
import { createStage } from "./stage.js";
import { study } from "./study.js";
import { createSegmentations, createTokens } from "./tables.js";
import { alphaText, describe } from "./words.js";

const NAMES = ["text", "alpha", "seed"];

function render({ model, el }) {
  const specification = model.get("specification");
  const vocabulary = createVocabulary(specification);
  const set = values => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const values = () => ({ text: model.get("text"), seed: model.get("seed"), alpha: model.get("alpha") ?? Infinity });
  const view = createView(specification, set, () => set({ seed: model.get("seed") + 1 }));
  const clock = createClock(() => {
    const now = study(values(), vocabulary, specification);
    view.draw(now, values());
    return () => view.say(describe(now, values().alpha));
  });
  const moved = () => {
    view.update(values());
    clock.ask();
  };

  el.append(view.root);
  const observer = new ResizeObserver(([entry]) => view.resize(entry.contentRect.width) && clock.ask());
  observer.observe(view.stage);
  for (const name of NAMES) model.on(`change:${name}`, moved);
  moved();

  return () => {
    observer.disconnect();
    for (const name of NAMES) model.off(`change:${name}`, moved);
    clock.stop();
  };
}

// What is on the page, and how to redraw it; `set` is told what the reader types and moves.
function createView(specification, set, again) {
  const field = createField(text => set({ text }));
  const controls = createControls({ controls: [specification.slider] },
    (_, alpha) => set({ alpha: alpha === Infinity ? null : alpha }));
  const stage = createStage(specification), readouts = createReadouts();
  const segmentations = createSegmentations(specification.samples, again), tokens = createTokens();
  const notice = element("p", { class: "kexue-lattice-notice" });
  const status = element("p", { class: "kexue-explorer-status", role: "status" });
  const reset = element("button", { type: "button", onclick: () => set(specification.defaults) }, "Reset");
  const results = element("div", {}, stage.detail, legend(specification), readouts.node, segmentations.node, tokens.node);
  const root = element("div", { class: "kexue-explorer kexue-lattice", role: "group", "aria-label": specification.title },
    element("div", { class: "kexue-explorer-head" },
      element("p", { class: "kexue-explorer-title" }, specification.title), reset),
    field.node, controls.node, ends(), notice, stage.node, results, source(specification.sampler), status);
  let width = 0;

  return {
    root, stage: stage.node,
    say(words) { status.textContent = words; },
    resize(next) {
      const changed = Math.floor(next) !== width;
      width = Math.floor(next);
      return changed;
    },
    update({ text, alpha }) {
      field.update(text);
      controls.update({ alpha });
    },
    draw(now, { alpha }) {
      if (!width) return; // not laid out yet: the ResizeObserver will ask again
      results.hidden = now.trouble !== null;
      const left = now.trouble ? stage.clear() : stage.draw(now, width);
      notice.textContent = [now.trouble, ...now.trouble ? [] : remarks(now, left, alpha)].filter(Boolean).join(" ");
      if (!now.trouble) for (const part of [readouts, segmentations, tokens]) part.update(now);
    },
  };
}

function remarks({ cut, lattice }, left, alpha) {
  return [
    cut && `The text has ${cut} characters; the lattice is that of its beginning, ${lattice.length} characters.`,
    left && `${left} of ${lattice.edges.length} tokens lie too deep to be drawn; every number counts them.`,
    alpha === Infinity && `α = ${alphaText(alpha)}: all probability on the best path.`,
  ];
}


function createField(set) {
  const id = `kexue-lattice-text-${Math.random().toString(36).slice(2)}`; // unlike those of other explorers
  const input = element("textarea", {
    id, rows: 2, spellcheck: "false", autocomplete: "off", autocapitalize: "off", dir: "auto", oninput: () => set(input.value),
  });
  return {
    node: element("div", { class: "kexue-lattice-field" }, element("label", { for: id }, "Text"), input),
    update(text) { if (input.value !== text) input.value = text; }, // setting it would interrupt an input method
  };
}

// What the slider's two ends are.
const ends = () => element("p", { class: "kexue-lattice-ends" },
  element("span", {}, "0: all segmentations alike"), element("span", {}, "∞: the best alone, Viterbi"));

function legend({ unknown, pieces }) {
  const swatch = kind => element("span", { class: `kexue-lattice-swatch ${kind}`, "aria-hidden": "true" });
  const penalty = `unknown ${unknown.each}, score ${String(unknown.score).replace("-", "−")}`;
  const items = [["kexue-lattice-filled", "filled to the token's marginal"], ["kexue-lattice-thick", "best path (Viterbi)"],
    ...(unknown.each === "none" ? [] : [["kexue-lattice-dashed", penalty]])];
  return element("ul", { class: "kexue-explorer-legend" },
    ...items.map(([kind, words]) => element("li", {}, swatch(kind), words)),
    element("li", {}, `${pieces.length} tokens in the vocabulary`));
}

const source = code => element("details", {},
  element("summary", {}, "The sampler, as it runs here"), element("pre", { tabindex: 0 }, element("code", {}, code)));

export default { render };
