"""The sex check beside the bars of samples: the share of heterozygous calls on X, and what it speaks for."""

from __future__ import annotations

from pipeline.results.plots.samples import ONE_X, TWO_X, SampleCounts
from portal.components.words import counted
from portal.explore.figures import look, wording

SYMBOLS = {"one X": "square", "two X": "circle", "unclear": "diamond-open", "too few calls": "x"}
BARS, CHECK = (0, 0.62), (0.68, 1)  # of the width
HEAD_PIXELS = 18  # for the words above
MARGIN = 0.06


def beside(bars: look.Figure, drawn: list[SampleCounts]) -> look.Figure:
    """The same bars, narrower, with a point for each sample at their right; what its place speaks for stands above."""
    layout = dict(bars["layout"])
    layout["height"] += HEAD_PIXELS
    layout["xaxis"] = layout["xaxis"] | {"domain": list(BARS)}
    layout["xaxis2"] = look.axis(
        title=look.axis_title("Heterozygous calls on X"),
        domain=list(CHECK),
        range=[-MARGIN, 1 + MARGIN],
        tickvals=[0, 0.5, 1],
        ticktext=["0 %", "50 %", "100 %"],
        tickangle=0,
        zeroline=False,
        anchor="y",
    )
    layout["shapes"] = [_band(-MARGIN, ONE_X), _band(TWO_X, 1 + MARGIN)]
    layout["annotations"] = [_word("one X", -MARGIN, "left"), _word("two X", 1 + MARGIN, "right")]
    layout["meta"] = {"phone": {"xaxis2": {"title": look.axis_title("Het. on X")}}}
    layout["margin"] = layout["margin"] | {"t": 30}
    return {"data": [*bars["data"], _points(drawn)], "layout": layout}


def _band(start: float, end: float) -> look.Figure:
    sides = {"x0": start, "x1": end, "y0": 0, "y1": 1, "xref": "x2", "yref": "paper"}
    return {"type": "rect", "layer": "below", "fillcolor": look.SOFT, "line": {"width": 0}} | sides


def _word(text: str, x: float, anchor: str) -> look.Figure:
    where = {"x": x, "y": 1, "xref": "x2", "yref": "paper", "xanchor": anchor, "yanchor": "bottom", "showarrow": False}
    return {"text": text, "font": {"size": look.TITLE_PIXELS, "color": look.MUTED}} | where


def _points(drawn: list[SampleCounts]) -> look.Figure:
    shown = [(place, each) for place, each in enumerate(drawn) if each.x_share is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "Heterozygous on X",
        "xaxis": "x2",
        "showlegend": False,
        "cliponaxis": False,
        "x": [each.x_share for _, each in shown],
        "y": [place for place, _ in shown],
        "marker": {"color": look.TEXT, "size": 9, "symbol": [SYMBOLS[each.sex] for _, each in shown]},
        "hovertext": [
            f"{wording.folded(each.sample, 40)}<br>{each.x_het:,} of {counted(each.x_het + each.x_hom, 'call')} on X "
            f"heterozygous: {each.sex}"
            for _, each in shown
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
