"""Transcripts of a stretch: 0-based, ends exclusive; exons and the coding part; bounded."""

from __future__ import annotations

import pytest

from pipeline.errors import LimitError
from pipeline.reference.bundle import load_bundle
from pipeline.reference.gene_stretch import transcripts_between
from pipeline.settings import get_settings

ND1 = (3306, 4262)  # MT-ND1 in rCRS: 3307 to 4262, 1-based


def genes(contig: str, start: int, end: int) -> list[str]:
    return [drawn.gene for drawn in transcripts_between(load_bundle("rcrs"), contig, start, end)]


def test_a_stretch_holds_what_reaches_into_it_by_one_base() -> None:
    assert "MT-ND1" in genes("MT", *ND1)
    assert "MT-ND1" in genes("MT", ND1[1] - 1, ND1[1])
    assert "MT-ND1" not in genes("MT", ND1[1], ND1[1] + 1)
    assert "MT-ND1" in genes("MT", ND1[0], ND1[0] + 1)
    assert "MT-ND1" not in genes("MT", ND1[0] - 1, ND1[0])


def test_the_contig_may_be_named_as_a_file_names_it_and_an_unknown_one_has_no_transcripts() -> None:
    assert genes("chrM", *ND1) == genes("MT", *ND1) != []
    assert genes("chrUn_1", *ND1) == []


def test_a_transcript_has_its_strand_exons_and_coding_part() -> None:
    found = {each.gene: each for each in transcripts_between(load_bundle("rcrs"), "MT", 0, 16569)}
    nd1, nd6, rrna = found["MT-ND1"], found["MT-ND6"], found["MT-RNR1"]
    assert (nd1.start, nd1.end, nd1.strand, nd1.exons) == (*ND1, "+", [ND1])
    assert nd1.coding == ND1 and nd6.strand == "-"
    assert rrna.coding is None  # not translated
    demo = transcripts_between(load_bundle("grch37-demo"), "1", 861_000, 880_000)
    spliced = max(demo, key=lambda each: len(each.exons))
    assert len(spliced.exons) > 5 and spliced.exons == sorted(spliced.exons)
    assert spliced.coding and spliced.start <= spliced.coding[0] < spliced.coding[1] <= spliced.end


def test_too_many_transcripts_are_refused_with_a_sentence_C44(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_settings(), "genome_browser_transcripts", 3)
    with pytest.raises(LimitError, match="genome_browser_transcripts"):
        transcripts_between(load_bundle("rcrs"), "MT", 0, 16569)
