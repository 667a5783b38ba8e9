"""Adds a source to a bundle and takes one away: the table is written beside, the manifest replaced in one step."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from pipeline.annotation.children import ChildFamily
from pipeline.errors import ConfigurationError
from pipeline.reference.allele_conversion import convert
from pipeline.reference.bundle import Bundle, bundle_from
from pipeline.reference.manifest import SOURCE_ID, BundleManifest, Source, SourceColumn
from pipeline.reference.publisher_facts import ABOUT
from pipeline.reference.source_columns import (
    ColumnRequest,
    PlannedColumn,
    known_columns,
    recognised,
    requested_columns,
)
from pipeline.reference.source_file import SourceHeader, open_source
from pipeline.reference.staging import flush, installed_folder, locked, read_manifest, sha256_of, write_manifest
from pipeline.reference.track_tables import write_track_table
from pipeline.settings import get_settings

BED_NAMES = (".bed", ".bed.gz", ".bed.bgz", ".cytoband.txt", "cytoband.txt", "cytoband.txt.gz")
PRESETS = ("clinvar", "dbsnp", "gnomad")
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
    title: str = ""
    version: str = ""
    date: str = ""
    licence: str = ""
    url: str = ""
    attribution: str = ""
    replace: bool = False


def add_source(
    bundles_dir: Path, bundle_id: str, request: SourceRequest, progress: Progress
) -> tuple[Source, Counter[str]]:
    """Add a source to an installed bundle; the source as declared, and the counts of its conversion.

    Raises ConfigurationError where the bundle or a name does not allow it, InputError for a file that is none.
    """
    with locked(bundles_dir, bundle_id):
        return add_to_folder(installed_folder(bundles_dir, bundle_id), request, progress)


def add_to_folder(folder: Path, request: SourceRequest, progress: Progress) -> tuple[Source, Counter[str]]:
    """Add a source to the bundle in a folder that nobody else changes meanwhile."""
    manifest = read_manifest(folder)
    _check_name(manifest, request)
    for leftover in folder.glob(".adding-*"):
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    bundle = bundle_from(folder, manifest)
    temporary = folder / f".adding-{request.name}.parquet"
    try:
        source, counts = _converted(folder, bundle, request, temporary, progress)
        progress("checksum")
        digest = sha256_of(temporary)
        source = source.model_copy(update={"file": f"{request.name}-{digest[:12]}.parquet"})
        flush(temporary)
        temporary.chmod(0o644)
        temporary.replace(folder / source.file)
    finally:
        temporary.unlink(missing_ok=True)
    before = [item for item in manifest.sources if item.id == request.name]
    _replace(folder, manifest, remove=before, add=source, checksum=digest)
    return source, counts


def remove_source(bundles_dir: Path, bundle_id: str, name: str) -> None:
    """Take a source out of an installed bundle, with its file."""
    with locked(bundles_dir, bundle_id):
        folder = installed_folder(bundles_dir, bundle_id)
        manifest = read_manifest(folder)
        found = [source for source in manifest.sources if source.id == name]
        if not found:
            raise ConfigurationError(
                f"The bundle {bundle_id} has no source {name!r}. It has: "
                f"{', '.join(source.id for source in manifest.sources) or 'none'}.",
                code="no_such_source",
            )
        _replace(folder, manifest, remove=found)


def _replace(
    folder: Path, manifest: BundleManifest, remove: list[Source], add: Source | None = None, checksum: str = ""
) -> None:
    """Write the manifest without and with these sources, then remove the files that nothing names any more."""
    gone = {source.file for source in remove} - ({add.file} if add else set())
    sources = tuple(source for source in manifest.sources if source not in remove) + ((add,) if add else ())
    checksums = {name: value for name, value in manifest.checksums.items() if name not in gone}
    said = {source.attribution for source in remove} - {source.attribution for source in sources}
    attribution = [text for text in manifest.attribution if text not in said]
    if add:
        checksums[add.file] = checksum
        attribution += [add.attribution] if add.attribution and add.attribution not in attribution else []
    changed = {"sources": sources, "checksums": checksums, "attribution": tuple(attribution)}
    write_manifest(folder, manifest.model_copy(update=changed))
    for name in gone:
        (folder / name).unlink(missing_ok=True)


def _check_name(manifest: BundleManifest, request: SourceRequest) -> None:
    if not re.fullmatch(SOURCE_ID, request.name):
        raise ConfigurationError(
            f"{request.name!r} cannot be the name of a source: small letters, digits and underscores, at most 40.",
            code="bad_source_name",
        )
    if request.preset and request.preset not in PRESETS:
        raise ConfigurationError(f"There is no preset {request.preset!r}; there are {', '.join(PRESETS)}.")
    if not request.replace and any(source.id == request.name for source in manifest.sources):
        raise ConfigurationError(
            f"The bundle {manifest.id} has a source {request.name} already. Add --replace, or choose another name.",
            code="source_exists",
        )


def _converted(
    folder: Path, bundle: Bundle, request: SourceRequest, out: Path, progress: Progress
) -> tuple[Source, Counter[str]]:
    if request.file.name.lower().endswith(BED_NAMES):
        columns = [_track_column(request)]
        _check_columns(bundle, request, columns)
        names = {alias: item for item in bundle.contigs.values() for alias in item.aliases} | bundle.contigs
        counts = write_track_table(request.file, names, request.title or request.name, out, progress)
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
    title = asked.title or request.title or request.name.replace("_", " ").capitalize()
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
    date = request.date or header.date
    try:
        return Source(
            id=request.name,
            title=request.title or about.get("title", request.name),
            kind=kind,
            file="pending",
            version=request.version
            or header.words.get("dbSNP_BUILD_ID")
            or date
            or header.words.get("source")
            or "not stated",
            date=date,
            url=request.url or about.get("url", ""),
            licence=request.licence or about.get("licence", "not stated"),
            attribution=request.attribution or about.get("attribution", ""),
            columns=tuple(columns),
            records=counts["kept"],
            cleaned={name: count for name, count in counts.items() if name not in NOT_CLEANED},
        )
    except ValidationError as error:
        raise ConfigurationError(f"The source cannot be described: {error.errors()[0]['msg']}.") from error
