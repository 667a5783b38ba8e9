"""The colours in Python are those of the style sheet."""

from __future__ import annotations

import re

import pytest

from portal.components import colours
from portal.static_files import ASSETS_FOLDER

CSS = (ASSETS_FOLDER / "portal.css").read_text()


def _css_tokens(selector: str) -> dict[str, str]:
    block = CSS.split(selector, 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--gas-([a-z-]+):\s*(#[0-9a-f]{6});", block))


@pytest.mark.parametrize(
    ("theme", "selector"), [("light", '[data-bs-theme="light"] {'), ("dark", '[data-bs-theme="dark"] {')]
)
def test_the_tokens_are_the_same_in_python_and_css(theme: colours.Theme, selector: str) -> None:
    css = _css_tokens(selector)
    assert css
    assert {name: css[name] for name in colours.tokens(theme)} == dict(colours.tokens(theme))


def test_the_impact_colours_are_the_same_in_python_and_css() -> None:
    css = dict(re.findall(r"--gas-impact-([a-z]+):\s*(#[0-9a-f]{6});", CSS))
    assert {name.lower(): value for name, value in colours.IMPACT.items()} == css


def _luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("text", ["text", "muted", "accent", "success", "warning", "danger"])
@pytest.mark.parametrize("ground", ["page", "card"])
def test_text_has_the_contrast_of_wcag_aa(theme: colours.Theme, text: str, ground: str) -> None:
    tokens = colours.tokens(theme)
    light, dark = sorted((_luminance(tokens[text]), _luminance(tokens[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
