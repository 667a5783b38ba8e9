"""What single genotypes say of the chromosome copies."""

from __future__ import annotations

import pytest

from pipeline.annotation.haplotypes.carriers import NOTHING, Placed, placed, tells_phase


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0|1", Placed(0, 1, (), True)),
        ("2|1", Placed(2, 1, (), True)),
        ("1/1", Placed(1, 1, (), False)),
        ("1|1", Placed(1, 1, (), False)),
        ("1", Placed(1, NOTHING, (), False)),
        (".|1", Placed(NOTHING, 1, (), True)),
        ("|1", Placed(1, NOTHING, (), False)),
        ("/0|1", Placed(0, 1, (), True)),
        ("0/1", Placed(NOTHING, NOTHING, (1,), False)),
        ("1/2", Placed(NOTHING, NOTHING, (1, 2), False)),
        ("1/.", Placed(NOTHING, NOTHING, (1,), False)),
        ("0|1|1", Placed(NOTHING, NOTHING, (1, 1), False)),
        (".", Placed(NOTHING, NOTHING, (), False)),
        ("./.", Placed(NOTHING, NOTHING, (), False)),
    ],
)
def test_which_copy_has_which_allele(text: str, expected: Placed) -> None:
    assert placed(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0|1", True),
        ("0|0", True),
        ("1", True),
        ("0", True),
        ("0/1", False),
        ("1/1", False),
        (".", False),
        ("/1", False),
    ],
)
def test_whether_a_call_is_that_of_a_phased_file(text: str, expected: bool) -> None:
    assert tells_phase(text) is expected
