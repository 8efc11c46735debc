// The anywidget: model.specification (see ../figure.py) is drawn at model.values, which the controls change.

import { createClock } from "./clock.js";
import { createControls } from "./controls.js";
import { element } from "./dom.js";
import { createEvaluator } from "./evaluate.js";
import { createLegend, createReadouts, describe } from "./legend.js";
import { createPicture } from "./picture.js";
import { seriesStyles } from "./series.js";

function render({ model, el }) {
  const specification = model.get("specification");
  const [x] = specification.controls;
  const evaluate = createEvaluator(specification);
  const view = createView(specification, {
    set: values => {
      model.set("values", { ...model.get("values"), ...values });
      model.save_changes();
    },
  });
  const clock = createClock(() => {
    const values = model.get("values"), drawn = evaluate(values);
    view.draw(values, drawn);
    return () => view.say(describe(specification, values, drawn));
  });
  const moved = () => {
    view.controls.update(model.get("values"));
    clock.ask();
  };

  el.append(view.root);
  const observer = new ResizeObserver(([entry]) => view.resize(entry.contentRect.width) && clock.ask());
  observer.observe(view.stage);
  pointAt(view.stage, px => view.set({ [x.name]: valueAt(x, view.xScale.invert(px)) }));
  model.on("change:values", moved);
  moved();

  return () => {
    observer.disconnect();
    model.off("change:values", moved);
    clock.stop();
  };
}

// What is on the page, and how to redraw it; `set` is told what the reader moves.
function createView(specification, { set }) {
  const styles = seriesStyles(specification.curves);
  const picture = createPicture(specification, styles);
  const controls = createControls(specification, (name, value) => set({ [name]: value }));
  const legend = createLegend(specification, styles), readouts = createReadouts(specification);
  const stage = element("div", { class: "kexue-explorer-picture" });
  const status = element("p", { class: "kexue-explorer-status", role: "status" });
  const reset = element("button", { type: "button", onclick: () => {
    picture.forget();
    set(Object.fromEntries(specification.controls.map(control => [control.name, control.default])));
  } }, "Reset");
  const head = element("div", { class: "kexue-explorer-head" },
    element("p", { class: "kexue-explorer-title" }, specification.title), reset);
  const root = element("div", { class: "kexue-explorer", role: "group", "aria-label": specification.title },
    head, legend.node, stage, controls.node, readouts.node, status);
  let width = 0;

  return {
    root, stage, controls, set, xScale: null,
    say(words) { status.textContent = words; },
    resize(next) {
      const changed = Math.floor(next) !== width;
      width = Math.floor(next);
      return changed;
    },
    draw(values, drawn) {
      legend.update(drawn);
      readouts.update(drawn);
      if (!width) return; // not laid out yet: the ResizeObserver will ask again
      const { svg, xScale } = picture.draw(drawn, values, width);
      this.xScale = xScale;
      stage.replaceChildren(svg);
    },
  };
}

function valueAt({ low, high, integer }, value) {
  const short = Number(Math.min(high, Math.max(low, value)).toPrecision(3));
  return Math.min(high, Math.max(low, integer ? Math.round(short) : short));
}

// Pressing on the picture moves the x-slider there; dragging goes on with it.
function pointAt(stage, move) {
  const send = event => {
    const svg = stage.querySelector("svg");
    if (svg && event.buttons === 1) move(event.clientX - svg.getBoundingClientRect().left);
  };
  stage.addEventListener("pointerdown", event => {
    stage.setPointerCapture(event.pointerId);
    send(event);
  });
  stage.addEventListener("pointermove", send);
}

export default { render };
