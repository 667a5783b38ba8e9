"""The variants that a report lists one by one, by a rule that it states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.exports.contents import Contents
from pipeline.exports.noted import TAG
from pipeline.exports.report.bars import IMPACT_COLOURS
from pipeline.exports.report.cells import Cell, cell, change, words
from pipeline.notes.model import TAGS
from pipeline.results import connection
from pipeline.results.filters.presets import frequency_column, significance_column
from pipeline.results.plots.classes import MOST_PATHOGENIC, classes, rank
from pipeline.results.table_schema import identifier
from pipeline.settings import get_settings

Row = Mapping[str, Any]
IMPACTS = "list_position(['HIGH', 'MODERATE', 'LOW', 'MODIFIER'], v.impact)"
CAUSAL = "likely_causal"


@dataclass(frozen=True)
class Top:
    """Rows under their titles, and the sentence that says which they are."""

    sentence: str
    titles: list[str]
    rows: list[list[Cell]]


def top_variants(contents: Contents) -> Top:
    """The first `report_variants`: those marked, then by ClinVar's class, impact, frequency and quality."""
    source, most = contents.source, get_settings().report_variants
    present = set(source.table.types)
    orders, parameters = _orders(contents)
    by = ", ".join(f"{sql} NULLS LAST" for sql, _ in orders) or "v.rid"
    names = ["chrom", "pos", "ref", "alt", *(name for name in _READ if name in present)]
    extra = {"frequency": frequency_column(source.table), "significance": significance_column(source.table)}
    columns = [f"v.{identifier(name)}" for name in names]
    columns += [f"v.{identifier(name)} AS {title}" for title, name in extra.items() if name]
    asked = f"SELECT {', '.join(columns)} FROM {source.sql} ORDER BY {by}, v.rid LIMIT $most"
    found = connection.records(asked, source.parameters | parameters | {"most": most})
    rule = ", then ".join(said for _, said in orders) or "in the order of the file"
    told = "All of them" if len(found) == source.count else f"The first {len(found):,} of {source.count:,}"
    parts = [part for part in _parts(extra["frequency"], contents.titles) if part.needs & {*present, *_there(extra)}]
    columns_of = {part.title: [part.make(row) for row in found] for part in parts}
    told_of = {title: cells for title, cells in columns_of.items() if any(each.lines for each in cells)}
    return Top(f"{told}: {rule}.", list(told_of), [list(row) for row in zip(*told_of.values(), strict=True)])


def _there(extra: Mapping[str, str | None]) -> set[str]:
    return {title for title, name in extra.items() if name}


def _orders(contents: Contents) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """What the list is ordered by, as SQL and in words, and the parameters of the SQL."""
    table = contents.source.table
    frequency, significance = frequency_column(table), significance_column(table)
    orders: list[tuple[str, str]] = []
    parameters: dict[str, Any] = {}
    if TAG in table.types:
        orders.append((f"CASE v.{TAG} WHEN '{CAUSAL}' THEN 0 ELSE 1 END", "those marked likely causal"))
    if significance:
        named = [name for name in classes(contents.source).counts if rank(name) < MOST_PATHOGENIC]
        if named:
            parameters["pathogenic"] = named
            told = f"CASE WHEN list_contains($pathogenic, v.{identifier(significance)}::VARCHAR) THEN 0 ELSE 1 END"
            orders.append((told, "those that ClinVar calls pathogenic or likely pathogenic"))
    if "impact" in table.types:
        orders.append((IMPACTS, "the most severe impact first"))
    if frequency:
        told = contents.titles.get(frequency, frequency)
        orders.append((f"coalesce(v.{identifier(frequency)}, 0)", f"the rarest ({told}; unknown counts as 0)"))
    if "qual" in table.types:
        orders.append(("CASE WHEN isfinite(v.qual) THEN v.qual END DESC", "the highest quality"))
    return orders, parameters


@dataclass(frozen=True)
class _Part:
    """A column of the list, there where the result has any of the columns that it `needs`."""

    title: str
    needs: set[str]
    make: Callable[[Row], Cell]


_READ = ("id", "gene", "consequence", "impact", "hgvs_c", "hgvs_p", "qual", TAG)


def _parts(frequency: str | None, titles: Mapping[str, str]) -> list[_Part]:
    return [
        _Part("Variant", {"chrom"}, _variant),
        _Part("Gene", {"gene"}, lambda row: cell(row["gene"], kind="gene")),
        _Part("Consequence", {"consequence", "impact"}, _effect),
        _Part("HGVS", {"hgvs_c", "hgvs_p"}, lambda row: cell(row.get("hgvs_c"), row.get("hgvs_p"), kind="hgvs")),
        _Part(
            titles.get(frequency or "", frequency or ""),
            {"frequency"},
            lambda row: cell(row["frequency"], kind="number"),
        ),
        _Part("ClinVar", {"significance"}, lambda row: cell(words(row["significance"]))),
        _Part("Quality", {"qual"}, lambda row: cell(row["qual"], kind="number")),
        _Part("Tag", {TAG}, lambda row: cell(TAGS.get(row[TAG], row[TAG]))),
    ]


def _variant(row: Row) -> Cell:
    name = row.get("id")
    return cell(change(row["chrom"], row["pos"], row["ref"], row["alt"]), name if name != "." else None, kind="variant")


def _effect(row: Row) -> Cell:
    impact = row.get("impact")
    mark = impact if impact in IMPACT_COLOURS else ""
    return cell(words(row.get("consequence")), words(impact).lower(), impact=mark)
