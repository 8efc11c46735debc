"""Contrast of a page's text with its ground, by the formula of WCAG 2.2 (success criterion 1.4.3)."""

from __future__ import annotations

from playwright.sync_api import Page

LEAST = 4.5  # level AA, text of ordinary size

# Colours are read through a canvas, which understands every notation that a style sheet may use.
FAINT = """least => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const kept = of => {
        const known = new Map();
        return key => known.has(key) ? known.get(key) : known.set(key, of(key)).get(key);
    };
    const rgba = kept(colour => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    });
    const over = ([r, g, b, a], ground) => [r, g, b].map((c, i) => a * c + (1 - a) * ground[i]).concat(1);
    const ground = kept(element => {
        if (!element) return [255, 255, 255, 1];
        const colour = rgba(getComputedStyle(element).backgroundColor);
        return colour[3] === 1 ? colour : over(colour, ground(element.parentElement));
    });
    const luminance = colour => colour.slice(0, 3)
        .map(c => c / 255)
        .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + [0.2126, 0.7152, 0.0722][i] * c, 0);
    const contrast = (a, b) => {
        const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
        return (light + 0.05) / (dark + 0.05);
    };
    const ratio = element => {
        const style = getComputedStyle(element), behind = ground(element);
        return contrast(over(rgba(element.closest("svg") ? style.fill : style.color), behind), behind);
    };
    const hasText = element => [...element.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim());
    const shown = element => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    const name = element => element.getAttribute("class") ?? element.tagName;
    return [...document.querySelectorAll("article *")]
        .filter(element => hasText(element) && shown(element) && !element.closest("script, style, .headerlink"))
        .map(element => [element.textContent.trim().slice(0, 40), name(element), ratio(element)])
        .filter(([, , value]) => value < least)
        .map(([text, where, value]) => `${text} (${where}): ${value.toFixed(2)}`);
}"""


def faint_texts(page: Page, least: float = LEAST) -> list[str]:
    """The visible texts of the page's article whose contrast with their ground is below ``least``."""
    return page.evaluate(FAINT, least)
