// element("p", { class: "x", onclick: f }, "text", child)
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children.filter(child => child !== null && child !== ""));
  return node;
}

// A symbol as mathematics: letter, superscript, subscript.
export function symbol({ base, sup, sub }) {
  return element("var", {}, base, sup && element("sup", {}, sup), sub && element("sub", {}, sub));
}

export const symbolText = ({ base, sup, sub }) => base + (sub && `_${sub}`) + (sup && `^${sup}`);
