"""A source as it is asked for, turned into its table and its declaration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from pipeline.annotation.children import ChildFamily
from pipeline.errors import ConfigurationError
from pipeline.reference.bundle import Bundle
from pipeline.reference.manifest import Source, SourceColumn, SourceDescription
from pipeline.reference.sources.columns import ColumnRequest, PlannedColumn, requested_columns
from pipeline.reference.sources.conversion import convert
from pipeline.reference.sources.known_publishers import ABOUT, known_columns, recognised
from pipeline.reference.sources.publisher_file import SourceHeader, open_source
from pipeline.reference.track_tables import write_track_table
from pipeline.settings import get_settings

BED_NAMES = (".bed", ".bed.gz", ".bed.bgz", "cytoband.txt", "cytoband.txt.gz")
NOT_CLEANED = ("read", "kept")
Progress = Callable[[str], None]


@dataclass(frozen=True)
class SourceRequest:
    """What is added: `columns` are asked for by name, else `preset` (or what the header looks like) says which."""

    name: str
    file: Path
    more_files: tuple[Path, ...] = ()  # where a publisher has one file for each contig
    columns: tuple[ColumnRequest, ...] = ()
    preset: str = ""
    described: SourceDescription = field(default_factory=SourceDescription)
    replace: bool = False


def converted(
    folder: Path, bundle: Bundle, request: SourceRequest, out: Path, progress: Progress
) -> tuple[Source, Counter[str]]:
    """Write the table `out` of a source; its declaration (whose file is named later) and the counts.

    Raises ConfigurationError for columns that are not there or taken, InputError for a file that is no source.
    """
    if request.file.name.lower().endswith(BED_NAMES):
        columns = [_track_column(request)]
        _check_columns(bundle, request, columns)
        names = {alias: item for item in bundle.contigs.values() for alias in item.aliases} | bundle.contigs
        counts = write_track_table(request.file, names, request.described.title or request.name, out, progress)
        return _declared(request, "track", columns, SourceHeader(), "", counts), counts
    header = _header(folder, request.file)
    preset = request.preset or ("" if request.columns else recognised(header) or "")
    planned = _columns(request, header, preset)
    columns = [item.column for item in planned]
    _check_columns(bundle, request, columns)
    counts = convert((request.file, *request.more_files), bundle, [item.field for item in planned], out, progress)
    return _declared(request, "alleles", columns, header, preset, counts), counts


def _header(folder: Path, file: Path) -> SourceHeader:
    with ChildFamily(folder, get_settings(), lambda: False) as family, open_source(file, family, Counter()) as source:
        return source.header


def _columns(request: SourceRequest, header: SourceHeader, preset: str) -> list[PlannedColumn]:
    planned = requested_columns(request.name, header, request.columns) if request.columns else []
    if preset and not request.columns:
        planned = known_columns(header, preset)
    if not planned:
        raise ConfigurationError(
            f"Say which fields of {request.file} are wanted: --column FIELD[:name[:title]]. It has: "
            f"{', '.join(['ID', *header.info])}.",
            code="no_columns",
        )
    return planned


def _track_column(request: SourceRequest) -> SourceColumn:
    """A track has one column; `--column NAME:column:title` may name it."""
    asked = request.columns[0] if request.columns else ColumnRequest("NAME")
    name = asked.name or request.name
    title = asked.title or request.described.title or request.name.replace("_", " ").capitalize()
    try:
        return SourceColumn(
            name=name,
            field=name.upper(),
            type="string",
            title=title,
            description=f"{title}: names of the intervals that overlap the allele.",
            source_field="NAME",
        )
    except ValidationError as error:
        raise ConfigurationError(f"{name!r} cannot be the name of a column.", code="bad_column_name") from error


def _check_columns(bundle: Bundle, request: SourceRequest, columns: list[SourceColumn]) -> None:
    """Column names are those of variants.parquet: each stands for one thing there."""
    from pipeline.annotation.outputs.tables import variants_schema  # the tables know sources, so this comes late

    taken = set(variants_schema(()).names)
    taken |= {column.name for source in bundle.sources if source.id != request.name for column in source.columns}
    names = [column.name for column in columns]
    double = sorted({name for name in names if name in taken or names.count(name) > 1})
    if double:
        raise ConfigurationError(
            f"There is a column {double[0]} already; give this one another name: --column FIELD:name.",
            code="column_exists",
        )


def _declared(
    request: SourceRequest,
    kind: str,
    columns: list[SourceColumn],
    header: SourceHeader,
    preset: str,
    counts: Counter[str],
) -> Source:
    about = ABOUT.get(preset, {})
    described = request.described
    date = described.date or header.date
    try:
        return Source(
            id=request.name,
            title=described.title or about.get("title", request.name),
            kind=kind,
            file="pending",
            version=described.version
            or header.words.get("dbSNP_BUILD_ID")
            or date
            or header.words.get("source")
            or "not stated",
            date=date,
            url=described.url or about.get("url", ""),
            licence=described.licence or about.get("licence", "not stated"),
            attribution=described.attribution or about.get("attribution", ""),
            columns=tuple(columns),
            records=counts["kept"],
            cleaned={name: count for name, count in counts.items() if name not in NOT_CLEANED},
        )
    except ValidationError as error:
        raise ConfigurationError(f"The source cannot be described: {error.errors()[0]['msg']}.") from error
