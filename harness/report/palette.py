"""Colours, after Okabe and Ito (2008): told apart by people with any common kind of colour vision.

Each means one thing on every page, picture and terminal; a sign, a word or a shape always says the same.
Faults are muted, so that operations stand before them, and are always labelled. Pages have a light and a dark
variant of each colour, pictures in files are light.
"""

from __future__ import annotations

from typing import Final

LIGHT: Final = {
    "paper": "#ffffff",
    "wash": "#f5f6f8",
    "ink": "#1b2127",
    "soft": "#5a6672",
    "line": "#dfe3e8",
    "ok": "#0072b2",
    "fail": "#cc79a7",
    "info": "#e69f00",
    "mark": "#d55e00",
    "holds": "#007f5f",
    "violated": "#c44e00",
    "unknown": "#8f6400",
    "not-testable": "#87919b",
    "partition": "#6f88b5",
    "clock": "#a88a3f",
    "crash": "#ab6258",
    "pause": "#8d72a3",
    "network": "#4f9090",
    "disk": "#7c8c50",
    "fault": "#87919b",
}

DARK: Final = {
    "paper": "#14181d",
    "wash": "#1c2229",
    "ink": "#e8ecf0",
    "soft": "#9aa6b2",
    "line": "#2f3740",
    "ok": "#4aa3dd",
    "fail": "#dd98bf",
    "info": "#f0b429",
    "mark": "#ff8a3d",
    "holds": "#2fbf94",
    "violated": "#ff8a3d",
    "unknown": "#f0b429",
    "not-testable": "#7d8894",
    "partition": "#8ba3cf",
    "clock": "#c4a759",
    "crash": "#c97f75",
    "pause": "#a98fc0",
    "network": "#6badad",
    "disk": "#98a96c",
    "fault": "#8a949e",
}

FAMILIES: Final = ("partition", "clock", "crash", "pause", "network", "disk")


def family_colour(family: str) -> str:
    """The name of a fault family's colour."""
    return family if family in FAMILIES else "fault"


def variables(colours: dict[str, str]) -> str:
    """The same as CSS custom properties."""
    return "".join(f"--{name}:{value};" for name, value in colours.items())
