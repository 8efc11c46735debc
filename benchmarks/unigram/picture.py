"""The comparison drawn: how many times faster, and time per byte against length."""

from __future__ import annotations

from pathlib import Path

from kexue.lab.figures import COLOURS, MARKERS, Picture, axes, style


def ratios(cells: list[dict]) -> Picture:
    """Every row of the table as a point with its spread; the target as a bar across the line where there is one."""
    with style():
        figure, ax = axes("times faster, CPU time, logarithmic", "", log="x")
        figure.set_size_inches(8, 1 + 0.24 * len(cells))
        corpora = sorted({cell["corpus"] for cell in cells})
        for height, cell in enumerate(reversed(cells)):
            kind = corpora.index(cell["corpus"]) % len(COLOURS)
            spread = [[cell["ratio"] - cell["least"]], [cell["most"] - cell["ratio"]]]
            look = {"color": COLOURS[kind], "marker": MARKERS[kind], "linestyle": "", "capsize": 2, "elinewidth": 1}
            ax.errorbar(cell["ratio"], height, xerr=[[max(0, side[0])] for side in spread], **look)
            if cell["target"]:
                ax.plot(cell["target"], height, marker="|", markersize=12, color="grey", linestyle="")
        labels = [f"{cell['row']}: {cell['corpus']}, {cell['workload']}" for cell in reversed(cells)]
        ax.set_yticks(range(len(cells)), labels)
        ax.axvline(1, color="grey", linewidth=0.8)
    short = sum(bool(cell["target"]) and cell["ratio"] < cell["target"] for cell in cells)
    aimed = sum(bool(cell["target"]) for cell in cells)
    least, most = (pick(cell["ratio"] for cell in cells) for pick in (min, max))
    alt = (
        f"{len(cells)} comparisons of kexue.unigram with peers, from {least:.1f} to {most:.1f} times their speed; "
        f"{aimed - short} of {aimed} targets, drawn as bars, are met"
    )
    return Picture(figure, alt)


def lengths(curves: list[dict]) -> Picture:
    """Time per byte against length, of the first corpus, in one line: flat is linear."""
    drawn = [entry for entry in curves if not entry["line breaks"] and entry["corpus"] == curves[0]["corpus"]]
    with style():
        figure, ax = axes("bytes of one document in one line", "nanoseconds per byte", log="xy")
        for i, entry in enumerate(drawn):
            x, y = zip(*entry["points"], strict=True)
            dashes = "-" if i < len(COLOURS) else ":"
            ax.plot(x, y, dashes, color=COLOURS[i % 4], marker=MARKERS[i % 4], label=entry["contender"])
        ax.legend()
    told = "; ".join(f"{e['contender']} {e['points'][0][1]:.0f} to {e['points'][-1][1]:.0f}" for e in drawn)
    return Picture(figure, f"Nanoseconds per byte, from the shortest to the longest document measured: {told}")


def save(picture: Picture, path: Path) -> None:
    """The picture as a file that stands by itself."""
    path.write_text(picture.svg(), encoding="utf-8")
    print(f"drawn: {path}")
