"""Normalisation, order and row numbers: an allele is left-aligned and still linked to its record in the upload."""

from __future__ import annotations

from pathlib import Path

import pysam

from tests.pipeline.annotation.helpers import ask, records_of, run_job, vcf_text

LINK = "select rid, record, allele, input_pos, input_ref, input_alt, pos, ref, alt from variants order by rid"


def test_an_indel_is_left_aligned_and_linked_to_its_record(tmp_path: Path) -> None:
    result = run_job(tmp_path, vcf_text("MT 303 . C T . . .", "MT 309 . C CC,T . . ."))
    assert ask(result, LINK) == [
        (0, 1, 1, 309, "C", "CC", 302, "A", "AC"),
        (1, 0, 1, 303, "C", "T", 303, "C", "T"),
        (2, 1, 2, 309, "C", "T", 309, "C", "T"),
    ]
    assert [record[1:5] for record in records_of(result.files["vcf"])] == [
        ["303", ".", "C", "T"],
        ["309", ".", "C", "CC,T"],
    ]


def test_a_source_matches_the_normal_form_not_the_spelling(tmp_path: Path) -> None:
    """m.309insC is written in three ways; GenBank's count of it is one number."""
    result = run_job(tmp_path, vcf_text("MT 302 . A AC . . .", "MT 305 . C CC . . .", "MT 308 . CC CCC . . ."))
    rows = ask(result, "select distinct pos, ref, alt, mitomap_ac from variants")
    assert len(rows) == 1
    assert rows[0][:3] == (302, "A", "AC")
    assert rows[0][3] > 0


def test_an_unsorted_file_is_sorted_and_keeps_its_record_numbers(tmp_path: Path) -> None:
    result = run_job(
        tmp_path, vcf_text("MT 3308 . T C . . .", "2 9 . A C . . .", "MT 73 . A G . . .", "2 5 . A T . . .")
    )
    rows = ask(result, "select record, chrom, pos from variants order by rid")
    assert rows == [(2, "MT", 73), (0, "MT", 3308), (3, "2", 5), (1, "2", 9)]
    assert [record[:2] for record in records_of(result.files["vcf"])] == [
        ["MT", "73"], ["MT", "3308"], ["2", "5"], ["2", "9"]
    ]  # fmt: skip


def test_repeated_records_each_have_their_row(tmp_path: Path) -> None:
    result = run_job(tmp_path, vcf_text(*["MT 3308 x T C . . ."] * 3, "MT 3308 y T C,A . . ."))
    rows = ask(result, "select record, allele, consequence, alt from variants order by rid")
    assert rows == [(record, 1, "start_lost", "C") for record in range(4)] + [(3, 2, "start_lost", "A")]


def test_a_record_with_alleles_of_all_kinds_is_annotated_where_it_can_be(tmp_path: Path) -> None:
    result = run_job(tmp_path, vcf_text("MT 3308 . T C,<DEL>,*,TA . . ."))
    rows = ask(result, "select allele, type, consequence is not null, skipped from variants order by allele")
    assert rows == [
        (1, "SNV", True, None),
        (2, "symbolic", False, "symbolic_allele"),
        (3, "spanning_deletion", False, "spanning_deletion"),
        (4, "insertion", True, None),
    ]
    assert result.counts["annotated"] == 1
    info = records_of(result.files["vcf"])[0][7]
    assert "ANN_SKIPPED=.,symbolic_allele,spanning_deletion,." in info


def test_many_blocks_give_one_sorted_table(tmp_path: Path) -> None:
    """A file of several read blocks, with indels that move over the blocks' edges."""
    many = [f"MT {pos} . C CC . . X={'y' * 900}" for pos in (309, 315) for _ in range(3000)]
    result = run_job(tmp_path, vcf_text(*many))
    assert result.counts["read"] == 6000
    assert ask(result, "select count(*), count(distinct rid), max(rid), count(distinct record) from variants") == [
        (6000, 6000, 5999, 6000)
    ]
    assert result.counts["annotated"] == 6000
    assert ask(
        result, "select count(*) from (select pos < lag(pos) over (order by rid) back from variants) where back"
    ) == [(0,)]


def test_a_contig_longer_than_512_megabases_gets_a_csi_index(tmp_path: Path) -> None:
    result = run_job(tmp_path, vcf_text("MT 73 . A G . . .", "7H 600000000 . A G . . ."))
    assert result.files["index"].name == "input.annot.vcf.gz.csi"
    with pysam.VariantFile(str(result.files["vcf"])) as vcf:
        assert [record.pos for record in vcf.fetch("7H", 599_999_990, 600_000_010)] == [600_000_000]
