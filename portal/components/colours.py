"""The colours that figures need in Python; `assets/portal.css` holds the same values as variables.

The impact colours are from the palette of Okabe and Ito (2008), which colour-blind readers can tell apart, and
mean the same on every page.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal

Theme = Literal["light", "dark"]

IMPACT = MappingProxyType({"HIGH": "#d55e00", "MODERATE": "#e69f00", "LOW": "#009e73", "MODIFIER": "#7a8793"})
# Changes of a pyrimidine. Black and yellow, which one of the themes would hide, are left out.
SUBSTITUTION = MappingProxyType(
    {"C>A": "#0072b2", "C>G": "#56b4e9", "C>T": "#d55e00", "T>A": "#7a8793", "T>C": "#009e73", "T>G": "#cc79a7"}
)

LIGHT = MappingProxyType(
    {
        "page": "#f6f7f9",
        "card": "#ffffff",
        "border": "#e3e6ea",
        "text": "#1d2733",
        "muted": "#5b6875",
        "accent": "#0b6e8a",
        "accent-contrast": "#ffffff",
        "success": "#18794e",
        "warning": "#8a5a00",
        "danger": "#b42318",
    }
)
DARK = MappingProxyType(
    {
        "page": "#0e1318",
        "card": "#161d24",
        "border": "#27313b",
        "text": "#e6ebf0",
        "muted": "#9aa7b4",
        "accent": "#4fb6d3",
        "accent-contrast": "#06222b",
        "success": "#4cc38a",
        "warning": "#f0b429",
        "danger": "#ff8f85",
    }
)


def tokens(theme: Theme) -> MappingProxyType[str, str]:
    """The design tokens of a theme by the name that follows `--gas-`."""
    return DARK if theme == "dark" else LIGHT
