"""What the plots of a job show."""

from __future__ import annotations

import pytest

from pipeline.results import queries
from pipeline.results.queries import Contig
from tests.pipeline.results.conftest import JobMaker
from tests.pipeline.results.finished import variant


def test_consequences_are_counted_with_the_ones_that_were_not_annotated(make_job: JobMaker) -> None:
    found = [(c.consequence, c.impact, c.alleles) for c in queries.consequences(make_job())]
    assert found[0] == (None, None, 5)
    assert found[1] == ("missense_variant", "MODERATE", 2)
    assert sum(count for _, _, count in found) == 10


def test_positions_are_binned_for_each_contig_in_the_order_of_the_file(make_job: JobMaker) -> None:
    found = queries.positions(make_job())
    assert [c.name for c in found.contigs] == ["chr2", "chr10", "'; DROP TABLE x; --"]
    assert found.contigs[0] == Contig("chr2", 3, 10, 901)
    assert sum(b.alleles for b in found.bins) == 10
    assert all(b.start % found.width == 1 % found.width for b in found.bins)
    in_chr2 = {(b.start, b.impact): b.alleles for b in found.bins if b.contig == "chr2"}
    assert sum(in_chr2.values()) == 3


def test_contigs_that_are_not_drawn_are_named_with_their_counts_C44(make_job: JobMaker) -> None:
    rows = [variant(n, f"scaffold_{n}", 5, "A", "C") for n in range(40)] + [variant(40, "scaffold_0", 9, "A", "C")]
    found = queries.positions(make_job(rows))
    assert len(found.contigs) == queries.MAX_CONTIGS_DRAWN
    assert found.contigs[0].name == "scaffold_0"
    assert sum(c.alleles for c in found.contigs) + sum(c.alleles for c in found.left_out) == 41
    assert sum(b.alleles for b in found.bins) == sum(c.alleles for c in found.contigs)


@pytest.mark.parametrize(
    ("last", "width"),
    [(1, 1), (400, 1), (401, 2), (16_569, 50), (249_250_621, 1_000_000), (3_100_000_000, 10_000_000)],
)
def test_a_bin_is_a_round_number_of_bases(last: int, width: int) -> None:
    assert queries.bin_width([Contig("1", 1, 1, last)]) == width


def test_substitutions_are_told_from_other_alleles(make_job: JobMaker) -> None:
    found = queries.substitutions(make_job())
    assert found.types == {"A>G": 1, "A>C": 1, "C>T": 1, "G>A": 1, "T>C": 1}
    assert found.others == {
        "deletion": 2,
        "insertion": 1,
        "multi-base substitution": 1,
        "symbolic or missing": 1,
    }
    assert (found.transitions, found.transversions, found.ti_tv) == (4, 1, 4.0)


def test_without_transversions_there_is_no_ratio(make_job: JobMaker) -> None:
    assert queries.substitutions(make_job([variant(0, "1", 1, "A", "G")])).ti_tv is None
