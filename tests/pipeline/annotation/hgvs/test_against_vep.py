"""2,000 seeded changes in coding sequence: what VEP says of each transcript; every difference has a name and a number.

`vepyr_coding.tsv.xz` holds facts that vepyr made; its first lines tell how.
"""

from __future__ import annotations

import csv
import lzma
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pysam
import pytest

from pipeline.annotation.reference_bases import ContigBases
from pipeline.annotation.transcripts.context import ContigContext
from pipeline.annotation.transcripts.table import contig_rows
from pipeline.reference.bundle import Contig
from pipeline.reference.gene_model import load_gene_model
from tests.shared_data import shared_data

TABLE = Path(__file__).with_name("vepyr_coding.tsv.xz")
# Their coding sequence begins before they do (phase 2): its first base is the second one of a codon.
INCOMPLETE = {"ENST00000651146", "ENST00000465611"}
# The end of its UTR is not in the FASTA of the test: a frame that runs into it meets another stop.
CUT_OFF = "ENST00000465611"
Pair = tuple[dict[str, str], dict[str, str]]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> list[Pair]:
    """VEP's row and ours for each change and transcript."""
    text = lzma.decompress(TABLE.read_bytes()).decode()
    expected = list(csv.DictReader([line for line in text.splitlines() if line[0] != "#"], delimiter="\t"))
    alleles = sorted({(int(row["pos"]), row["ref"], row["alt"]) for row in expected})
    fasta = tmp_path_factory.mktemp("fasta") / "x.fa"
    with pysam.BGZFile(str(shared_data("chr22/x.fa.gz")), "rb", None) as packed:
        fasta.write_bytes(packed.read())
    pysam.faidx(str(fasta))
    with pysam.FastaFile(str(fasta)) as reference:
        length = reference.get_reference_length("22")
        context = ContigContext(
            Contig("22", length), load_gene_model(shared_data("chr22/x.gff3")), ContigBases(reference, "22")
        )
        pos, ref, alt = (list(column) for column in zip(*alleles, strict=True))
        rows = contig_rows(np.array(pos), pa.array(ref), pa.array(alt), context).table.to_pylist()
    ours = {(*map(str, alleles[row["row"]]), row["transcript"]): row for row in rows}
    found = []
    for row in expected:
        own = ours[row["pos"], row["ref"], row["alt"], row["transcript"]]
        found.append((row, {name: shown(own[name]) for name in row if name in own}))
    assert len(alleles) == 1994
    assert len(found) == 6883
    return found


def shown(value: object) -> str:
    """As VEP writes it, without the accession."""
    return "" if value is None else str(value).rpartition(":")[2]


def differing(pairs: list[Pair], column: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """VEP's value, ours, and VEP's row."""
    return ((row[column], own[column], row) for row, own in pairs if row[column] != own[column])


def test_substitutions_have_the_terms_amino_acids_and_codons_of_vep(pairs: list[Pair]) -> None:
    single = [(row, own) for row, own in pairs if len(row["ref"]) == len(row["alt"]) == 1]
    assert len(single) == 2890
    for column in ("consequence", "amino_acids", "codons", "cds_position", "exon", "intron"):
        assert list(differing(single, column)) == []


def test_exon_and_intron_are_those_of_vep(pairs: list[Pair]) -> None:
    assert list(differing(pairs, "exon")) == list(differing(pairs, "intron")) == []


def test_transcript_descriptions_equal_those_of_vep(pairs: list[Pair]) -> None:
    """VEP counts substitutions of transcripts with an incomplete 5′ end from the codon's first base and all other
    changes from the transcript's first coding base; we count all of them alike."""
    reasons = Counter()
    for theirs, ours, row in differing(pairs, "hgvs_c"):
        other = re.fullmatch(r"c\.(\d+)([ACGT]>[ACGT])", theirs)
        is_other_count = other and row["transcript"] in INCOMPLETE and ours == f"c.{int(other[1]) - 1}{other[2]}"
        reasons["counted from the codon" if is_other_count else f"unexplained: {theirs} {ours} {row}"] += 1
    assert reasons == {"counted from the codon": 604}


PROTEIN = {
    "sequence that the FASTA lacks": 94,
    "a stop right away is a substitution": 44,
    "a frame shift of the stop codon is an extension": 4,
    "a lost stop is told by its new end": 2,
    "VEP is silent": 2,
    "the first residue is unknown": 4,
    "a stop after a frame shift": 2,
}


def why_protein(theirs: str, ours: str, row: dict[str, str]) -> str:
    """The name of a difference."""
    count = re.compile(r"(fs|ext)Ter(\d+|\?)\Z")
    if row["transcript"] == CUT_OFF and count.sub(r"\1", theirs) == count.sub(r"\1", ours):
        return "sequence that the FASTA lacks"
    if re.search(r"(ins|delins)Ter\Z", theirs) and re.fullmatch(r"p\.[A-Z][a-z]{2}\d+Ter", ours):
        return "a stop right away is a substitution"
    if re.match(r"p\.Ter\d+[A-Z][a-z]{2}fs", theirs) and theirs.partition("fs")[0] == ours.partition("ext")[0]:
        return "a frame shift of the stop codon is an extension"
    if theirs.startswith("p.Ter1") and not ours:
        return "the first residue is unknown"
    if re.search(r"Ter\d+(del|delins)|\?extTer", theirs):
        return "a lost stop is told by its new end"
    if not theirs:
        return "VEP is silent"
    if "ins" in theirs and theirs.endswith("Ter") and "fsTer" in ours:
        return "a stop after a frame shift"
    return f"unexplained: {theirs} {ours} {row}"


TERMS = {
    "stop_retained for a stop that is new, or not touched": 45,
    "a deletion over the start of a transcript": 12,
    "a lost stop is no plain deletion": 2,
    "an insertion behind the stop codon": 2,
}


def why_terms(theirs: str, ours: str, row: dict[str, str]) -> str:
    """The name of a difference."""
    if theirs.startswith("protein_altering_variant&5_prime_UTR_variant") and ours.startswith("coding_sequence_variant"):
        return "a deletion over the start of a transcript"
    if "inframe_insertion" in theirs and ours.startswith("3_prime_UTR_variant"):
        return "an insertion behind the stop codon"
    if "stop_retained_variant" in theirs and "stop_retained_variant" not in ours:
        return "stop_retained for a stop that is new, or not touched"
    if "stop_lost" in ours and "inframe_deletion" in theirs:
        return "a lost stop is no plain deletion"
    return f"unexplained: {theirs} {ours} {row}"


@pytest.mark.parametrize(
    ("column", "why", "expected"), [("hgvs_p", why_protein, PROTEIN), ("consequence", why_terms, TERMS)]
)
def test_values_equal_those_of_vep_but_for_named_differences(
    pairs: list[Pair], column: str, why: Callable[[str, str, dict[str, str]], str], expected: dict[str, int]
) -> None:
    assert Counter(why(*found) for found in differing(pairs, column)) == expected


def test_amino_acids_and_codons_equal_those_of_vep(pairs: list[Pair]) -> None:
    """VEP counts an insertion right behind the stop codon to the coding sequence; we see it in the UTR. Of a change
    that begins in the coding sequence and ends behind it, VEP tells no position."""
    behind = ("16968328", "C", "CTCAAGATTTCCAGAA")
    for column in ("amino_acids", "codons"):
        places = {(row["pos"], row["ref"], row["alt"]) for _, _, row in differing(pairs, column)}
        assert places == {behind}
    positions = {(row["pos"], row["ref"], row["alt"], theirs) for theirs, _, row in differing(pairs, "cds_position")}
    assert {(pos, ref, alt) for pos, ref, alt, theirs in positions if theirs} <= {behind}
    assert {(pos, ref, alt) for pos, ref, alt, theirs in positions if not theirs} == {("16968328", "CT", "AA")}
