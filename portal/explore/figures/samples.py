"""Samples: heterozygous and homozygous calls of each, and what its X chromosome says of its sex."""

from __future__ import annotations

from pipeline.results.filters.model import Group
from pipeline.results.plots.samples import LEAST_CALLS, SampleCounts, Samples
from portal.components.words import counted
from portal.explore.figures import look, selection

MOST_BARS = 40
LETTERS = 16
KINDS = (
    ("Heterozygous", "het", look.ACCENT),
    ("Homozygous", "hom", "var(--gas-impact-low)"),
    ("Missing", "missing", look.BORDER),
)


def figure(found: Samples, _group: Group) -> look.Figure:
    """Lying bars for each sample; beside them, where the file holds X, the share of heterozygous calls there."""
    drawn = found.counts[:MOST_BARS]
    labels = [look.plain(_short(each.sample)) for each in drawn]
    highest = max((each.het + each.hom + each.missing for each in drawn), default=0)
    traces = [_trace(drawn, *kind) for kind in KINDS if any(getattr(each, kind[1]) for each in drawn)]
    layout = look.lying_bars(labels, highest, "Calls", **look.legend())
    layout["height"] += 10
    layout["xaxis"] |= {"range": [0, max(highest, 1) * 1.02], "domain": [0, 0.62] if _tells_sex(found) else [0, 1]}
    if _tells_sex(found):
        traces.append(_on_x(drawn))
        layout["xaxis2"] = look.axis(
            title=look.axis_title("Heterozygous on X"),
            domain=[0.68, 1],
            range=[-0.06, 1.06],
            tickvals=[0, 0.5, 1],
            ticktext=["0 %", "50 %", "100 %"],
            tickangle=0,
            anchor="y",
        )
    return {"data": traces, "layout": layout}


def alternative(found: Samples) -> str:
    """How many samples, what their X chromosomes speak for, and how many are not drawn (C44)."""
    if not found.counts:
        return "This result has no samples."
    said = [f"{counted(len(found.counts), 'sample')}."]
    if _tells_sex(found):
        kinds = {
            kind: sum(each.sex == kind for each in found.counts)
            for kind in ("one X", "two X", "unclear", "too few calls")
        }
        told = ", ".join(f"{n:,} {kind}" for kind, n in kinds.items() if n)
        said.append(f"By the heterozygous calls on X outside of what it shares with Y: {told}.")
    elif found.has_x:
        said.append(f"Fewer than {LEAST_CALLS} calls of each on X: they tell no sex.")
    else:
        said.append("The file holds no X chromosome: nothing tells the sex.")
    rest = len(found.counts) - MOST_BARS
    if rest > 0:
        said.append(f"The first {MOST_BARS} are drawn, {rest:,} more are among the numbers.")
    return " ".join(said)


def numbers(found: Samples) -> tuple[list[str], list[list[str | int]]]:
    """Every sample of the file."""
    rows: list[list[str | int]] = [
        [each.sample, each.het, each.hom, each.missing, each.x_het, each.x_hom, each.sex] for each in found.counts
    ]
    return ["sample", "heterozygous", "homozygous", "missing", "x_heterozygous", "x_homozygous", "x_speaks_for"], rows


def is_empty(found: Samples) -> bool:
    """True without a call."""
    return not any(each.het + each.hom + each.missing for each in found.counts)


def _tells_sex(found: Samples) -> bool:
    return any(each.x_share is not None for each in found.counts)


def _short(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"


def _trace(drawn: list[SampleCounts], name: str, kind: str, colour: str) -> look.Figure:
    counts = [getattr(each, kind) for each in drawn]
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": list(range(len(drawn))),
        "x": counts,
        "marker": look.plain_marker(colour),
        "textposition": "none",
        "customdata": [_carries(each.sample, kind) for each in drawn],
        "hovertext": [look.folded(each.sample, 40) for each in drawn],
        "hovertemplate": f"%{{hovertext}}<br>%{{x:,d}} {name.lower()}<extra></extra>",
    }


def _carries(sample: str, kind: str) -> look.Condition | None:
    known = selection.one_of("sample", [sample])  # as long as a filter may hold it
    return {"kind": "carries", "sample": sample, "calls": [kind]} if known and sample else None


def _on_x(drawn: list[SampleCounts]) -> look.Figure:
    shown = [(place, each) for place, each in enumerate(drawn) if each.x_share is not None]
    symbols = {"one X": "square", "two X": "circle", "unclear": "diamond-open", "too few calls": "x"}
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "Heterozygous on X",
        "xaxis": "x2",
        "showlegend": False,
        "x": [each.x_share for _, each in shown],
        "y": [place for place, _ in shown],
        "marker": {"color": look.TEXT, "size": 9, "symbol": [symbols[each.sex] for _, each in shown]},
        "hovertext": [
            f"{look.folded(each.sample, 40)}<br>{each.x_het:,} of {each.x_het + each.x_hom:,} calls on X "
            f"are heterozygous: {each.sex}"
            for _, each in shown
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
