"""Which alleles are sent to be judged together."""

from __future__ import annotations

import numpy as np

from pipeline.annotation.haplotypes.coding import CodingTranscript
from pipeline.annotation.haplotypes.neighbours import Changes, may_meet, together

# Coding bases 101 … 400 and 501 … 800.
PARTS = (np.array([101, 501]), np.array([400, 800]), np.array([0, 300]))


def changes(*alleles: tuple[int, int, int]) -> Changes:
    """Alleles as position and lengths of REF and ALT."""
    pos, ref, alt = (np.array(column, np.int64) for column in zip(*alleles, strict=True))
    return Changes(pos, pos + ref - 1, alt - ref, alt == ref)


def chosen(carried: list[str], *alleles: tuple[int, int, int], forward: bool = True) -> list[str]:
    """For each allele the copies (as 0 and 1) on which it is to be judged with others."""
    found = changes(*alleles)
    transcript = CodingTranscript(*PARTS, forward)
    if not may_meet(found, [transcript]):
        return ["0" * len(carried[0])] * len(alleles)
    matrix = np.array([[mark == "1" for mark in row] for row in carried])
    return ["".join("01"[int(value)] for value in row) for row in together(found, matrix, [transcript])]


def test_substitutions_within_a_codon_on_the_same_copy() -> None:
    assert chosen(["110", "101"], (110, 1, 1), (112, 1, 1)) == ["100", "100"]
    assert chosen(["11", "11"], (110, 1, 1), (113, 1, 1)) == ["00", "00"]


def test_the_last_and_first_base_of_two_exons() -> None:
    assert chosen(["11", "01"], (400, 1, 1), (501, 1, 1)) == ["01", "01"]


def test_a_shift_and_its_repair_with_all_between_them() -> None:
    alleles = (110, 1, 2), (160, 1, 1), (530, 2, 1)
    assert chosen(["111", "110", "101"], *alleles) == ["101", "100", "101"]


def test_a_shift_that_lasts_goes_with_neighbours_behind_it_only() -> None:
    assert chosen(["1", "1", "1"], (110, 1, 2), (160, 1, 1), (200, 1, 1)) == ["0", "0", "0"]
    assert chosen(["1", "1", "1"], (110, 1, 2), (160, 1, 1), (161, 1, 1)) == ["1", "1", "1"]


def test_on_the_reverse_strand_what_comes_before_the_shift_lies_to_its_right() -> None:
    alleles = (110, 1, 2), (160, 1, 1), (161, 1, 1)
    assert chosen(["1", "1", "1"], *alleles, forward=False) == ["0", "1", "1"]


def test_three_shifts_of_one_base_make_a_codon() -> None:
    assert chosen(["11", "11", "10"], (110, 1, 2), (160, 1, 2), (210, 1, 2)) == ["10", "10", "10"]


def test_an_indel_may_stand_some_bases_from_where_it_is_left_aligned_to() -> None:
    assert chosen(["1", "1"], (110, 1, 4), (130, 1, 1)) == ["1", "1"]
    assert chosen(["1", "1"], (110, 1, 4), (150, 1, 1)) == ["0", "0"]
