"""Protein descriptions on a transcript of a few codons, as the HGVS (21.0, recommendations/protein) words them."""

from __future__ import annotations

import pytest

from pipeline.annotation.hgvs.protein import describe_edit
from pipeline.annotation.transcripts.codon_edits import CodonEdit
from pipeline.annotation.transcripts.reading import Reading
from pipeline.annotation.transcripts.terms import as_texts

#                 M  K  K  L  R  W  A  *
CODING = "ATGAAAAAACTGCGCTGGGCATAA"
READING = Reading("GG" + CODING + "CAATAGTT", first=3, last=26, pad=0, code=1, start_unknown=False)


def edited(start: int, end: int, added: str) -> CodonEdit:
    """An edit by positions in the coding sequence, 1-based."""
    gone = end - start + 1
    return CodonEdit(READING, start + 2, end + 2, added, len(added) > gone, len(added) < gone)


def told(start: int, end: int, added: str) -> str | None:
    edit = edited(start, end, added)
    return describe_edit(READING, start, end, added, start_lost=edit.start_lost)


@pytest.mark.parametrize(
    ("start", "end", "added", "description", "terms"),
    [
        (10, 12, "", "Leu4del", "inframe_deletion"),
        (4, 6, "", "Lys3del", "inframe_deletion"),  # the last of two equal residues
        (7, 12, "", "Lys3_Leu4del", "inframe_deletion"),
        (10, 9, "AAA", "Lys3dup", "inframe_insertion"),
        (10, 9, "GGG", "Lys3_Leu4insGly", "inframe_insertion"),
        (13, 12, "GGGTAA", "Leu4_Arg5insGlyTer", "stop_gained&inframe_insertion"),
        (13, 12, "TAA", "Arg5Ter", "stop_gained&inframe_insertion"),
        (11, 16, "CCGAAG", "Leu4_Trp6delinsProGluGly", "missense_variant"),
        (10, 12, "CTA", "Leu4=", "synonymous_variant"),
        (11, 11, "", "Leu4ArgfsTer?", "frameshift_variant"),
        (16, 17, "", "Trp6GlyfsTer?", "frameshift_variant"),
        (16, 15, "GGGTGACC", "Trp6GlyfsTer2", "stop_gained&frameshift_variant"),
        (16, 15, "TAGC", "Trp6Ter", "stop_gained&frameshift_variant"),
        (1, 3, "", "Met1?", "start_lost&inframe_deletion"),
        (2, 2, "", "Met1?", "frameshift_variant&start_lost"),
        (22, 24, "CAA", "Ter8GlnextTer2", "stop_lost"),
        (22, 24, "TGA", "Ter8=", "stop_retained_variant"),
        (22, 22, "", "Ter8AsnextTer?", "frameshift_variant&stop_lost"),
    ],
)
def test_edits_have_their_words(start: int, end: int, added: str, description: str, terms: str) -> None:
    assert told(start, end, added) == description
    assert as_texts([edited(start, end, added).terms()]).to_pylist() == [terms]


def test_an_edit_that_reaches_into_an_intron_leaves_the_coding_sequence_unknown() -> None:
    edit = CodonEdit(READING, 10, None, "", lengthens=False, shortens=True)
    assert as_texts([edit.terms()]).to_pylist() == ["coding_sequence_variant"]
    assert edit.window is None
    with pytest.raises(ValueError, match="intron"):
        _ = edit.edited
