"""Particles in motion, in the page itself: a slider over the steps moves them, with no server behind it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
from jaxtyping import Float

from kexue.lab.figures import COLOURS

SIZE, GAP, HEAD = 200, 12, 20  # of a panel, between panels, above them
# Between two records the particles are drawn on the straight line from one to the other.
MOVE = (
    "const f=this.closest('figure'),d=JSON.parse(f.querySelector('script').textContent),"
    "v=+this.value,i=Math.min(Math.floor(v),d.places.length-2),w=v-i,a=d.places[i],b=d.places[i+1];"
    "f.querySelectorAll('circle.moves').forEach((c,k)=>{c.setAttribute('cx',(1-w)*a[2*k]+w*b[2*k]);"
    "c.setAttribute('cy',(1-w)*a[2*k+1]+w*b[2*k+1])});"
    "f.querySelector('output').textContent=Math.round((1-w)*d.steps[i]+w*d.steps[i+1])"
)
PLAY = (
    "const r=this.closest('figure').querySelector('input');clearInterval(this.t);if(+r.value>=+r.max)r.value=0;"
    "this.t=setInterval(()=>{r.stepUp(1);r.dispatchEvent(new Event('input'));"
    "if(+r.value>=+r.max)clearInterval(this.t)},50)"
)


class Particles:
    """Panels of particles in the plane that a slider moves.

    Args:
        places: of the particles of each panel; all panels have as many records.
        steps: at each record.
        targets: points that stay, in every panel.
        reach: the panels show −reach … reach.
        alt: what the animation shows, for readers who do not see it.
        unit: what a step is, in words.

    Raises:
        ValueError: panels of different numbers of records, fewer than two of these, or an empty ``alt``.
    """

    def __init__(
        self,
        places: Mapping[str, Float[np.ndarray, "records n 2"]],
        steps: Sequence[int],
        targets: Float[np.ndarray, "m 2"],
        *,
        reach: float,
        alt: str,
        unit: str = "outer step",
    ):
        lengths = {name: len(found) for name, found in places.items()}
        if set(lengths.values()) != {len(steps)} or len(steps) < 2:
            raise ValueError(f"records of {lengths} and {len(steps)} steps: expected the same number, at least two")
        if not alt.strip():
            raise ValueError("alt is empty: an animation needs a text that says what it shows")
        self.places, self.steps, self.targets, self.reach = places, list(steps), targets, reach
        self.alt, self.unit = alt, unit

    def __repr__(self) -> str:
        return f"Animation: {self.alt}"

    def _pixels(self, points: np.ndarray, panel: int) -> np.ndarray:
        shown = np.clip(points / self.reach, -1, 1)
        x = panel * (SIZE + GAP) + SIZE / 2 * (1 + shown[..., 0])
        return np.round(np.stack([x, HEAD + SIZE / 2 * (1 - shown[..., 1])], axis=-1), 1)

    def _repr_html_(self) -> str:
        paths = [self._pixels(found, k) for k, found in enumerate(self.places.values())]
        frames = np.concatenate([path.reshape(len(self.steps), -1) for path in paths], axis=1)
        data = json.dumps({"steps": self.steps, "places": frames.tolist()}, separators=(",", ":"))
        width, height, last = len(paths) * (SIZE + GAP) - GAP, HEAD + SIZE, len(self.steps) - 1
        panels = "".join(map(self._panel, range(len(paths)), self.places, paths))
        return (
            f'<figure class="particles"><svg role="img" aria-label="{escape(self.alt)}" '
            f'viewBox="0 0 {width} {height}" style="max-width: 100%; width: {width}px">{panels}</svg>'
            f'<div><button type="button" onclick="{PLAY}">play</button> <label>{escape(self.unit)} '
            f'<input type="range" min="0" max="{last}" step="0.1" value="0" oninput="{MOVE}" style="width: 50%">'
            f"</label> "
            f'<output>0</output></div><script type="application/json">{data}</script></figure>'
        )

    def _panel(self, k: int, name: str, path: np.ndarray) -> str:
        left = k * (SIZE + GAP)
        faint = 'fill="none" stroke="currentColor" opacity="0.3"'
        frame = f'<rect x="{left}" y="{HEAD}" width="{SIZE}" height="{SIZE}" {faint}/>'
        words = f'x="{left + SIZE / 2}" y="14" text-anchor="middle" font-size="13" fill="currentColor"'
        title = f"<text {words}>{escape(name)}</text>"
        still = "".join(_circle(p, 6, f'fill="none" stroke="{COLOURS[1]}"') for p in self._pixels(self.targets, k))
        moving = "".join(_circle(p, 1.8, f'class="moves" fill="{COLOURS[0]}"') for p in path[0])
        return frame + title + still + moving


def _circle(place: np.ndarray, radius: float, look: str) -> str:
    return f'<circle cx="{place[0]:g}" cy="{place[1]:g}" r="{radius}" {look}/>'
