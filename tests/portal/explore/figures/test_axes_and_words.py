"""Axes that can be read and sentences that are true: of histograms, frequencies, proteins, rainfall, samples."""

from __future__ import annotations

import math
from typing import Any

import pytest

from pipeline.results.filters.reading import read_filter
from pipeline.results.plots.contexts import Contexts
from pipeline.results.plots.domains import Domain
from pipeline.results.plots.frequencies import Frequencies, FrequencyBin
from pipeline.results.plots.histograms import Bin, Histogram
from pipeline.results.plots.protein import Lollipop, Protein
from pipeline.results.plots.rainfall import Points, Rainfall
from pipeline.results.plots.samples import SampleCounts, Samples
from portal.explore.figures import (
    contexts,
    decades,
    frequencies,
    histograms,
    look,
    protein,
    protein_band,
    rainfall,
    rainfall_marks,
    samples,
    wording,
)

NOTHING = read_filter(None)


def _histogram(*rows: int, width: float = 5, whole: bool = True, unknown: int = 0) -> Histogram:
    edges = [n * width for n in range(len(rows) + 1)]
    last = len(rows) - 1
    bins = [Bin(edges[n], None if n == last else edges[n + 1], count) for n, count in enumerate(rows)]
    return Histogram("dp", bins, unknown, whole)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (_histogram(1, 6, 2), "9 variants with a value; half have 9 or less. Most often 5 to 9 (6)."),
        (_histogram(1, 6, 2, width=1), "9 variants with a value; half have 1 or less. Most often 1 (6)."),
        (_histogram(1, 2, 6, whole=False), "9 variants with a value; half have 10 or more. Most often 10 or more (6)."),
        (
            _histogram(3, 1, whole=False),
            "4 variants with a value; half have less than 5. Most often 0 to less than 5 (3).",
        ),
        (_histogram(4, unknown=2), "4 variants with a value, 0 or more. 2 without a value."),
        (_histogram(0, 0, unknown=7), "7 variants, none with a depth (DP)."),
        (_histogram(0), "No variant passes the filter."),
    ],
)
def test_what_half_of_them_have_is_the_upper_end_of_the_bin_in_the_middle(found: Histogram, said: str) -> None:
    assert histograms.alternative(found) == said


def test_below_the_last_bar_stands_that_it_holds_all_that_is_greater() -> None:
    axis = histograms.figure(_histogram(*[1] * 20), NOTHING)["layout"]["xaxis"]
    assert axis["ticktext"] == ["0", "20", "40", "60", "80", "≥ 95"]
    assert axis["tickvals"][-1] == 97.5


@pytest.mark.parametrize(("first", "texts"), [(-1, ["0.1", "0.2", "0.5", "1"]), (-3, ["0.001", "0.01", "0.1", "1"])])
def test_few_decades_have_ticks_between_them(first: int, texts: list[str]) -> None:
    found = decades.ticks(first, False)
    assert found["ticktext"] == texts
    assert found["tickvals"] == pytest.approx([math.log10(float(text)) for text in texts])
    assert len(decades.ticks(-7, False, narrow=True)["tickvals"]) == 4


def test_frequencies_that_are_all_unknown_are_no_plot() -> None:
    found = Frequencies("af", [], 12, 0, 0)
    assert frequencies.is_empty(found)
    assert frequencies.alternative(found) == "12 variants, none with a known frequency."
    assert not frequencies.is_empty(Frequencies("af", [FrequencyBin(0.1, 1, 1)], 12, 0, 0))


@pytest.mark.parametrize(
    ("start", "end", "title", "texts"),
    [
        (1, 17_100_000, "Position (Mb)", ["0", "5", "10", "15"]),
        (50_000_001, 53_000_000, "Position (Mb)", ["50", "50.5", "51", "51.5", "52", "52.5", "53"]),
        (1, 248_956_422, "Position (Mb)", ["0", "50", "100", "150", "200"]),
    ],
)
def test_long_stretches_are_told_in_megabases(start: int, end: int, title: str, texts: list[str]) -> None:
    axis = look.place_axis("Position", start, end)
    assert (axis["title"]["text"], axis["ticktext"]) == (title, texts)


def test_short_stretches_are_told_in_bases() -> None:
    assert look.place_axis("Position", 100, 105)["dtick"] == 1
    assert look.place_axis("Position", 1, 16_569)["title"]["text"] == "Position (bases)"


def test_long_names_keep_both_ends() -> None:
    assert wording.short("chr1_KI270706v1_random", 12) == "chr1_K…andom"
    assert wording.short("chr1", 12) == "chr1"


def _protein(*domains: Domain) -> Protein:
    found = [Lollipop(10, "HIGH", 2, ["p.A10V"]), Lollipop(50, "LOW", 1, [])]
    return Protein("G", "T1", found, 100, [33.3], 3, 0, list(domains))


def test_a_brush_over_residues_means_those_of_this_gene() -> None:
    brush = protein.figure(_protein(), NOTHING)["layout"]["meta"]["brush"]
    assert brush["beside"] == [{"kind": "one_of", "column": "gene", "values": ["G"]}]
    assert brush["whole"] is True


def test_the_plot_goes_to_the_residues_that_are_chosen() -> None:
    whole = protein.figure(_protein(), NOTHING)["layout"]["xaxis"]["range"]
    chosen = read_filter({"kind": "range", "column": "protein_position", "least": 40, "most": 60})
    assert whole == [0.5 - 1, 100.5 + 1]
    assert protein.figure(_protein(), chosen)["layout"]["xaxis"]["range"] == [35, 65]


def test_exons_and_domains_are_drawn_and_told() -> None:
    domains = (Domain("TIR", 1, 40), Domain("LRR", 30, 60), Domain("Kinase", 70, 90))
    assert protein_band.in_lanes(list(domains)) == [[domains[0], domains[2]], [domains[1]]]
    found = protein.figure(_protein(*domains), NOTHING)
    assert len(found["layout"]["shapes"]) == 2 + 3
    assert {each["text"] for each in found["layout"]["annotations"]} == {"TIR", "LRR", "Kinase"}
    told = found["data"][-1]["hovertext"]
    assert told[:2] == ["Coding exon 1, residues 1 to 33", "Coding exon 2, residues 34 to 100"]
    assert "Kinase, residues 70 to 90" in told
    assert found["layout"]["yaxis"]["range"][0] < min(shape["y0"] for shape in found["layout"]["shapes"])
    assert protein.alternative(_protein(*domains)) == (
        "3 variants of G along T1, 100 residues; most at residue 10: 2. Below: 2 coding exons and 3 domains. "
        "3 variants of the gene lie elsewhere."
    )


def _rain(count: int) -> Rainfall:
    points = Points([n + 1 for n in range(count)], [1] * count, [1 + n % 4 for n in range(count)])
    return Rainfall({"1": 10 * count, "2": 100}, {"1": points}, [], 10, count)


def test_many_points_are_one_picture_and_few_tell_their_place() -> None:
    few, many = (rainfall_marks.points(_rain(n), {"1": 0, "2": 0}) for n in (40, rainfall_marks.MOST_TOLD + 1))
    assert not [trace for trace in few if "picture" in trace.get("meta", {})]
    assert all(trace["meta"]["picture"] and "hovertext" not in trace for trace in many)


@pytest.mark.parametrize(
    ("chosen", "covers"),
    [
        (None, []),
        ([{"contig": "1", "start": 101, "end": 200}], [(0, 100), (200, 500)]),
        ([{"contig": "2"}], [(0, 400)]),
        ([{"contig": "1", "start": 1, "end": 50}, {"contig": "1", "start": 40, "end": 90}], [(90, 500)]),
        ([{"contig": "other"}], [(0, 500)]),
    ],
)
def test_what_of_the_genome_the_filter_leaves_out_is_covered(chosen: Any, covers: list[tuple[int, int]]) -> None:
    group = read_filter({"kind": "regions", "regions": chosen} if chosen else None)
    shapes = rainfall.figure(_rain(40), group)["layout"]["shapes"]
    assert [(shape["x0"], shape["x1"]) for shape in shapes if shape["type"] == "rect"] == covers


def test_the_sex_check_names_few_samples_and_says_what_places_speak_for() -> None:
    counts = [
        SampleCounts("son", 5, 50, 0, 1, 60),
        SampleCounts("mother", 60, 30, 2, 50, 25),
        SampleCounts("x", 1, 1, 1, 0, 1),
    ]
    found = Samples(counts, has_x=True)
    assert samples.alternative(found).endswith("one X: son; two X: mother; too few calls: x.")
    layout = samples.figure(found, NOTHING)["layout"]
    assert [each["text"] for each in layout["annotations"]] == ["one X", "two X"]
    many = Samples([SampleCounts(f"s{n}", 5, 50, 0, 1, 60) for n in range(107)], has_x=True)
    assert "one X: 107 samples" in samples.alternative(many)
    assert len(samples.figure(many, NOTHING)["data"][0]["y"]) == 107
    assert samples.figure(many, NOTHING)["layout"]["height"] < 2_000


def test_contexts_stand_in_six_panels_under_their_change() -> None:
    found = contexts.figure(Contexts({"A[C>A]A": 3, "T[T>G]T": 1}, 1, 0), NOTHING)
    places = [place for trace in found["data"] for place in trace["x"]]
    assert places == sorted(places)
    assert len(set(places)) == 96
    assert [each["text"] for each in found["layout"]["annotations"]] == ["C→A", "C→G", "C→T", "T→A", "T→C", "T→G"]
    assert (found["layout"]["xaxis"]["ticktext"][0], found["layout"]["xaxis"]["ticktext"][-1]) == ("ACA", "TTT")
    assert contexts.alternative(Contexts({}, 1, 5)) == (
        "5 substitutions, all where this job's reference holds no sequence or another base."
    )
