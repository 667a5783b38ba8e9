"""Calls of samples, and what X says of their sex; genotype qualities."""

from __future__ import annotations

from pipeline.results.plots import histograms, samples
from tests.pipeline.results.plots.tables import calls_of, row, source_of

HOSTILE = "<b>o'neill</b>"
ON_X = range(3_000_000, 3_000_100)


def test_calls_are_counted_for_each_sample_and_x_tells_the_sex() -> None:
    rows = [row(0, "chr1", 5, "A", "C"), row(1, "chrX", 50_000, "A", "C")]
    rows += [row(2 + n, "chrX", pos, "A", "C") for n, pos in enumerate(ON_X)]
    calls = [(0, "he", "0/1", None), (0, HOSTILE, "1|1", None), (0, "quiet", "./.", None), (1, "he", "0/1", None)]
    for rid in range(2, len(rows)):
        calls += [(rid, "he", "1", None), (rid, HOSTILE, "0/1" if rid % 2 else "1/1", None)]
    found = samples.samples(source_of(rows), calls_of(calls), ["quiet", "he", HOSTILE, "nothing"])
    quiet, he, she, nothing = found.counts
    assert (he.het, he.hom, he.missing) == (2, 100, 0)
    assert (he.x_het, he.x_hom, he.sex) == (0, 100, "one X")  # what X shares with Y is left out
    assert (she.sample, she.het, she.hom, she.x_share, she.sex) == (HOSTILE, 50, 51, 0.5, "two X")
    assert (quiet.missing, quiet.sex) == (1, "too few calls")
    assert (nothing.sample, nothing.het + nothing.hom + nothing.missing) == ("nothing", 0)


def test_only_variants_that_match_are_counted() -> None:
    rows = [row(n, "chr1", n + 1, "A", "C", dp=n) for n in range(10)]
    calls = calls_of([(n, "s", "0/1", float(n * 10)) for n in range(10)])
    source = source_of(rows, {"kind": "range", "column": "dp", "least": 6})
    found = samples.samples(source, calls, ["s"])
    assert not found.has_x
    assert found.counts[0].het == 4
    assert sum(each.rows for each in histograms.of_calls(source, calls, "gq").bins) == 4
    assert sum(each.rows for each in histograms.of_calls(source_of(rows), calls, "gq").bins) == 10
