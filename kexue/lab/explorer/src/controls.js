// Sliders and choices: native inputs, so that keyboard and screen readers need nothing from us.

import { element, OWN_KEYS, rich, symbol } from "./dom.js";
import { formatNumber } from "./format.js";
import { sliderScale } from "./scale.js";

// Ids must differ between the explorers of a page, each of which is a module of its own.
const unique = () => `kexue-explorer-${Math.random().toString(36).slice(2)}`;

// set(name, value) is called when the reader moves something; update(values) shows values set elsewhere.
export function createControls(specification, set) {
  const of = kind => specification.controls.filter(control => control.kind === kind);
  const controls = [ // sliders share rows, a choice has its own
    ...of("slider").map(control => createSlider(control, set)),
    ...of("choice").map(control => createChoice(control, set)),
  ];
  return {
    node: element("div", { class: "kexue-explorer-controls" }, ...controls.map(control => control.node)),
    update: values => controls.forEach(control => control.update(values)),
  };
}

function createSlider(control, set) {
  const id = unique();
  const scale = sliderScale(control);
  const input = element("input", {
    type: "range", id, min: 0, max: scale.steps, step: 1, ...OWN_KEYS,
    oninput: () => set(control.name, scale.value(input.valueAsNumber)),
  });
  const output = element("output", { for: id });
  const label = element("label", { for: id }, control.label, control.label && " ", symbol(control.symbol));
  const update = values => {
    const value = values[control.name];
    const text = (value === Infinity ? "∞" : formatNumber(value)) + (control.unit && `\u202f${control.unit}`);
    input.valueAsNumber = scale.position(value);
    input.style.setProperty("--filled", `${100 * input.valueAsNumber / scale.steps}%`);
    input.setAttribute("aria-valuetext", text);
    output.textContent = text;
  };
  return { node: element("div", { class: "kexue-explorer-slider" }, label, output, input), update };
}

function createChoice(control, set) {
  const name = unique();
  const inputs = control.options.map(({ value }) =>
    element("input", { type: "radio", name, value, onchange: () => set(control.name, value) }));
  const labels = control.options.map(({ label }, i) => element("label", {}, inputs[i], rich(label)));
  const update = values => inputs.forEach(input => { input.checked = input.value === values[control.name]; });
  const options = element("div", {}, ...labels);
  return { node: element("fieldset", {}, element("legend", {}, control.name), options), update };
}
