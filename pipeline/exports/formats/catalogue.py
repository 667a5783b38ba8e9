"""The formats that exports come in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputError
from pipeline.exports.contents import Contents
from pipeline.exports.formats import delimited, jsonl, parquet, vcf, xlsx
from pipeline.exports.report import page


@dataclass(frozen=True)
class Format:
    """A format. `write` writes the file and gives the number of its rows; `index` ends the name of its index, if it has
    one; `has_columns`: they can be chosen; `most_rows` is the format's own limit."""

    id: str
    title: str
    sentence: str
    suffix: str
    content_type: str
    write: Callable[[Contents, Path], int]
    has_columns: bool = True
    most_rows: int | None = None


FORMATS = (
    Format(
        "tsv",
        "TSV (tab-separated, gzip)",
        "For R, Python and the command line; lines that begin with ## say where it comes from.",
        ".tsv.gz",
        "application/gzip",
        delimited.write_tsv,
    ),
    Format(
        "csv",
        "CSV (comma-separated, gzip)",
        "For whatever reads tables; the first line holds the names.",
        ".csv.gz",
        "application/gzip",
        delimited.write_csv,
    ),
    Format(
        "xlsx",
        "Excel workbook (XLSX)",
        f"Excel's own limit: {xlsx.MOST_ROWS:,} rows, one of which is the header.",
        ".xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        xlsx.write_xlsx,
        most_rows=xlsx.MOST_ROWS - 1,
    ),
    Format(
        "vcf",
        "VCF (bgzip, with index)",
        "The records as they were uploaded, with samples and annotation; one that holds several alleles is kept whole.",
        ".vcf.gz",
        "application/gzip",
        vcf.write_vcf,
        has_columns=False,
    ),
    Format(
        "parquet",
        "Parquet",
        "For DuckDB, pandas, Arrow and Spark: small, quick, with types.",
        ".parquet",
        "application/vnd.apache.parquet",
        parquet.write_parquet,
    ),
    Format(
        "jsonl",
        "JSON lines (gzip)",
        "One object a line, for programs.",
        ".jsonl.gz",
        "application/gzip",
        jsonl.write_jsonl,
    ),
    Format(
        "report",
        "Report (HTML, prints as PDF)",
        "Counts, figures, the filter in words, the top variants and what it was made with, on one page.",
        ".report.html",
        "text/html; charset=utf-8",
        page.write_report,
        has_columns=False,
    ),
)
_BY_ID = {each.id: each for each in FORMATS}


def format_of(name: str) -> Format:
    """The format with this id. InputError (`bad_format`) where there is none."""
    if name not in _BY_ID:
        raise InputError(f"There is no such format. Choose one of {', '.join(_BY_ID)}.", code="bad_format")
    return _BY_ID[name]
