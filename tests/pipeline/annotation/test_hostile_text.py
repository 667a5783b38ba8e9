"""C09: names and texts of a file are shown, never part of a path, a command or the structure of the output."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.annotation.file_names import safe_name, safe_stem
from tests.pipeline.annotation.helpers import ask, complaints, records_of, run_job, vcf_text

HOSTILE = (
    "../../etc/passwd .vcf",
    "a.b~c:d=é.vcf.gz",
    "..\\..\\windows\\system.vcf",
    "-rf.vcf",
    "$(touch pwned).vcf",
    "; rm -rf ~ #.vcf",
    "x" * 400 + ".vcf",
    ".vcf.gz",
    "",
    "变异.vcf",
    "line\nbreak.vcf",
    "nul\0.vcf",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_name_never_leaves_the_output_folder_C09(name: str, tmp_path: Path) -> None:
    result = run_job(tmp_path, vcf_text("MT 73 . A G . . ."), name=name)
    out = tmp_path / "out"
    assert {path.parent for path in result.files.values()} == {out}
    assert sorted(path.name for path in out.iterdir()) == sorted(path.name for path in result.files.values())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["input.vcf", "out", "work"]
    for path in result.files.values():
        assert path.name.isascii()
        assert len(path.name) < 130
        assert not set(path.name) & set("/\\ ~:=$;#\n\0'\"")


def test_names_of_ordinary_files_stay_as_they_are() -> None:
    assert safe_name("test.vcf") == "test.vcf"
    assert [safe_stem(name) for name in ("a.vcf", "a.vcf.gz", "a.b.VCF.bgz", "a.bcf", "notes")] == [
        "a",
        "a",
        "a.b",
        "a",
        "notes",
    ]
    assert safe_name("../../etc/passwd .vcf") == "passwd_.vcf"
    assert safe_stem("a.b~c:d=é.vcf.gz") == "a.b_c_d_e"


def test_hostile_texts_inside_the_file_are_kept_as_text_C09(tmp_path: Path) -> None:
    marks = (
        "<script>alert(1)</script>",
        "=cmd|'/c'!A1",
        "../../x",
        "rs1,rs2",
        '"quoted"',
        "'); DROP TABLE jobs;--".replace(" ", ""),
    )
    records = [
        f"MT {73 + index} {mark.replace(';', ':')} {'ATGTCGAACGGG'[0] if index == 0 else 'N'} G . . X={index}"
        for index, mark in enumerate(marks)
    ]
    result = run_job(tmp_path, vcf_text(*records))
    assert [row[0] for row in ask(result, "select id from variants order by rid")] == [
        mark.replace(";", ":") for mark in marks
    ]
    assert [record[2] for record in records_of(result.files["vcf"])] == [mark.replace(";", ":") for mark in marks]
    assert complaints(result.files["vcf"]) == ""


def test_a_hostile_sample_name_is_a_name(tmp_path: Path) -> None:
    meta = '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
    text = vcf_text("MT 73 . A G . . . GT 0/1 1/1", samples="=HYPERLINK(1) <b>", meta=meta)
    result = run_job(tmp_path, text)
    assert ask(result, "select sample from genotypes order by gt") == [("=HYPERLINK(1)",), ("<b>",)]
