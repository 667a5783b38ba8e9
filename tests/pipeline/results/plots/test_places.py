"""Plots along the genome: every contig has its place (C44), each variant is counted once, distances are right."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace

import pyarrow as pa
import pytest

from pipeline.results.filters.model import Region
from pipeline.results.matches import JOINED
from pipeline.results.plots import circle, contigs, genome, rainfall
from tests.pipeline.results.plots.tables import CONTIGS, HOSTILE, random_rows, row, source_of, stored

ROWS = random_rows(800)


def test_cells_hold_every_variant_of_every_contig_in_the_order_of_the_file() -> None:
    found = genome.genome(source_of(ROWS), {"chr2": 8_000})
    assert [each.contig for each in found.rows] == list(CONTIGS)
    assert found.rows[0].length == 8_000
    assert {each.contig: each.variants for each in found.rows} == Counter(each["chrom"] for each in ROWS)
    for cell in found.cells:
        inside = [r for r in ROWS if r["chrom"] == cell.contig and cell.start <= r["pos"] <= cell.end]
        assert cell.variants == len(inside)
        assert cell.damaging == sum(r["impact"] in ("HIGH", "MODERATE") for r in inside)


def test_contigs_without_a_row_of_their_own_are_counted_together_C44() -> None:
    rows = [row(n, f"scaffold_{n}", 5, "A", "C") for n in range(60)]
    found = genome.genome(source_of(rows), {})
    assert len(found.rows) == genome.MOST_ROWS - 1
    assert len(found.rows) + len(found.others) == 60
    assert sum(each.variants for each in found.rows) + sum(found.others.values()) == 60


def test_a_filter_moves_no_contig() -> None:
    found = genome.genome(source_of(ROWS, {"kind": "one_of", "column": "chrom", "values": ["MT"]}), {})
    assert [each.contig for each in found.rows] == list(CONTIGS)
    assert {each.contig for each in found.cells} == {"MT"}


@pytest.mark.parametrize(
    "region", [Region(contig="MT"), Region(contig="MT", start=100, end=160), Region(contig=HOSTILE)]
)
def test_a_stretch_goes_down_to_single_bases(region: Region) -> None:
    found = genome.stretch(source_of(ROWS), region, {"MT": 16_569})
    inside = [r for r in ROWS if r["chrom"] == region.contig and region.start <= r["pos"] <= region.end]
    assert sum(each.variants for each in found.bins) == len(inside)
    assert all(found.start <= each.start <= found.end for each in found.bins)
    assert found.width == 1 or found.end - found.start > genome.STRETCH_BINS


def test_the_circle_is_the_mitochondrial_genome_whatever_its_name() -> None:
    rows = [row(0, "1", 5, "A", "C"), row(1, "chrM", 16_000, "A", "C", impact="LOW")]
    found = circle.circle(source_of(rows), contigs.reference_of("rcrs"))
    assert found is not None
    assert found.along.length == 16_569
    assert len(found.genes) == 37
    assert circle.circle(source_of(rows[:1]), None) is None


def test_rainfall_tells_the_distance_to_the_variant_before_on_the_contig() -> None:
    found = rainfall.rainfall(source_of(ROWS), {})
    for name in CONTIGS:
        places = [r["pos"] for r in ROWS if r["chrom"] == name]
        assert found.points[name].positions == places[1:]
        assert found.points[name].distances == [b - a for a, b in itertools.pairwise(places)]
    assert found.variants == len(ROWS) - len(CONTIGS)


def test_too_many_points_are_binned_and_none_is_lost_C44(monkeypatch: pytest.MonkeyPatch) -> None:
    points = rainfall.rainfall(source_of(ROWS), {})
    monkeypatch.setattr(rainfall, "MOST_POINTS", 100)
    found = rainfall.rainfall(source_of(ROWS), {})
    assert not found.points
    assert found.variants == points.variants == sum(each.variants for each in found.bins)
    counted = Counter(each.contig for each in found.bins for _ in range(each.variants))
    assert counted == {name: len(each.positions) for name, each in points.points.items()}
    near = sum(each.variants for each in found.bins if each.exponent < 1)
    assert near == sum(distance < 10 for each in points.points.values() for distance in each.distances)


def test_rows_that_a_join_mixes_are_put_in_order_again() -> None:
    plain = source_of(ROWS)
    kept = [r for r in ROWS if r["rid"] % 3]
    matches = stored("matches", pa.table({"rid": [r["rid"] for r in kept][::-1]}), "matches")
    joined = replace(plain, sql=JOINED, parameters=plain.parameters | {"matches": str(matches)}, count=len(kept))
    assert rainfall.rainfall(joined, {}).points == rainfall.rainfall(source_of(kept), {}).points
