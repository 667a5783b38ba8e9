r"""TSV and CSV, safe to open in a spreadsheet (C09).

Text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return gets an apostrophe in front, so that no spreadsheet
takes it for a formula (https://owasp.org/www-community/attacks/CSV_Injection); a lone `+` or `-`, as a strand is
written, stays as it is, and so do numbers. Empty cells are empty. Cells with quotes are quoted as RFC 4180 has it. In
a TSV tabs and line ends within a cell become blanks, so that a line is always a row.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.exports.columns import ExportColumn
from pipeline.exports.contents import Contents
from pipeline.exports.formats.lines import write_lines
from pipeline.results.table_schema import identifier

FORMULA = r"^[=@\t\r]|^[-+](?s:.)"
TAB, COMMA = "\t", ","


def write_tsv(contents: Contents, target: Path) -> int:
    """Tab-separated, with the provenance in lines that begin with `##`; the number of rows."""
    comments = "".join(f"## {name}: {value}\n" for name, value in contents.provenance())
    return _write(contents, target, TAB, comments)


def write_csv(contents: Contents, target: Path) -> int:
    """Comma-separated: the names, then the rows. CSV knows no comments, so there are none."""
    return _write(contents, target, COMMA, "")


def _write(contents: Contents, target: Path, separator: str, comments: str) -> int:
    head = comments + separator.join(_header(column.name, separator) for column in contents.columns) + "\n"
    cells = ", ".join(f"coalesce({cell(column, separator)}, '')" for column in contents.columns)
    return write_lines(contents, target, head.encode(), f"concat_ws({_literal(separator)}, {cells}) || chr(10)")


def cell(column: ExportColumn, separator: str) -> str:
    """SQL of a cell's text; an empty cell is NULL. Most cells need nothing, which one look tells."""
    value = f"v.{identifier(column.name)}"
    if not (column.is_text or column.is_nested):
        return f"{value}::VARCHAR"
    text = f"to_json({value})::VARCHAR" if column.is_nested else f"{value}::VARCHAR"
    special = '"' if separator == TAB else f'"{separator}\\r\\n'
    odd = FORMULA + rf"|[\t\r\n{special}]"
    safe = f"CASE WHEN regexp_matches({text}, '{FORMULA}') THEN '''' || {text} ELSE {text} END"
    if separator == TAB:
        safe = rf"regexp_replace({safe}, '[\t\r\n]+', ' ', 'g')"
    quoted = f"""'"' || replace({safe}, '"', '""') || '"'"""
    return (
        f"CASE WHEN NOT regexp_matches({text}, '{odd}') THEN {text} "
        f"WHEN regexp_matches({text}, '[{special}]') THEN {quoted} ELSE {safe} END"
    )


def _header(name: str, separator: str) -> str:
    """A column's name, which sources choose, made as safe as a cell."""
    text = " ".join(name.split())
    text = f"'{text}" if text[:1] in tuple("=+-@") else text
    return '"' + text.replace('"', '""') + '"' if '"' in text or separator in text else text


def _literal(separator: str) -> str:
    return "chr(9)" if separator == TAB else "','"
