"""Headers: what is right stays as it is, what parsers misread is repaired, reserved keys keep their meaning."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.annotation.prepare.header import Declaration, VcfHeader, parse_pairs
from pipeline.annotation.prepare.header_repair import add_meta_lines
from pipeline.annotation.prepare.reserved_types import fitted
from tests.pipeline.annotation.helpers import ask, complaints, records_of, run_job, vcf_text


def repaired(*lines: str) -> tuple[list[str], VcfHeader]:
    header = VcfHeader()
    add_meta_lines(header, ["##fileformat=VCFv4.2", *lines])
    return header.meta[1:], header


@pytest.mark.parametrize(
    "line",
    [
        '##INFO=<ID=X,Number=A,Type=Float,Description="a, b = \\"c\\" > d">',
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        '##FILTER=<ID=q10,Description="Quality below 10">',
        "##contig=<ID=MT,length=16569>",
        "##contig=<ID=HLA-A*01:01:01:01,length=3503>",
        "##source=GATK; with=signs and blanks",
        '##GATKCommandLine=<ID=HC,CommandLine="a,b>c">',
        '##UnifiedGenotyper="analysis_type=UnifiedGenotyper input_file=[a, b]"',
        "##reference=file:///x.fa",
    ],
)
def test_a_good_line_stays_as_it_is(line: str) -> None:
    lines, header = repaired(line)
    assert lines == [line]
    assert not header.changes


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('##INFO=DP,1,Integer,"Total Depth"', '##INFO=<ID=DP,Number=1,Type=Integer,Description="Total Depth">'),
        ('##INFO=HM2,0,Flag,"HapMap2"', '##INFO=<ID=HM2,Number=0,Type=Flag,Description="HapMap2">'),
        ('##FORMAT=HQ,-1,Integer,"x"', '##FORMAT=<ID=HQ,Number=.,Type=Integer,Description="x">'),
        ('##FILTER=q10,"Quality below 10"', '##FILTER=<ID=q10,Description="Quality below 10">'),
        (
            '##INFO=<ID=X,Number=1,Type=Integer,Description="open',
            '##INFO=<ID=X,Number=1,Type=Integer,Description="open">',
        ),
        ('##INFO=<ID=X,Number=1,Type=int,Description="x">', '##INFO=<ID=X,Number=1,Type=String,Description="x">'),
        ('##INFO=<ID=X,Type=Integer,Description="x">', '##INFO=<ID=X,Number=.,Type=Integer,Description="x">'),
        ('##INFO=<ID=X,Number=1,Type=Flag,Description="x">', '##INFO=<ID=X,Number=0,Type=Flag,Description="x">'),
        (
            '##FORMAT=<ID=PL,Number=3,Type=Integer,Description="x">',
            '##FORMAT=<ID=PL,Number=G,Type=Integer,Description="x">',
        ),
        ("##just words", '##comment="just words"'),
        ("##x=<a=b>", '##comment="x=<a=b>"'),
    ],
)
def test_a_bad_line_is_repaired_and_counted(line: str, expected: str) -> None:
    lines, header = repaired(line)
    assert lines == [expected]
    assert sum(header.changes.values()) == 1


@pytest.mark.parametrize(
    "line", ["##INFO=<Number=1>", '##INFO=<ID=a b,Number=1,Type=String,Description="x">', "##contig=<length=5>"]
)
def test_a_line_without_a_usable_id_is_dropped_and_counted(line: str) -> None:
    lines, header = repaired(line)
    assert lines == []
    assert header.changes["meta_line_dropped"] == 1


def test_pairs_hold_commas_quotes_and_equals_signs() -> None:
    assert parse_pairs('ID=X,Description="a, \\"b\\" = c",Source=d') == {
        "ID": "X", "Description": 'a, \\"b\\" = c', "Source": "d"
    }  # fmt: skip
    assert parse_pairs('ID=X,Description="open') is None


def test_the_first_of_two_definitions_counts() -> None:
    line = '##INFO=<ID=X,Number=1,Type={},Description="x">'
    lines, header = repaired(line.format("Integer"), line.format("String"))
    assert len(lines) == 1
    assert header.info["X"] == Declaration("1", "Integer")


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (b"2.99", "Integer", b"3"),
        (b"-471.33", "Integer", b"-471"),
        (b"1e2", "Integer", b"100"),
        (b"nan", "Integer", b"."),
        (b"x", "Integer", b"."),
        (b"1.5,2", "Integer", b"2,2"),
        (b"1e300", "Integer", b"."),
    ],
)
def test_the_nearest_value_that_fits(value: bytes, kind: str, expected: bytes) -> None:
    assert fitted(value, kind) == expected


def test_reserved_keys_with_misfit_values_keep_them_beside_valid_ones_C38(tmp_path: Path) -> None:
    meta = (
        '##INFO=<ID=DP,Number=1,Type=Float,Description="d">\n##INFO=<ID=DB,Number=1,Type=String,Description="b">\n'
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n##FORMAT=<ID=GQ,Number=1,Type=Float,Description="q">\n'
        '##FORMAT=<ID=PL,Number=3,Type=Float,Description="p">\n'
    )
    text = vcf_text("MT 73 . A G . . DP=7.5;X=1;DB=yes GT:GQ:PL 0/1:39.6:1,2,3 ./.", samples="a b", meta=meta)
    result = run_job(tmp_path, text)
    record = records_of(result.files["vcf"])[0]
    assert record[7].startswith("DP=8;DP_ORIGINAL=7.5;X=1;DB;DB_ORIGINAL=yes")
    assert record[8:] == ["GT:GQ:GQ_ORIGINAL:PL", "0/1:40:39.6:1,2,3", "./."]
    assert complaints(result.files["vcf"]) == ""
    assert ask(result, "select gq from genotypes where sample = 'a'") == [(39.6,)]
