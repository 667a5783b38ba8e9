"""Every format is read back with a reader of its own, and holds exactly what the filter lets through."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline.errors import CancelledError, InputError, LimitError
from pipeline.exports.contents import Contents
from pipeline.exports.formats import xlsx
from pipeline.exports.make import Wish, contents_of, make
from pipeline.jobs.model import Job
from pipeline.notes.model import Note
from pipeline.results.filters.model import NOTHING, Group, OneOf
from tests.pipeline.exports.conftest import HOSTILE, ROWS, Exporter
from tests.pipeline.results.finished import finished_job, variant

HIGH = Group(parts=(OneOf(column="impact", values=("HIGH",)),))
NONE = Group(parts=(OneOf(column="impact", values=("MODERATE",)),))
TABLES = ("tsv", "csv", "jsonl", "parquet", "xlsx")
SAFE = [
    '\'=HYPERLINK("http://evil","x")',
    "'+1+1",
    "'-2+3",
    "'@SUM(A1)",
    "'\t=1",
    "'\r=1",
    'quote " and, comma\nand line\tand tab',
    "-",
    "+",
    "ordinary",
    "",
    "",
]


def xlsx_rows(path: Path) -> list[list[Any]]:
    """The cells of the first sheet, by their places; texts are inline, as a streaming writer leaves them."""
    from xml.etree import ElementTree

    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(path) as book:
        assert not [name for name in book.namelist() if "externalLink" in name]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - we wrote it
    assert sheet.find(f".//{space}f") is None, "a formula"
    rows = []
    for row in sheet.iter(f"{space}row"):
        cells: dict[str, Any] = {}
        for cell in row.iter(f"{space}c"):
            place = "".join(filter(str.isalpha, cell.get("r", "")))
            text = "".join(cell.itertext())
            cells[place] = text if cell.get("t") else float(text)
        rows.append([cells.get(letter) for letter in "ABCDEF"])
    return rows


def read(format: str, path: Path) -> list[dict[str, Any]]:
    """The rows of an export of the columns pos, gene, qual, as its format's reader gives them."""
    if format == "parquet":
        return pq.read_table(path).to_pylist()
    if format == "xlsx":
        head, *rows = xlsx_rows(path)
        return [dict(zip(head, row, strict=True)) for row in rows]
    text = gzip.decompress(path.read_bytes()).decode()
    if format == "jsonl":
        return [json.loads(line, parse_constant=lambda name: pytest.fail(name)) for line in text.splitlines()]
    if format == "csv":
        return list(csv.DictReader(io.StringIO(text, newline="")))
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith("##")]
    return list(csv.DictReader(lines, delimiter="\t"))


@pytest.mark.parametrize("format", TABLES)
def test_each_format_holds_every_row_in_the_order_of_the_file(export: Exporter, format: str) -> None:
    made = export(format, columns=["pos", "gene", "qual"])
    rows = read(format, made.file)
    assert made.rows == len(rows) == len(ROWS)
    assert [int(row["pos"]) for row in rows] == [row["pos"] for row in ROWS]


@pytest.mark.parametrize("format", TABLES)
def test_each_format_holds_what_the_filter_lets_through_and_nothing_else(export: Exporter, format: str) -> None:
    made = export(format, HIGH, ["pos", "impact", "gene"])
    rows = read(format, made.file)
    assert [int(row["pos"]) for row in rows] == [row["pos"] for row in ROWS if row["impact"] == "HIGH"]
    assert {row["impact"] for row in rows} == {"HIGH"}


@pytest.mark.parametrize("format", [*TABLES, "report"])
def test_an_empty_result_is_a_file_that_can_be_read(export: Exporter, format: str) -> None:
    made = export(format, NONE)
    assert made.rows == 0 and made.file.stat().st_size > 0
    if format in TABLES:
        assert read(format, made.file) == []


@pytest.mark.parametrize(("format", "separator"), [("tsv", "\t"), ("csv", ",")])
def test_no_cell_is_taken_for_a_formula_and_numbers_stay_numbers_C09(
    export: Exporter, format: str, separator: str
) -> None:
    rows = read(format, export(format, columns=["gene", "qual"]).file)
    expected = [" ".join(text.replace("\r", " ").split("\t")).replace("\n", " ") for text in SAFE]
    assert [row["gene"] for row in rows] == (expected if format == "tsv" else SAFE)
    assert [row["qual"] for row in rows][:4] == ["-0.5", "nan", "inf", ""]


def test_a_line_of_a_tsv_is_a_row_whatever_its_cells_hold(export: Exporter) -> None:
    lines = gzip.decompress(export("tsv", columns=["pos", "gene"]).file.read_bytes()).decode().split("\n")
    table = [line for line in lines if line and not line.startswith("##")]
    assert len(table) == len(ROWS) + 1
    assert {line.count("\t") for line in table} == {1}


def test_text_stays_as_it_is_where_no_spreadsheet_reads_it(export: Exporter) -> None:
    for format in ("jsonl", "parquet"):
        rows = read(format, export(format, columns=["gene", "qual"]).file)
        assert [row["gene"] for row in rows] == HOSTILE


def test_json_has_null_for_what_is_no_number(export: Exporter) -> None:
    rows = read("jsonl", export("jsonl", columns=["qual"]).file)
    assert [row["qual"] for row in rows[:4]] == [-0.5, None, None, None]


def test_xlsx_has_texts_and_numbers_and_no_formula_C09(export: Exporter) -> None:
    rows = read("xlsx", export("xlsx", columns=["pos", "gene", "qual"]).file)
    assert rows[0]["gene"] == HOSTILE[0] and rows[0]["qual"] == -0.5
    assert rows[2]["qual"] == "inf"


def test_xlsx_says_where_cells_were_cut_and_what_the_columns_mean(job: Job, tmp_path: Path) -> None:
    long = finished_job("owner", [variant(0, "1", 1, "A" * 40_000, "A")])
    made = make(long, Wish("xlsx", NOTHING, ["pos", "ref"]), tmp_path)
    assert len(read("xlsx", made.file)[0]["ref"]) == xlsx.MOST_LETTERS
    with zipfile.ZipFile(made.file) as book:
        about = book.read("xl/worksheets/sheet2.xml").decode()
    assert "1 texts were longer than 32767 letters" in about and "Reference allele" in about


def test_excels_own_limit_is_named_before_any_work_C44() -> None:
    xlsx.check_rows(xlsx.MOST_ROWS - 1)
    with pytest.raises(LimitError, match="1,048,576 rows") as refused:
        xlsx.check_rows(xlsx.MOST_ROWS)
    assert refused.value.code == "too_many_rows"


@pytest.mark.parametrize("format", TABLES)
def test_a_table_of_nothing_but_empty_cells(moto_aws: object, tmp_path: Path, format: str) -> None:
    job = finished_job("owner", [variant(n, "1", n + 1, "A", "G") for n in range(3)])
    rows = read(format, make(job, Wish(format, NOTHING, ["gene", "qual", "impact"]), tmp_path).file)
    if format == "xlsx":
        assert rows == []  # a row without a cell is not written
    else:
        assert len(rows) == 3 and {value for row in rows for value in row.values()} <= {None, ""}


def test_the_chosen_columns_come_in_the_chosen_order(export: Exporter) -> None:
    assert list(read("csv", export("csv", columns=["gene", "chrom", "pos"]).file)[0]) == ["gene", "chrom", "pos"]
    assert pq.read_schema(export("parquet", columns=["gene", "pos"]).file).names == ["gene", "pos"]


def test_all_columns_are_all_but_the_row_number(export: Exporter) -> None:
    names = set(read("csv", export("csv").file)[0])
    assert names == set(ROWS[0]) - {"rid"}


@pytest.mark.parametrize("columns", [["no_such"], [], ["pos", "pos"], ["rid"], ['pos" FROM x; --']])
def test_columns_that_cannot_be_chosen_are_refused_C09(export: Exporter, columns: list[str]) -> None:
    with pytest.raises(InputError):
        export("tsv", columns=columns)


def test_an_unknown_format_is_refused(export: Exporter) -> None:
    with pytest.raises(InputError, match="tsv"):
        export("exe")


def test_filter_job_and_versions_are_in_the_file(export: Exporter, job: Job) -> None:
    head = gzip.decompress(export("tsv", HIGH).file.read_bytes()).decode().split("chrom\t")[0]
    assert all(line.startswith("## ") for line in head.splitlines())
    kept = json.loads(pq.read_schema(export("parquet", HIGH).file).metadata[b"gas"])
    for told in (head, json.dumps(kept)):
        assert job.job_id in told and "Impact is HIGH" in told.replace("high", "HIGH") and "1.24" in told
    assert json.loads(kept["filter_document"])["parts"][0]["values"] == ["HIGH"]


def test_notes_are_two_more_columns_C44(export: Exporter, job: Job) -> None:
    note = Note(job.job_id, "chr1:101:A:G", [1], "likely_causal", "=look here", "v", "owner", 1)
    rows = read("csv", export("csv", notes={1: note}).file)
    assert [(row["note_tag"], row["note_text"]) for row in rows[:3]] == [
        ("", ""),
        ("likely_causal", "'=look here"),
        ("", ""),
    ]


def test_progress_counts_rows_up_to_all_of_them(job: Job, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    make(job, Wish("tsv", NOTHING), tmp_path, lambda rows, total: told.append((rows, total)))
    assert told == [(5, 12), (10, 12), (12, 12)]


@pytest.mark.parametrize("format", [*TABLES, "report"])
def test_a_cancelled_export_ends_at_once(job: Job, tmp_path: Path, format: str) -> None:
    with pytest.raises(CancelledError):
        make(job, Wish(format, NOTHING), tmp_path, cancelled=lambda: True)


def test_rows_come_in_ascending_order_whatever_the_table_gives(job: Job, tmp_path: Path) -> None:
    from dataclasses import replace

    with contents_of(job, Wish("tsv", NOTHING), tmp_path) as found:
        shuffled = f"(SELECT * FROM {found.source.sql} ORDER BY v.gene NULLS LAST) v"
        contents: Contents = replace(found, source=replace(found.source, sql=shuffled))
        positions = [pos for block in contents.blocks("v.pos") for pos in block["pos"].to_pylist()]
    assert positions == [row["pos"] for row in ROWS]
