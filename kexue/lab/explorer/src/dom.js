// element("p", { class: "x", onclick: f }, "text", child)
export const element = builder(tag => document.createElement(tag));

// The same for SVG.
export const drawing = builder(tag => document.createElementNS("http://www.w3.org/2000/svg", tag));

function builder(create) {
  return (tag, attributes = {}, ...children) => {
    const node = create(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value);
    }
    node.append(...children.filter(child => child !== null && child !== ""));
    return node;
  };
}

// In JupyterLab the arrow keys would go to the notebook, not to what has the focus.
export const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

// Words with η_t, x^2 or θ_{t+1} in them, raised and lowered.
const LEVEL = /(?<=\p{L})([_^])(?:\{([^}]*)\}|([\p{L}\p{N}*])(?![\p{L}\p{N}]))/gu;

export function rich(text) {
  const node = element("span");
  let end = 0;
  for (const match of text.matchAll(LEVEL)) {
    node.append(text.slice(end, match.index), element(match[1] === "_" ? "sub" : "sup", {}, match[2] ?? match[3]));
    end = match.index + match[0].length;
  }
  node.append(text.slice(end));
  return node;
}

// A symbol as mathematics: letter, superscript, subscript.
export function symbol({ base, sup, sub }) {
  return element("var", {}, base, sup && element("sup", {}, sup), sub && element("sub", {}, sub));
}

export const symbolText = ({ base, sup, sub }) => base + (sub && `_${sub}`) + (sup && `^${sup}`);
