// What the widget manager expects of a page. Loaded after require.js and before the manager itself.

// Widget modules and the manager's fonts lie beside this file, at whatever depth the page is, and from file:// too.
window.requirejs.config({
  baseUrl: new URL(".", document.currentScript.src).href,
  paths: {
    "@jupyter-widgets/base": "@jupyter-widgets/html-manager/dist/base",
    "@jupyter-widgets/controls": "@jupyter-widgets/html-manager/dist/controls",
    "@jupyter-widgets/html-manager": "@jupyter-widgets/html-manager/dist/index",
    "@jupyter-widgets/html-manager/dist": "@jupyter-widgets/html-manager/dist",
  },
});

// The manager typesets through MathJax 2's interface, where there is mathematics; the book has MathJax 3.
document.addEventListener("DOMContentLoaded", () => {
  const MathJax = window.MathJax;
  if (MathJax) MathJax.Hub = { Queue: ([, , element]) => MathJax.startup.promise.then(() => MathJax.typesetPromise([element])) };
});
