// How each curve looks: colour, dash and symbol all differ, so that none of them has to be seen.

const DASHES = {
  theory: ["7 4", "9 3 2 3", "12 4", "9 3 2 3 2 3"],
  term: ["1.5 3.5", "5 2.5 1.5 2.5", "1.5 6"],
  exact: [null],
};
const WIDTHS = { theory: 2.25, term: 1.75, exact: 2, points: 1.25 };
const SYMBOLS = ["circle", "square", "triangle", "diamond"];
const COLOURS = 6;

export function seriesStyles(curves) {
  const seen = {};
  return curves.map((part, i) => {
    const style = part.kind === "points" ? "points" : part.style;
    const nth = seen[style] = (seen[style] ?? -1) + 1;
    const cycle = list => list?.[nth % list.length] ?? null;
    return {
      colour: `var(--kexue-explorer-${i % COLOURS + 1})`,
      width: WIDTHS[style],
      dash: cycle(DASHES[style]),
      symbol: style === "points" ? cycle(SYMBOLS) : null,
      joined: part.joined ?? false,
    };
  });
}
