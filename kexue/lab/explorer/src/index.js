// The anywidget: model.specification (see ../figure.py) is drawn at model.values, which the controls change.

import { createControls } from "./controls.js";
import { element } from "./dom.js";
import { createEvaluator } from "./evaluate.js";
import { createLegend, createReadouts, describe } from "./legend.js";
import { createPicture } from "./picture.js";
import { seriesStyles } from "./series.js";

const REST = 500; // ms without movement before the numbers are spoken

function render({ model, el }) {
  const specification = model.get("specification");
  const x = specification.controls[0];
  const styles = seriesStyles(specification.curves);
  const evaluate = createEvaluator(specification);
  const picture = createPicture(specification, styles);

  const set = (name, value) => {
    model.set("values", { ...model.get("values"), [name]: value });
    model.save_changes();
  };
  const reset = () => {
    picture.forget();
    model.set("values", Object.fromEntries(specification.controls.map(c => [c.name, c.default])));
    model.save_changes();
  };

  const controls = createControls(specification, set);
  const legend = createLegend(specification, styles);
  const readouts = createReadouts(specification);
  const stage = element("div", { class: "kexue-explorer-picture" });
  const status = element("p", { class: "kexue-explorer-status", role: "status" });
  const root = element("div", { class: "kexue-explorer", role: "group", "aria-label": specification.title },
    element("div", { class: "kexue-explorer-head" },
      element("p", { class: "kexue-explorer-title" }, specification.title),
      element("button", { type: "button", onclick: reset }, "Reset")),
    legend.node, stage, controls.node, readouts.node, status);
  el.append(root);

  let frame = 0, rest = 0, width = 0, xScale = null;
  const redraw = () => {
    frame = 0;
    const values = model.get("values"), drawn = evaluate(values);
    for (const part of [legend, readouts]) part.update(drawn);
    if (width) {
      const { svg, xScale: scale } = picture.draw(drawn, values, width);
      xScale = scale;
      stage.replaceChildren(svg);
    }
    return () => describe(specification, values, drawn);
  };
  const schedule = () => {
    controls.update(model.get("values"));
    frame ||= requestAnimationFrame(() => {
      const words = redraw();
      clearTimeout(rest);
      rest = setTimeout(() => { status.textContent = words(); }, REST);
    });
  };

  pointAt(stage, px => {
    const value = Math.min(x.high, Math.max(x.low, xScale.invert(px)));
    const short = Number(value.toPrecision(3));
    set(x.name, x.integer ? Math.round(short) : short);
  });
  const observer = new ResizeObserver(([entry]) => {
    if (Math.abs(entry.contentRect.width - width) < 1) return;
    width = Math.floor(entry.contentRect.width);
    schedule();
  });
  observer.observe(stage);
  model.on("change:values", schedule);
  schedule();

  return () => {
    observer.disconnect();
    model.off("change:values", schedule);
    cancelAnimationFrame(frame);
    clearTimeout(rest);
  };
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
