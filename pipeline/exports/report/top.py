"""The variants that a report lists one by one, by a rule that it states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.exports.contents import Contents
from pipeline.results import connection
from pipeline.results.filters.presets import frequency_column, significance_column
from pipeline.results.table_schema import identifier
from pipeline.settings import get_settings

SHOWN = ("gene", "consequence", "impact", "hgvs_c", "hgvs_p", "id", "qual")
IMPACTS = "list_position(['HIGH', 'MODERATE', 'LOW', 'MODIFIER'], v.impact)"
MOST_LETTERS = 40  # of an allele


@dataclass(frozen=True)
class Top:
    """Rows (as text) under their titles, and the sentence that says which they are."""

    sentence: str
    titles: list[str]
    rows: list[list[str]]


def top_variants(contents: Contents) -> Top:
    """The first `report_variants` by impact, frequency and quality."""
    types, source, most = contents.source.table.types, contents.source, get_settings().report_variants
    frequency, significance = frequency_column(source.table), significance_column(source.table)
    names = [*(name for name in SHOWN if name in types), *(name for name in (frequency, significance) if name)]
    orders = [(IMPACTS, "impact" in types, "the most severe impact first")]
    if frequency:
        column = f"v.{identifier(frequency)}"
        orders.append((f"coalesce({column}, 0)", True, f"then the rarest ({frequency}; unknown counts as 0)"))
    orders.append(("v.qual DESC", "qual" in types, "then the highest quality"))
    by = ", ".join(f"{sql} NULLS LAST" for sql, there, _ in orders if there) or "v.rid"
    columns = ", ".join(f"v.{identifier(name)}" for name in ("chrom", "pos", "ref", "alt", *names))
    sql = f"SELECT {columns} FROM {source.sql} ORDER BY {by}, v.rid LIMIT $most"
    found = connection.rows(sql, source.parameters | {"most": most})
    rule = ", ".join(words for _, there, words in orders if there) or "in the order of the file"
    told = "All of them" if len(found) == source.count else f"The first {len(found):,} of {source.count:,}"
    titles = {column.name: column.title for column in contents.columns}
    heads = ["Variant", *(titles.get(name, name) for name in names)]
    return Top(f"{told}: {rule}.", heads, [[_change(row), *map(_text, row[4:])] for row in found])


def _change(row: tuple[Any, ...]) -> str:
    contig, position, ref, alt = row[:4]
    return f"{contig}:{position:,} {_short(ref)}>{_short(alt)}"


def _short(allele: str | None) -> str:
    if allele is None:
        return "."
    return allele if len(allele) <= MOST_LETTERS else f"{allele[:MOST_LETTERS]}… ({len(allele):,} letters)"


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value).replace("_", " ")
