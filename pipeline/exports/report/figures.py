"""The figures of a report: what the explorer's plots count, over the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.exports.contents import Contents
from pipeline.exports.report.bars import IMPACT_COLOURS, NOTHING, PLAIN, Bar, bars
from pipeline.results import connection
from pipeline.results.filters.presets import significance_column
from pipeline.results.plots.classes import classes
from pipeline.results.plots.consequences import consequences
from pipeline.results.plots.frequencies import frequencies, frequency_columns
from pipeline.results.plots.genes import genes
from pipeline.results.plots.substitutions import substitutions

MOST_BARS = 20


@dataclass(frozen=True)
class Figure:
    """A figure with its heading, the sentence below it, and the drawing (SVG)."""

    title: str
    sentence: str
    svg: str


def figures(contents: Contents) -> Iterator[Figure]:
    """Those for which the result has the columns and the rows anything to draw."""
    present = set(contents.source.table.types)
    for needs, make in MAKERS:
        contents.check()
        if needs <= present:
            yield from make(contents)


def _figure(title: str, sentence: str, rows: list[Bar]) -> Iterator[Figure]:
    """A figure of at most `MOST_BARS` rows, which says how many it leaves out."""
    if not rows:
        return
    left = rows[MOST_BARS:]
    if left:
        others = sum(row.value for row in left)
        sentence = f"{sentence} The {MOST_BARS} longest of {len(rows):,} bars; the others stand for {others:,}."
    yield Figure(title, sentence, bars(rows[:MOST_BARS], title))


def _consequences(contents: Contents) -> Iterator[Figure]:
    found = consequences(contents.source)
    rows = [
        Bar(
            one.consequence.replace("_variant", "").replace("_", " ").replace("&", ", "),
            one.variants,
            IMPACT_COLOURS.get(one.impact or "", PLAIN),
        )
        for one in found
        if one.consequence
    ]
    without = sum(one.variants for one in found if not one.consequence)
    sentence = "Orange-red: high impact; yellow: moderate; green: low; grey: modifier (Ensembl's classes)."
    sentence += f" Not annotated: {without:,}." if without else ""
    yield from _figure("Consequences", sentence, rows)


def _contigs(contents: Contents) -> Iterator[Figure]:
    sql = f"SELECT v.chrom, count(*) AS n FROM {contents.source.sql} GROUP BY v.chrom ORDER BY min(v.rid)"
    found = [Bar(str(name), n) for name, n in connection.rows(sql, contents.source.parameters)]
    if len(found) > MOST_BARS + 5:
        found.sort(key=lambda row: -row.value)
    if len(found) > 1:  # of one contig the number at the top says it all
        yield from _several("Contigs", "Variants by contig.", found)


def _several(title: str, sentence: str, rows: list[Bar]) -> Iterator[Figure]:
    """All 25 contigs of a human genome are drawn; of an assembly's thousands the largest."""
    if 0 < len(rows) <= MOST_BARS + 5:
        yield Figure(title, sentence, bars(rows, title))
    else:
        yield from _figure(title, sentence, rows)


def _frequencies(contents: Contents) -> Iterator[Figure]:
    names = frequency_columns(contents.source.table)
    if not names:
        return
    found = frequencies(contents.source, names[0])
    filled = [place for place, one in enumerate(found.bins) if one.variants]
    bins = found.bins[filled[0] : filled[-1] + 1] if filled else []
    rows = [Bar(f"{one.least:.2g} to {one.most:.2g}", one.variants) for one in bins]
    ends = [Bar("0", found.zero), Bar("above 1", found.above_one)]
    drawn = [*(row for row in ends if row.value), *rows]
    unknown = f" {found.unknown:,} variants have no frequency." if found.unknown else ""
    title = f"Allele frequency ({contents.titles.get(names[0], names[0])})"
    if drawn:
        sentence = f"In bins of equal width on the logarithmic scale.{unknown}"
        yield Figure(title, sentence, bars(drawn, title))


def _substitutions(contents: Contents) -> Iterator[Figure]:
    found = substitutions(contents.source)
    ratio = f"{found.ti_tv:.2f}" if found.ti_tv is not None else "not defined"
    sentence = (
        f"{found.transitions:,} transitions by {found.transversions:,} transversions: {ratio}. Beside them, what is no "
        "substitution of one base."
    )
    rows = [Bar(name.replace(">", " → "), n) for name, n in found.types.items()]
    rows += [Bar(name, n, NOTHING) for name, n in found.others.items()]
    yield from _figure("Substitutions and other changes", sentence, rows)


def _genes(contents: Contents) -> Iterator[Figure]:
    found = genes(contents.source)
    rows = [
        Bar(one.gene, one.high + one.moderate, IMPACT_COLOURS["MODERATE"], one.high, IMPACT_COLOURS["HIGH"])
        for one in found.ranked[:MOST_BARS]
    ]
    if rows:
        sentence = (
            f"Orange-red: high impact; yellow: moderate. {found.genes:,} genes have such variants, "
            f"{found.variants:,} in all."
        )
        yield Figure("Genes with most damaging variants", sentence, bars(rows, "Genes with most damaging variants"))


def _clinvar(contents: Contents) -> Iterator[Figure]:
    if significance_column(contents.source.table) is None:
        return
    found = classes(contents.source)
    rows = [Bar(name.replace("_", " "), n) for name, n in found.counts.items()]
    if not rows:
        return
    without = f" It says nothing of {found.without:,} others." if found.without else ""
    yield from _figure("ClinVar", f"Variants by the class that ClinVar gives them.{without}", rows)


MAKERS: tuple[tuple[frozenset[str], Callable[[Contents], Iterator[Figure]]], ...] = (
    (frozenset({"consequence", "impact"}), _consequences),
    (frozenset({"gene", "impact"}), _genes),
    (frozenset(), _clinvar),
    (frozenset({"ref", "alt"}), _substitutions),
    (frozenset(), _frequencies),
    (frozenset({"chrom"}), _contigs),
)
