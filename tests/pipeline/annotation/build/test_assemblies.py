"""The table of assemblies: what a length, an accession or a word means."""

from __future__ import annotations

import pytest

from pipeline.annotation.build.assemblies import ASSEMBLIES, HUMAN, accessions, by_length, names_in
from pipeline.annotation.build.contig_names import chromosome_of


def test_no_two_assemblies_share_a_length_of_a_chromosome() -> None:
    assert len(by_length()) == sum(len(item.lengths) for item in ASSEMBLIES.values())


def test_the_version_of_an_accession_decides_the_build_C40() -> None:
    table = accessions()
    assert table["NC_000001.10"] == ("GRCh37", "1")
    assert table["NC_000001.11"] == ("GRCh38", "1")
    assert table["NC_000007.13"] == ("GRCh37", "7")
    assert table["NC_000023.9"] == ("NCBI36", "X")
    assert table["NC_000024.10"] == ("GRCh38", "Y")
    assert table["NC_060925.1"] == ("T2T-CHM13", "1")
    assert table["NC_060948.1"] == ("T2T-CHM13", "Y")
    assert len(table) == 4 * len(HUMAN)


@pytest.mark.parametrize(
    ("text", "assembly"),
    [
        ("##reference=human_b36_both.fasta", "NCBI36"),
        ("##reference=1000GenomesPilot-NCBI36", "NCBI36"),
        ("##reference=file:///ref/hg18.fa", "NCBI36"),
        ("reference_sequence=/work/human_g1k_v37.fasta", "GRCh37"),
        ("##reference=hs37d5.fa.gz", "GRCh37"),
        ("##reference=ucsc.hg19.fasta", "GRCh37"),
        ("##reference=Homo_sapiens_assembly19.fasta", "GRCh37"),
        ("##assembly=b37", "GRCh37"),
        ("##reference=GRCh37-lite.fa", "GRCh37"),
        ("##reference=GCF_000001405.25", "GRCh37"),
        ("##reference=Homo_sapiens_assembly38.fasta", "GRCh38"),
        ("##reference=GRCh38_full_analysis_set_plus_decoy_hla.fa", "GRCh38"),
        ("##reference=hs38DH.fa", "GRCh38"),
        ("##reference=GRCh38.p13", "GRCh38"),
        ("##reference=GCA_000001405.15_GRCh38_no_alt.fna", "GRCh38"),
        ("##reference=chm13v2.0.fa", "T2T-CHM13"),
        ("##reference=T2T-CHM13v2.0", "T2T-CHM13"),
        ("##reference=mm10.fa", "GRCm38"),
        ("##reference=GRCm39", "GRCm39"),
        ("##reference=rCRS", "rCRS"),
    ],
)
def test_names_of_assemblies_are_found_in_paths_and_words(text: str, assembly: str) -> None:
    assert {found for _, found in names_in(text)} == {assembly}


@pytest.mark.parametrize(
    "text", ["##reference=ab37c", "sample_b378", "##x=hg190", "hg19ToHg38.over", "##reference=1.fa"]
)
def test_letters_inside_other_words_name_nothing(text: str) -> None:
    assert names_in(text) == []


@pytest.mark.parametrize("name", ["1", "chr1", "CHR1", "Chr1", "chromosome1", "NC_000001.11", "NC_000001.10"])
def test_every_spelling_of_a_chromosome_C40(name: str) -> None:
    found = chromosome_of(name)
    assert found is not None
    assert (found.name, found.is_mitochondrial) == ("1", False)


@pytest.mark.parametrize("name", ["M", "MT", "chrM", "chrMT", "CHRM", "NC_012920.1", "rCRS", "NC_001807.4"])
def test_every_spelling_of_the_mitochondrial_genome_C40(name: str) -> None:
    found = chromosome_of(name)
    assert found is not None
    assert found.is_mitochondrial


@pytest.mark.parametrize(
    "name", ["hs37d5", "GL000191.1", "chr1_KI270706v1_random", "HLA-A*01:01:01:01", "chrUn", "", "NC_1"]
)
def test_decoys_and_unknown_contigs_are_no_chromosomes_C40(name: str) -> None:
    assert chromosome_of(name) is None
