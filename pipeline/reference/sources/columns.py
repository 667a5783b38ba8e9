"""Which fields of a source become which columns: as the operator asks, or as a publisher's file is known to be."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from pipeline.errors import ConfigurationError
from pipeline.reference.manifest import SourceColumn
from pipeline.reference.sources.allele_lines import ID_FIELD, WantedField
from pipeline.reference.sources.fields import TableField
from pipeline.reference.sources.publisher_file import InfoField, SourceHeader

COLUMN_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}\Z")
INFO_KEY = re.compile(r"[A-Za-z_][0-9A-Za-z_.]*\Z")


@dataclass(frozen=True)
class ColumnRequest:
    """`FIELD[:name[:title]]` of the command line: an INFO key or ID, the column's name and its title."""

    field: str
    name: str = ""
    title: str = ""

    @classmethod
    def parse(cls, text: str) -> ColumnRequest:
        """Read one such text."""
        return cls(*text.split(":", 2))


@dataclass(frozen=True)
class PlannedColumn:
    """A column of the bundle and how the table gets it."""

    column: SourceColumn
    field: TableField


def requested_columns(source_id: str, header: SourceHeader, requests: tuple[ColumnRequest, ...]) -> list[PlannedColumn]:
    """The columns that the operator asks for. Raises ConfigurationError where the header does not declare a field."""
    found = []
    for request in requests:
        if request.field != ID_FIELD and (request.field not in header.info or not INFO_KEY.match(request.field)):
            raise ConfigurationError(
                f"The file declares no INFO field {request.field!r}. It has: {', '.join([ID_FIELD, *header.info])}.",
                code="no_such_field",
            )
        name = request.name or f"{source_id}_{request.field.lower().replace('.', '_')}"
        declared = header.info.get(request.field, InfoField("1", "String", "Identifier in the publisher's file"))
        found.append(planned_column(name, request.title or _title(name), declared.description, request.field, declared))
    return found


def planned_column(
    name: str,
    title: str,
    description: str,
    key: str,
    declared: InfoField,
    change: Callable[[pa.StringArray], pa.Array] | None = None,
    unit: str = "",
) -> PlannedColumn:
    """A column of the bundle for a field declared as `declared`; `change` turns its text into the column's values."""
    if not COLUMN_NAME.match(name):
        raise ConfigurationError(
            f"{name!r} cannot be the name of a column: small letters, digits and underscores, beginning with a letter.",
            code="bad_column_name",
        )
    single = declared.number in ("0", "1", "A", "R")
    types = {"Integer": "integer", "Float": "float", "Flag": "integer"}
    type_ = types.get(declared.type, "string") if single else "string"  # a list of numbers stays text
    number = "0" if declared.type == "Flag" else declared.number
    column = SourceColumn(
        name=name, field=name.upper(), type=type_, title=title, description=description, unit=unit, source_field=key
    )
    return PlannedColumn(column, TableField(column.field, WantedField(key, number), type_, change))


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()
