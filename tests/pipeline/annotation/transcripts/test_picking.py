"""Which transcript speaks for an allele."""

from __future__ import annotations

import numpy as np

from pipeline.annotation.consequence_terms import SEVERITY
from pipeline.annotation.transcripts.picking import Candidates, picked, tag_places
from pipeline.reference.gene_model_tables import CANONICAL, MANE_PLUS_CLINICAL, MANE_SELECT

MANE, PLUS, CANON, OTHER = range(4)


def speaker(*rows: tuple[int, int, str, bool]) -> int:
    """The row that speaks; rows are (gene, tag, most severe term, protein-coding)."""
    genes, tags, terms, coding = zip(*rows, strict=True)
    flank = [term in ("upstream_gene_variant", "downstream_gene_variant") for term in terms]
    candidates = Candidates(
        allele=np.zeros(len(rows), np.int64),
        gene=np.array(genes),
        outside=np.array(flank),
        tag=np.array(tags),
        severity=np.array([SEVERITY[term] for term in terms]),
        protein_coding=np.array(coding),
        name=np.arange(len(rows)),
    )
    return int(picked(candidates, 1)[0])


def test_mane_then_canonical_speaks_for_its_gene() -> None:
    assert speaker((0, OTHER, "stop_gained", True), (0, MANE, "intron_variant", True)) == 1
    assert speaker((0, CANON, "stop_gained", True), (0, MANE, "intron_variant", True)) == 1
    assert speaker((0, PLUS, "intron_variant", True), (0, CANON, "missense_variant", True)) == 0
    assert speaker((0, OTHER, "stop_gained", True), (0, CANON, "missense_variant", True)) == 1


def test_without_tags_the_most_severe_speaks() -> None:
    rows = ((0, OTHER, "intron_variant", True), (0, OTHER, "missense_variant", True))
    assert speaker(*rows) == 1


def test_a_canonical_transcript_of_one_gene_hides_no_hit_in_another() -> None:
    assert speaker((0, MANE, "intron_variant", True), (1, OTHER, "missense_variant", True)) == 1
    assert speaker((0, MANE, "upstream_gene_variant", True), (1, OTHER, "synonymous_variant", True)) == 1


def test_a_transcript_that_is_only_near_never_speaks_before_one_that_is_hit() -> None:
    assert speaker((0, MANE, "upstream_gene_variant", True), (0, OTHER, "missense_variant", True)) == 1


def test_among_equals_protein_coding_then_the_first_name() -> None:
    equal = (
        (0, OTHER, "intron_variant", False),
        (1, OTHER, "intron_variant", True),
        (2, OTHER, "intron_variant", True),
    )
    assert speaker(*equal) == 1


def test_alleles_without_rows_have_no_speaker() -> None:
    empty = np.zeros(0, np.int64)
    nothing = Candidates(empty, empty, empty.astype(bool), empty, empty, empty.astype(bool), empty)
    assert picked(nothing, 2).tolist() == [-1, -1]


def test_flags_become_tags() -> None:
    flags = np.array([0, CANONICAL, CANONICAL | MANE_SELECT, MANE_PLUS_CLINICAL], np.int8)
    assert tag_places(flags).tolist() == [OTHER, CANON, MANE, PLUS]
