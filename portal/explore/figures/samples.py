"""Samples: heterozygous and homozygous calls of each, and what its X chromosome says of its sex."""

from __future__ import annotations

from pipeline.results.filters.model import Group
from pipeline.results.plots.samples import LEAST_CALLS, SampleCounts, Samples
from portal.components.words import counted
from portal.explore.figures import bar_layout, look, selection, sex_check, wording

MOST_BARS = 120
MANY, THIN_PIXELS = 30, 14  # more samples have thinner bars, of so many pixels
LETTERS = 16
HEAD_PIXELS = 10
NAMED = 4  # samples by name among the words
KINDS = (
    ("Heterozygous", "het", look.plain_marker()),
    ("Homozygous", "hom", look.plain_marker(look.STRONG)),
    ("Missing", "missing", look.impact_marker(None)),  # hatched, as all that is not known
)


def figure(found: Samples, _group: Group) -> look.Figure:
    """Lying bars for each sample; beside them, where the file holds X, the share of heterozygous calls there."""
    drawn = found.counts[:MOST_BARS]
    labels = [wording.short(each.sample, LETTERS) for each in drawn]
    highest = max((each.het + each.hom + each.missing for each in drawn), default=0)
    traces = [_trace(drawn, *kind) for kind in KINDS if any(getattr(each, kind[1]) for each in drawn)]
    layout = bar_layout.lying_bars(labels, highest, "Calls", **look.legend())
    layout["height"] += HEAD_PIXELS
    if len(drawn) > MANY:
        layout["height"] -= (bar_layout.BAR_PIXELS - THIN_PIXELS) * len(drawn)
        layout["yaxis"]["tickfont"] = {"color": look.TEXT, "size": THIN_PIXELS - 4}
    layout["xaxis"] |= {"range": [0, max(highest, 1) * 1.02]}
    if _tells_sex(found):
        return sex_check.beside({"data": traces, "layout": layout}, drawn)
    return {"data": traces, "layout": layout}


def alternative(found: Samples) -> str:
    """How many samples, what their X chromosomes speak for, and how many are not drawn (C44)."""
    if not found.counts:
        return "This result has no samples."
    said = [f"{counted(len(found.counts), 'sample')}."]
    if _tells_sex(found):
        told = "; ".join(
            _of_sex(found, kind) for kind in sex_check.SYMBOLS if any(each.sex == kind for each in found.counts)
        )
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


def _of_sex(found: Samples, kind: str) -> str:
    names = [each.sample for each in found.counts if each.sex == kind]
    return f"{kind}: {', '.join(names)}" if len(names) <= NAMED else f"{kind}: {len(names):,} samples"


def _trace(drawn: list[SampleCounts], name: str, kind: str, marker: look.Figure) -> look.Figure:
    counts = [getattr(each, kind) for each in drawn]
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": list(range(len(drawn))),
        "x": counts,
        "marker": marker,
        "textposition": "none",
        "customdata": [_carries(each.sample, kind) for each in drawn],
        "hovertext": [
            f"{wording.folded(each.sample, 40)}<br>{n:,} {name.lower()}" for each, n in zip(drawn, counts, strict=True)
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _carries(sample: str, kind: str) -> look.Condition | None:
    known = selection.one_of("sample", [sample])  # as long as a filter may hold it
    return {"kind": "carries", "sample": sample, "calls": [kind]} if known and sample else None
