"""XLSX: a sheet with the rows and one with their provenance. Cells are texts and numbers, never formulas or links.

XlsxWriter writes a row to the disk as it comes (`constant_memory`).
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from pipeline.errors import LimitError
from pipeline.exports.columns import ExportColumn
from pipeline.exports.contents import Contents

MOST_ROWS = 1_048_576  # of a sheet, with the header (Microsoft: Excel specifications and limits)
MOST_LETTERS = 32_767  # of a cell
MOST_EXACT = 2**53  # a number in Excel is a double
ROWS_AT_ONCE = 5_000


def check_rows(count: int) -> None:
    """LimitError where a sheet cannot hold so many rows beside the header."""
    if count >= MOST_ROWS:
        raise LimitError(
            f"An Excel sheet has at most {MOST_ROWS:,} rows, one of which is the header, and {count:,} variants match. "
            "Narrow the filter, or choose TSV, CSV or Parquet, which have no such limit.",
            code="too_many_rows",
        )


def write_xlsx(contents: Contents, target: Path) -> int:
    """Write the workbook; the number of rows. LimitError where they do not fit into a sheet."""
    import xlsxwriter  # only this format needs it

    check_rows(contents.source.count)
    options = {"constant_memory": True, "tmpdir": str(contents.folder), "in_memory": False}
    book = xlsxwriter.Workbook(str(target), options)
    book.set_properties({"title": contents.job.input_file_name[:255], "comments": contents.words[:2000]})
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet("Variants")
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(contents.columns):
        sheet.set_column(place, place, 24 if column.is_text else 12)
        sheet.write_string(0, place, column.name[:MOST_LETTERS], bold)
    rows, cut = 0, 0
    writers = [_writer(sheet, place, column) for place, column in enumerate(contents.columns)]
    for block in contents.blocks(contents.plain_select()):
        for batch in block.to_batches(ROWS_AT_ONCE):
            contents.check()
            for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                rows += 1
                for write, value in zip(writers, values, strict=True):
                    if value is not None:
                        cut += write(rows, value)
    _tell(book, contents, cut, bold)
    book.close()
    return rows


def _writer(sheet: Any, place: int, column: ExportColumn) -> Any:
    """Writes a value into a row of this column; 1 where its text had to be cut."""

    def text(row: int, value: Any) -> int:
        told = value if isinstance(value, str) else json.dumps(value, default=str)
        sheet.write_string(row, place, told[:MOST_LETTERS])
        return int(len(told) > MOST_LETTERS)

    def number(row: int, value: Any) -> int:
        if isinstance(value, bool):
            sheet.write_boolean(row, place, value)
        elif not math.isfinite(value) or abs(value) > MOST_EXACT:
            sheet.write_string(row, place, str(value))
        else:
            sheet.write_number(row, place, _short(value) if column.type == "FLOAT" else value)
        return 0

    return text if column.is_text or column.is_nested or not _is_number(column) else number


def _is_number(column: ExportColumn) -> bool:
    return column.is_decimal or column.type.endswith("INT") or column.type in ("INTEGER", "UINTEGER", "BOOLEAN")


def _short(value: float) -> float:
    """The shortest decimal that is this 32-bit number: 0.1 instead of 0.10000000149."""
    return float(f"{value:.7g}")


def _tell(book: Any, contents: Contents, cut: int, bold: Any) -> None:
    """The second sheet: where the rows come from, and what each column means."""
    told = contents.provenance()
    if cut:
        told.append(("cut", f"{cut} texts were longer than {MOST_LETTERS} letters, the most of a cell, and were cut"))
    about = book.add_worksheet("About")
    about.set_column(0, 0, 28)
    about.set_column(1, 1, 100)
    row = -1
    for row, (name, value) in enumerate(told):
        about.write_string(row, 0, name, bold)
        about.write_string(row, 1, value[:MOST_LETTERS])
    for offset, column in enumerate(contents.columns, 2):
        about.write_string(row + offset, 0, column.name[:MOST_LETTERS], bold)
        about.write_string(row + offset, 1, f"{column.title}. {column.description}"[:MOST_LETTERS])
