"""NCBI's translation tables."""

from __future__ import annotations

import pytest

from pipeline.annotation.transcripts.genetic_codes import (
    amino_acid_codes,
    reverse_complement,
    three_letters,
    translate_bases,
)
from pipeline.reference.build import GENETIC_CODES


@pytest.mark.parametrize(
    ("code", "codons", "residues"),
    [
        (1, "ATGTGATAAAGAATACTG", "M**RIL"),
        (2, "ATGTGATAAAGAATACTG", "MW**ML"),
        (3, "CTTATATGA", "TMW"),
        (6, "TAATAGTGA", "QQ*"),
        (12, "CTGTGA", "S*"),
    ],
)
def test_codons_of_some_tables_C42(code: int, codons: str, residues: str) -> None:
    assert translate_bases(codons, code) == residues


def test_every_table_that_a_bundle_may_name_is_known() -> None:
    for code in GENETIC_CODES:
        assert len(amino_acid_codes(code)) == 65


def test_unknown_bases_and_rests_of_codons() -> None:
    assert translate_bases("ATGNTAAC", 1) == "MX"
    assert three_letters("MX*U") == "MetXaaTerSec"
    assert reverse_complement("ACGTN") == "NACGT"
