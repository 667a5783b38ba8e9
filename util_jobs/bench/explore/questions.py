"""What people ask of a result: its page when it is opened, filters, blocks of rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipeline.jobs.model import Job
from pipeline.results import blocks
from pipeline.results.blocks import Sort
from pipeline.results.filters.model import NOTHING, Group
from pipeline.results.filters.reading import read_filter
from pipeline.results.matches import Source, matching
from pipeline.results.plots.classes import classes
from pipeline.results.plots.consequences import consequences
from pipeline.results.plots.frequencies import frequencies
from pipeline.results.plots.genes import genes
from pipeline.results.plots.genome import genome
from pipeline.results.plots.histograms import histogram
from pipeline.results.plots.indels import indels
from pipeline.results.plots.substitutions import substitutions

Document = dict[str, Any]


# Ten, as many as the page shows of such a result.
PLOTS: tuple[Callable[[Source], Any], ...] = (
    consequences,
    lambda source: genome(source, {}),
    lambda source: frequencies(source, "gnomad_af"),
    lambda source: frequencies(source, "af"),
    substitutions,
    genes,
    indels,
    lambda source: histogram(source, "qual"),
    lambda source: histogram(source, "dp"),
    classes,
)
SORTS = ([Sort("qual", True)], [Sort("gene")], [Sort("gnomad_af")], [Sort("pos")], [Sort("impact")])
ROWS = 100


def one_of(column: str, *values: str | None) -> Document:
    """A set."""
    return {"kind": "one_of", "column": column, "values": list(values)}


def between(column: str, least: float | None, most: float | None, or_unknown: bool = False) -> Document:
    """A range."""
    return {"kind": "range", "column": column, "least": least, "most": most, "or_unknown": or_unknown}


def filters(turn: int) -> list[Group]:
    """Ranges, sets, genes, regions and some of them together, other ones in every turn, so that none is known yet."""
    rare = between("gnomad_af", None, 0.01 / (turn + 1), or_unknown=True)
    place = {"contig": f"chr{turn % 22 + 1}", "start": 1_000_000, "end": 9_000_000}
    documents: list[Any] = [
        [between("qual", 30 + turn, None), between("gnomad_af", None, 0.01 / (turn + 1))],
        [one_of("impact", "HIGH", "MODERATE"), between("dp", turn, None)],
        [one_of("gene", f"GENE{turn * 37 + 5}")],
        [{"kind": "regions", "regions": [place]}],
        [one_of("impact", "HIGH", "MODERATE"), rare],
        [one_of("clinvar_significance", "Pathogenic", "Likely pathogenic"), between("qual", turn, None)],
        [one_of("gene", *(f"GENE{turn * 50 + n * 11}" for n in range(100)))],
        [one_of("consequence", "intron_variant"), between("qual", 800 + turn, None)],
        [
            one_of("filter", "LowQual"),
            {"kind": "known", "column": "gnomad_af", "known": False},
            between("dp", turn, None),
        ],
        [between("af", 0.9, None), between("dp", 45 + turn % 5, None)],
    ]
    return [read_filter({"kind": "group", "parts": parts}) for parts in documents]


def texts(turn: int) -> list[Group]:
    """Texts that are looked for in four columns."""
    columns = ["gene", "consequence", "hgvs_c", "hgvs_p"]
    words = (f"GENE{turn + 21}", f"p.Ala{turn + 100}", f"c.{turn + 12}345", "stop_g" + "ained"[: turn % 5])
    return [read_filter({"kind": "contains", "text": word, "columns": columns}) for word in words]


def answer(job: Job, group: Group = NOTHING) -> int:
    """Count, all plots and first rows, as the page asks them; gives the count."""
    with matching(job, group) as source:
        for plot in PLOTS:
            plot(source)
        count = source.count
    blocks.read(job, 0, ROWS, (), group)
    return count
