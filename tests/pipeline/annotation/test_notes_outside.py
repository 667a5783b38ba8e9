"""What lies outside the bundle is counted in one sentence, and the reader learns what would annotate it (C39)."""

from __future__ import annotations

from pathlib import Path

from pipeline.reference.bundle import load_bundle
from tests.pipeline.annotation.helpers import run_job

COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"


LENGTHS = "##contig=<ID=1,length=249250621>\n##contig=<ID=5,length=180915260>\n##contig=<ID=7,length=159138663>\n"


def notes_of(tmp_path: Path, *records: str) -> list[str]:
    rows = "".join("\t".join(record.split()) + "\t.\t.\t.\n" for record in records)
    return run_job(tmp_path, f"##fileformat=VCFv4.2\n{LENGTHS}{COLUMNS}{rows}", load_bundle("grch37-demo")).notes


def test_masked_places_and_absent_chromosomes_are_one_count_of_what_is_outside(tmp_path: Path) -> None:
    # SMAD5 is inside; 5:1000000 is masked; CFTR's chromosome 7 is absent.
    (note,) = notes_of(tmp_path, "5 1000000 . A C", "5 135489822 . C T", "7 117199644 . ATCT A")
    assert note.startswith("2 of 3 records lie outside the 43 gene regions and the mitochondrial genome")
    assert "A whole-genome reference of GRCh37 (hg19) annotates them" in note


def test_one_record_outside_is_told_in_the_singular(tmp_path: Path) -> None:
    (note,) = notes_of(tmp_path, "5 1000000 . A C")
    assert note.startswith("1 of 1 records lies outside")


def test_a_file_that_lies_inside_has_no_note(tmp_path: Path) -> None:
    assert notes_of(tmp_path, "5 135489822 . C T", "MT 3243 . A G") == []
