"""Figures of matplotlib as SVG that stands in a page: its text is text, its colours are the page's, light or dark."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from agentseg.errors import MissingExtra

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, LINE, PAPER = "#000001", "#000002", "#000003", "#000004"
"""Stand-ins that ``inline`` replaces by the page's variables; no figure shows them."""

SERIES = tuple(f"#0001{number:02d}" for number in range(6))
"""Stand-ins for the colours of the systems; a seventh system has the first one's colour and another marker."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "*")
"""A marker for each system, so that no one has to tell colours apart."""

WIDTH = 5.0
"""Inches at 72 px: a figure is 360 px wide, which a phone shows as it is."""

_RC: Any = {
    "svg.fonttype": "none",
    "font.size": 12.5,
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "axes.labelsize": 12.5,
    "xtick.labelsize": 12.5,
    "ytick.labelsize": 12.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "text.color": INK,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": SOFT,
    "grid.color": LINE,
    "grid.linewidth": 0.7,
    "text.parse_math": False,
}


@contextmanager
def canvas(height: float, rows: int = 1) -> Iterator[tuple[Figure, list[Axes]]]:
    """A figure 360 px wide in the report's style, whatever the user's own settings of matplotlib are.

    Args:
        height: Of the figure, inches at 72 px.
        rows: Axes below each other, with one x axis.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure as Drawing
        from matplotlib.style import context
    except ImportError:
        raise MissingExtra("the report", "matplotlib", "report") from None
    with context("default"), mpl.rc_context(_RC):
        figure = Drawing(figsize=(WIDTH, height), dpi=72, layout="constrained")
        axes = figure.subplots(rows, 1, sharex=True, squeeze=False)
        yield figure, list(axes[:, 0])


def inline(figure: Figure, name: str) -> str:
    """A figure as an ``<svg>`` element; the same figure gives the same bytes.

    Args:
        figure: Drawn in the stand-in colours.
        name: Prefix of all ids, its own in the page. Inside ``canvas`` only.
    """
    import matplotlib as mpl

    out = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": name}):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = out.getvalue()
    text = re.sub(r"<(metadata|style).*?</\1>", "", text[text.index("<svg") :], flags=re.DOTALL)
    text = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", text, count=1)
    text = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1)
    text = re.sub(r' id="([^"]+)"', rf' id="{name}-\1"', text)
    text = re.sub(r'(href="|url\()#', rf"\1#{name}-", text)
    text = re.sub(r"font(-family)?: ([^;\"']*?)('[^\"]*?)(;|\")", _font, text)
    for number, colour in enumerate(SERIES):
        text = text.replace(colour, f"var(--s{number})")
    for colour, variable in ((INK, "ink"), (SOFT, "soft"), (LINE, "line"), (PAPER, "paper")):
        text = text.replace(colour, f"var(--{variable})")
    return text.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1).strip()


def _font(found: re.Match[str]) -> str:
    """The page's own font in place of matplotlib's."""
    family, size, end = found[1], found[2], found[4]
    return (
        f"font-family: inherit{end}" if family else f"font-size: {size.strip() or '12.5px'}; font-family: inherit{end}"
    )
