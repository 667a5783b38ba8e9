"""Joined consequences of known genes: what bcftools' own tests of csq expect, and the mitochondrial code."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.reference.bundle import load_bundle
from tests.pipeline.annotation.helpers import ask, run_job, vcf_text

# From bcftools' test/csq/ENST00000423372/snps.txt, at true coordinates: the gene lies on the reverse strand.
JOINED = {
    ("1", 138530, "T", "A", 138532, "A", "C"): ("stop_lost", "*/G", 260),
    ("1", 138533, "T", "A", 138534, "A", "C"): ("missense_variant", "L/C", 259),
    ("1", 139301, "C", "A", 139302, "A", "C"): ("missense_variant", "L/R", 3),
    ("1", 139307, "G", "A", 139308, "G", "A"): ("missense_variant", "T/I", 1),
}


def file_of(records: list[str], samples: str) -> str:
    """A VCF of the demonstration's contigs."""
    contigs = load_bundle("grch37-demo").contigs
    names = dict.fromkeys(record.split(" ", 1)[0] for record in records)
    header = "".join(f"##contig=<ID={name},length={contigs[name].length}>\n" for name in names)
    return vcf_text(*records, samples=samples).replace("##contig=<ID=MT,length=16569>\n", header)


def test_pairs_of_a_gene_on_the_reverse_strand(tmp_path: Path) -> None:
    records = [
        f"{contig} {pos} . {ref} {alt} . . . GT 0|1"
        for contig, *pair in JOINED
        for pos, ref, alt in (pair[:3], pair[3:])
    ]
    result = run_job(tmp_path, file_of(records, "a"), load_bundle("grch37-demo"))
    found = ask(
        result,
        "select v.pos, c.consequence, c.amino_acids, c.protein_position, c.haplotype from consequences c "
        "join variants v using (rid) where c.transcript = 'ENST00000423372' order by 1",
    )
    expected = [
        (pos, *row, f"{first}{ref}>{alt}+{second}{other_ref}>{other_alt}")
        for (_, first, ref, alt, second, other_ref, other_alt), row in JOINED.items()
        for pos in (first, second)
    ]
    assert found == expected


def test_haploid_and_diploid_calls_of_one_chromosome(tmp_path: Path) -> None:
    """bcftools' test/csq/ENST00000381157/haploid-diploid: only the first sample has both changes on one copy."""
    records = [
        "X 2777948 . A T . . . GT 0|0 1",
        "X 2777985 . C T . . . GT 1|0 1",
        "X 2777986 . G T . . . GT 1 0|1",
    ]
    result = run_job(tmp_path, file_of(records, "a b"), load_bundle("grch37-demo"))
    found = ask(
        result,
        "select v.pos, c.consequence, c.amino_acids, c.haplotype from consequences c join variants v using (rid) "
        "where c.transcript = 'ENST00000381157' order by 1, 4 nulls first",
    )
    joined = ("missense_variant", "A/V", "2777985C>T+2777986G>T")
    assert found == [
        (2777948, "missense_variant", "N/Y", None),
        (2777985, "missense_variant", "A/V", None),
        (2777985, *joined),
        (2777986, "synonymous_variant", "A", None),
        (2777986, *joined),
    ]


@pytest.mark.parametrize("calls", ["1", "1|1", "1/1"])
def test_the_mitochondrial_code_reads_the_joined_codon(tmp_path: Path, calls: str) -> None:
    """MT-ND1, codon 7 is CTA (Leu): T at its first base and G at its second make TGA, a stop in nuclear genes only."""
    records = [f"MT 3325 . C T . . . GT {calls}", f"MT 3326 . T G . . . GT {calls}"]
    result = run_job(tmp_path, vcf_text(*records, samples="a"))
    rows = ask(result, "select consequence, amino_acids, split_part(hgvs_p, 'p.', 2), haplotype from variants")
    assert rows == [("missense_variant", "L/W", "Leu7Trp", "3325C>T+3326T>G")] * 2
