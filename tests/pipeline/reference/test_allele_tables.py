"""Normal forms and the cleaning of MITOMAP's tables."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pysam
import pytest

from pipeline.reference.bundle import load_bundle
from pipeline.reference.mitomap import FULL_LENGTH_SEQUENCES, build
from pipeline.reference.normal_form import left_align, normalised


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((309, "C", "CC"), (302, "A", "AC")),
        ((308, "CC", "C"), (302, "AC", "A")),
        ((302, "ACC", "ACT"), (304, "C", "T")),
        ((263, "A", "G"), (263, "A", "G")),
        ((1, "G", "GG"), (1, "G", "GG")),
    ],
)
def test_normal_form_on_the_mitochondrial_genome(given: tuple[int, str, str], expected: tuple[int, str, str]) -> None:
    with pysam.FastaFile(str(load_bundle("rcrs").fasta)) as reference:
        assert left_align(reference, "MT", *given) == expected


def test_a_reference_mismatch_is_left_out_and_counted() -> None:
    counts: Counter[str] = Counter()
    rows = [("MT", 263, "A", "G", {}), ("MT", 263, "C", "G", {})]
    assert len(list(normalised(rows, load_bundle("rcrs").fasta, counts))) == 1
    assert counts["reference_mismatch"] == 1


def table(path: Path, *rows: str) -> None:
    with gzip.open(path, "wt") as out:
        out.write("##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n")
        out.writelines(row.replace("|", "\t") + "\n" for row in rows)


def test_mitomap_tables_are_cleaned_joined_and_counted(tmp_path: Path) -> None:
    table(
        tmp_path / "mitomap_confirmed_mutations.vcf.gz",
        "MT|3243|.|A|G|.|.|AssociatedDisease=MELAS &amp; more;StatusMitomapClinGen=Cfrm [P]",
    )
    table(
        tmp_path / "mitomap_disease.vcf.gz",
        "MT|3243|.|A|G|.|.|AC=12;AF=0.02;Disease=old-name;DiseaseStatus=Reported",
        "MT|114|.|C|T|.|.|AC=265;AF=0.4282;Disease=BD-associated;DiseaseStatus=Reported",
        "MT|16519|.|T|T|.|.|AC=23186;AF=37.46;Disease=x;DiseaseStatus=Reported",
        "MT|577|.|G|:|.|.|AC=1;AF=0;Disease=y;DiseaseStatus=Reported",
        "broken",
    )
    table(
        tmp_path / "mitomap_mutations_coding_control.vcf.gz",
        "MT|114|.|m|T|.|.|Allele=m.114C>T;Disease=Bipolar disorder;Status=Reported [VUS]",
    )
    table(tmp_path / "mitomap_mutations_rna.vcf.gz")
    table(
        tmp_path / "mitomap_polymorphisms.vcf.gz",
        "MT|5|.|A|C,G|.|.|AC=15,1;AF=0.02,0.0",
        "MT|309|.|C|CC|.|.|AC=7;AF=0.01",
        "MT|7|.|G|A|.|.|AC=2;AF=0.0",
    )
    report = build(tmp_path, load_bundle("rcrs").fasta, tmp_path)
    diseases = pq.read_table(tmp_path / "mitomap_disease.parquet").to_pylist()
    assert [tuple(value for name, value in row.items() if name not in ("code", "letters")) for row in diseases] == [
        ("MT", 114, "C", "T", "Bipolar disorder", "Reported", "VUS"),
        ("MT", 3243, "A", "G", "MELAS & more", "Confirmed", "P"),
    ]
    rows = pq.read_table(tmp_path / "mitomap_frequency.parquet").to_pylist()
    assert [(row["pos"], row["ref"], row["alt"], row["MITOMAP_AC"]) for row in rows] == [
        (5, "A", "C", 15), (5, "A", "G", 1), (114, "C", "T", 265), (302, "A", "AC", 7), (3243, "A", "G", 12)
    ]  # fmt: skip
    assert rows[0]["MITOMAP_AF"] == pytest.approx(15 / FULL_LENGTH_SEQUENCES, abs=1e-8)
    assert report["mitomap_disease"] == {
        "read": 6, "kept": 2, "alt_equals_ref": 1, "not_an_allele": 1, "malformed": 1, "moved": 0
    }  # fmt: skip
    assert report["mitomap_frequency"]["reference_mismatch"] == 1
