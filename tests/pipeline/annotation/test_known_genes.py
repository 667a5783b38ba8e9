"""Known genes at their true coordinates: what bcftools' own tests expect, with the embedded demonstration."""

from __future__ import annotations

import csv
from itertools import groupby
from pathlib import Path

import pytest

from pipeline.annotation.annotate import AnnotationResult
from pipeline.reference.bundle import load_bundle
from tests.pipeline.annotation.helpers import ask, run_job

TABLE = Path(__file__).with_name("bcftools_csq_expected.tsv")
Key = tuple[str, int, str, str]
Answer = tuple[set[str], int | None, str | None]  # terms, first residue, amino acids
Found = dict[tuple[Key, str], Answer]
# Where Ensembl's definitions, which decide here, say something else than bcftools: our terms, residue and amino acids.
LIKE_VEP: dict[Key, Answer] = {
    # An insertion in the 3′ UTR near no edge of an exon, in the reading of Ensembl.
    ("1", 137623, "G", "GAAA"): ({"3_prime_UTR_variant"}, None, None),
    # A lost stop is no plain insertion of residues.
    ("1", 138530, "T", "TAAA"): ({"stop_lost"}, 260, "*/CL"),
    # The first codon of a complete coding sequence must stay as it is.
    ("1", 139308, "G", "A"): ({"start_lost"}, 1, "T/I"),
    ("2", 220462640, "G", "T"): ({"start_lost"}, 1, "R/M"),
    ("9", 92020369, "C", "T"): ({"start_lost"}, 1, "M/I"),
    # Residues are counted from the first codon, which these transcripts hold in part.
    ("1", 865694, "C", "G"): ({"missense_variant"}, 2, "H/D"),
    ("1", 879085, "G", "A"): ({"missense_variant"}, 474, "R/K"),
    ("1", 879285, "CAGGTGGCCAG", "CAGGTCAG"): ({"inframe_deletion", "splice_region_variant"}, 509, "VA/V"),
    ("1", 879285, "CAGGTGGCCAG", "CAGGTGAG"): ({"inframe_deletion"}, 510, "A/-"),
    ("1", 879289, "TGGC", "T"): ({"inframe_deletion", "splice_region_variant"}, 509, "VA/V"),
    ("4", 727940, "TTCACACCTGATGTGCGTCC", "T"): ({"frameshift_variant"}, 158, "SHLMCVL/X"),
    # What reaches from an exon into an intron or off the transcript leaves the coding sequence unknown.
    ("2", 120078770, "TAAAGGGATATCTACAA", "T"): (
        {"coding_sequence_variant", "splice_acceptor_variant"}, None, None
    ),
    ("14", 22995872, "CAAGT", "C"): ({"3_prime_UTR_variant", "coding_sequence_variant"}, 21, None),
    ("15", 22472907, "CCCTCACTGTGTCTCTCGCACAGTAATACACGGCCCTGT", "C"): (
        {"3_prime_UTR_variant", "coding_sequence_variant"}, 109, None
    ),
    # An insertion between an exon and its splice site belongs to the exon.
    ("5", 135513085, "T", "TC"): ({"frameshift_variant", "splice_region_variant"}, 438, "-/X"),
    ("11", 67765163, "A", "AG"): ({"frameshift_variant", "splice_region_variant"}, 295, "-/X"),
    # Amino acids as VEP writes them: the shortest form.
    ("8", 81083598, "AAAGCCCGAGTCC", "A"): ({"inframe_deletion"}, 4, "GLGL/-"),
    ("19", 38795550, "G", "GAAGAAGGAGAAGGGC"): ({"inframe_insertion"}, 89, "-/KKEKG"),
    # A frame shift stays one when the start goes with it.
    ("1", 21771579, "GA", "G"): ({"frameshift_variant", "start_lost"}, 1, "M/X"),
    ("6", 24667492, "AT", "A"): ({"frameshift_variant", "start_lost"}, 1, "M/X"),
    ("8", 193798, "ACTGCAAGGTGAGCT", "A"): ({"3_prime_UTR_variant", "coding_sequence_variant"}, 73, None),
    ("X", 12924825, "CATG", "C"): ({"inframe_deletion", "splice_region_variant", "start_lost"}, 1, "M/-"),
}  # fmt: skip
# Ensembl names parts of what bcftools calls the splice region, and the intron around it.
SPLICE_REGION = {"splice_donor_region_variant", "splice_donor_5th_base_variant"}
SITES = {"splice_region_variant"}  # beside a donor or acceptor site Ensembl keeps the name of a region that is hit too
BESIDE = {"intron_variant", "splice_polypyrimidine_tract_variant"}


def expected_rows() -> list[dict[str, str]]:
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t"))


def key_of(row: dict[str, str]) -> Key:
    return row["contig"], int(row["pos"]), row["ref"], row["alt"]


@pytest.fixture(scope="module")
def alleles() -> list[Key]:
    return [key for key, _ in groupby(expected_rows(), key_of)]


@pytest.fixture(scope="module")
def result(alleles: list[Key], tmp_path_factory: pytest.TempPathFactory) -> AnnotationResult:
    bundle = load_bundle("grch37-demo")
    contigs = dict.fromkeys(contig for contig, *_ in alleles)
    header = "".join(f"##contig=<ID={name},length={bundle.contigs[name].length}>\n" for name in contigs)
    rows = "".join(f"{contig}\t{pos}\t.\t{ref}\t{alt}\t.\t.\t.\n" for contig, pos, ref, alt in alleles)
    text = f"##fileformat=VCFv4.2\n{header}#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n{rows}"
    return run_job(tmp_path_factory.mktemp("known"), text, bundle)


@pytest.fixture(scope="module")
def found(result: AnnotationResult, alleles: list[Key]) -> Found:
    columns = "record, c.transcript, c.consequence, c.protein_position, c.amino_acids"
    rows = ask(
        result, f"select {columns} from consequences c join variants v using (rid) where c.consequence is not null"
    )
    return {
        (alleles[record], transcript): (set(terms.split("&")), position, amino_acids)
        for record, transcript, terms, position, amino_acids in rows
    }


def test_every_allele_of_bcftools_tests_lies_in_the_demonstration(result: AnnotationResult) -> None:
    assert result.counts["read"] == result.counts["annotated"] > 80
    assert result.counts["skipped"] == {}
    assert result.notes == []


def test_consequences_and_amino_acids_are_those_of_bcftools_own_tests(found: Found) -> None:
    """But for what Ensembl defines otherwise, which is listed with our answer."""
    rows = [row for row in expected_rows() if key_of(row) not in LIKE_VEP]
    assert len(rows) == 78
    assert disagreements(rows, found) == []


def test_where_ensembl_differs_from_bcftools_we_follow_ensembl(found: Found) -> None:
    answers = {
        key: (plain(terms), position, amino_acids)
        for (key, _), (terms, position, amino_acids) in found.items()
        if key in LIKE_VEP and (plain(terms), position, amino_acids) == LIKE_VEP[key]
    }
    assert answers == LIKE_VEP


def disagreements(rows: list[dict[str, str]], found: Found) -> list[tuple[dict[str, str], object]]:
    pairs = [(row, found.get((key_of(row), row["transcript"]))) for row in rows]
    assert pairs
    return [(row, answer) for row, answer in pairs if not agrees(row, answer)]


def plain(terms: set[str]) -> set[str]:
    """Terms as bcftools knows them."""
    if terms <= BESIDE:
        return {"intron_variant"}
    return {"splice_region_variant" if term in SPLICE_REGION else term for term in terms - BESIDE}


def agrees(row: dict[str, str], found: Answer | None) -> bool:
    """Of a frameshift the first residue is compared: how much of the new sequence is shown is a matter of taste."""
    if found is None:
        return False
    terms, expected = plain(found[0]), set(row["terms"].split("&"))
    if terms != expected and terms - SITES != expected:
        return False
    position, amino_acids = str(found[1] or "."), found[2] or "."
    if "frameshift_variant" in found[0] and amino_acids != ".":
        return position == row["protein_position"] and amino_acids[0] == row["amino_acids"][0]
    return position == row["protein_position"] and amino_acids == row["amino_acids"]
