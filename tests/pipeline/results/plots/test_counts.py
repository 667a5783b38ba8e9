"""What plots count in SQL is what counting row by row gives, with and without a filter; names are values (C09)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from pipeline.jobs.model import Job
from pipeline.results import cache
from pipeline.results.filters.table import Table
from pipeline.results.plots import classes, consequences, frequencies, genes, histograms, indels, substitutions
from tests.pipeline.results.plots.tables import HOSTILE, Row, random_rows, row, source_of

ROWS = random_rows(1200)
FILTERS: list[tuple[Any, Callable[[Row], bool]]] = [
    (None, lambda row: True),
    ({"kind": "one_of", "column": "gene", "values": [HOSTILE, None]}, lambda row: row["gene"] in (HOSTILE, None)),
    ({"kind": "range", "column": "dp", "least": 30}, lambda row: row["dp"] is not None and row["dp"] >= 30),
    ({"kind": "one_of", "column": "gene", "values": ["nobody"]}, lambda row: False),
]


@pytest.fixture(params=FILTERS, ids=["everything", "hostile", "range", "nothing"])
def asked(request: pytest.FixtureRequest) -> tuple[Any, list[Row]]:
    """A source, and the rows that pass its filter."""
    document, passes = request.param
    rows = [row for row in ROWS if passes(row)]
    source = source_of(ROWS, document)
    assert source.count == len(rows)
    return source, rows


def test_consequences(asked: tuple[Any, list[Row]]) -> None:
    source, rows = asked
    found = {(each.consequence, each.impact): each.variants for each in consequences.consequences(source)}
    assert found == Counter((row["consequence"], row["impact"]) for row in rows)


def test_substitutions_and_what_is_none_are_all_variants_C44(asked: tuple[Any, list[Row]]) -> None:
    source, rows = asked
    found = substitutions.substitutions(source)
    plain = [row for row in rows if row["type"] == "SNV" and row["ref"] in "ACGT"]
    assert found.types == Counter(f"{row['ref']}>{row['alt']}" for row in plain)
    assert sum(found.types.values()) + sum(found.others.values()) == len(rows)
    assert found.others.get("symbolic or missing", 0) == sum(row["type"] == "symbolic" for row in rows)


def test_genes_are_ranked_by_damaging_variants_and_the_others_counted_C44(asked: tuple[Any, list[Row]]) -> None:
    source, rows = asked
    damaging = [row for row in rows if row["gene"] and row["impact"] in ("HIGH", "MODERATE")]
    by_gene = Counter(row["gene"] for row in damaging)
    found = genes.genes(source)
    assert (found.genes, found.variants) == (len(by_gene), len(damaging))
    assert [each.high + each.moderate for each in found.ranked] == sorted(by_gene.values(), reverse=True)[:25]
    assert all(by_gene[each.gene] == each.high + each.moderate for each in found.ranked)


@pytest.mark.parametrize("column", ["gnomad_af", "af"])
def test_frequencies_in_logarithmic_bins_unknown_apart(asked: tuple[Any, list[Row]], column: str) -> None:
    source, rows = asked
    values = [row[column] for row in rows]
    known = [value for value in values if value is not None and not math.isnan(value)]
    found = frequencies.frequencies(source, column)
    assert found.unknown == len(values) - len(known)
    assert (found.zero, found.above_one) == (sum(v == 0 for v in known), sum(v > 1 for v in known))
    placed = [value for value in known if 0 < value <= 1]
    assert sum(each.variants for each in found.bins) == len(placed)
    for each in found.bins[1:-1]:
        assert each.variants == sum(each.least <= v < each.most for v in placed)


def test_indels_by_length(asked: tuple[Any, list[Row]]) -> None:
    source, rows = asked
    lengths = Counter(len(row["alt"]) - len(row["ref"]) for row in rows if row["type"] in ("insertion", "deletion"))
    found = indels.indels(source)
    assert found.lengths == {length: n for length, n in lengths.items() if abs(length) <= indels.LONGEST}
    assert found.longer == sum(n for length, n in lengths.items() if length > indels.LONGEST)
    assert found.insertions + found.deletions == sum(lengths.values())


@pytest.mark.parametrize("column", ["qual", "dp"])
def test_histograms_lose_no_row_and_bins_do_not_move_with_the_filter(asked: tuple[Any, list[Row]], column: str) -> None:
    source, rows = asked
    values = [row[column] for row in rows if row[column] is not None and math.isfinite(row[column])]
    found = histograms.histogram(source, column)
    assert found.unknown == len(rows) - len(values)
    assert sum(each.rows for each in found.bins) == len(values)
    everything = histograms.histogram(source_of(ROWS), column)
    assert [each.least for each in found.bins] == [each.least for each in everything.bins]
    for each in found.bins[1:-1]:
        assert each.rows == sum(
            each.least <= value < (math.inf if each.most is None else each.most) for value in values
        )


def test_classes_of_clinvar_worst_first_and_those_without_one(asked: tuple[Any, list[Row]]) -> None:
    source, rows = asked
    counts = Counter(row["clinvar_significance"] for row in rows)
    found = classes.classes(source)
    assert found.without == counts.pop(None, 0)
    assert found.counts == counts
    assert list(found.counts) == sorted(found.counts, key=lambda name: (classes.rank(name), -counts[name], name))


def test_classes_are_ranked_however_a_source_writes_them() -> None:
    names = ["not provided", "Benign", "Likely_benign", "Uncertain significance", "Pathogenic, low penetrance"]
    assert [classes.rank(name) for name in names] == [9, 8, 6, 5, 0]
    worst = ("PATHOGENIC", "Pathogenic|drug_response", "Pathogenic; drug response")
    assert {classes.rank(name) for name in worst} == {0}
    assert classes.rank("Conflicting_classifications_of_pathogenicity") == 3
    rows = [row(n, "chr2", n + 1, "A", "C", clinvar_significance=name) for n, name in enumerate(names * 2)]
    assert list(classes.classes(source_of(rows)).counts) == names[::-1]


def test_a_frequency_that_the_result_has_no_value_of_is_no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source of other contigs fills nothing: the file's own frequencies are drawn at first."""
    rows = [row(n, "chr2", n + 1, "A", "C", af=0.5) for n in range(3)]
    for found, expected in ((rows, ["af"]), ([{**each, "af": None} for each in rows], ["gnomad_af", "af"])):
        source = source_of(found)
        monkeypatch.setattr(cache, "opened", lambda *_, at=source: nullcontext(at.parameters["path"]))
        assert frequencies.frequency_choices(source.table, Job.__new__(Job)) == expected


def test_the_presets_frequency_comes_first_and_the_files_own_last() -> None:
    names = ["af", "mitomap_af", "gnomad_af_nfe", "gnomad_af", "vep_max_af", "strand", "after"]
    table = Table({name: "VARCHAR" if name == "strand" else "DOUBLE" for name in names})
    found = frequencies.frequency_columns(table)
    assert found[0] == "gnomad_af"
    assert found[-1] == "af"
    assert set(found) == {"af", "mitomap_af", "gnomad_af_nfe", "gnomad_af", "vep_max_af"}
