"""Checks a bundle against its manifest: files, checksums, indexes, lengths; names each difference."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pysam
from pydantic import ValidationError

from pipeline.files import sha256_of
from pipeline.reference.allele_tables import KEY_COLUMNS
from pipeline.reference.manifest import MANIFEST_NAME, BundleManifest, Source
from pipeline.reference.staging import read_manifest
from pipeline.reference.track_tables import SCHEMA as TRACK_SCHEMA


def differences(folder: Path, progress: Callable[[str], None]) -> list[str]:
    """A sentence for each thing that is not as the manifest of the bundle in `folder` says; empty when all is well."""
    try:
        manifest = read_manifest(folder)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole of it"
        return [f"{MANIFEST_NAME} is wrong at {where}: {first['msg']}."]
    except OSError as error:
        return [f"{MANIFEST_NAME} cannot be read: {error.strerror}."]
    found = [] if manifest.id == folder.name else [f"{MANIFEST_NAME} is that of {manifest.id}, not of {folder.name}."]
    found += _files(folder, manifest, progress)
    if not found:
        found += _sequence(folder, manifest)
        for source in manifest.sources:
            found += _source(folder, source)
    return found


def _files(folder: Path, manifest: BundleManifest, progress: Callable[[str], None]) -> list[str]:
    found = []
    needed = {manifest.fasta, f"{manifest.fasta}.fai", manifest.gff3, *(source.file for source in manifest.sources)}
    if manifest.fasta.endswith(".gz"):
        needed.add(f"{manifest.fasta}.gzi")
    for name in sorted(needed | set(manifest.checksums)):
        path = folder / name
        if "/" in name or name in (".", "..") or path.is_symlink():
            found.append(f"{name} is not a file of the bundle's own folder.")
        elif not path.is_file():
            found.append(f"{name} is missing.")
        elif name not in manifest.checksums:
            found.append(f"{name} has no checksum in the manifest.")
        else:
            progress(f"checksum of {name}")
            if sha256_of(path) != manifest.checksums[name]:
                found.append(f"{name} differs from its checksum.")
    present = {path.name for path in folder.iterdir() if not path.name.startswith(".")} - {MANIFEST_NAME}
    found += [
        f"{name} belongs to nothing in the manifest." for name in sorted(present - needed - set(manifest.checksums))
    ]
    return found


def _sequence(folder: Path, manifest: BundleManifest) -> list[str]:
    try:
        with pysam.FastaFile(str(folder / manifest.fasta)) as reference:
            held = dict(zip(reference.references, reference.lengths, strict=True))
    except (OSError, ValueError) as error:
        return [f"{manifest.fasta} cannot be read: {error}."]
    told = {contig.name: contig.length for contig in manifest.contigs}
    found = [f"The contig {name} is not in {manifest.fasta}." for name in told if name not in held]
    found += [f"The contig {name} is not in the manifest." for name in held if name not in told]
    found += [
        f"The contig {name} has {held[name]:,} bases in {manifest.fasta}, {length:,} in the manifest."
        for name, length in told.items()
        if held.get(name, length) != length
    ]
    return found


def _source(folder: Path, source: Source) -> list[str]:
    if not source.file.endswith(".parquet"):
        return []
    try:
        file = pq.ParquetFile(folder / source.file)
    except (OSError, pa.ArrowInvalid) as error:
        return [f"{source.file} cannot be read: {error}."]
    with file:
        names, rows = set(file.schema_arrow.names), file.metadata.num_rows
    fields = [column.field for column in source.columns]
    needed = [name for name, _ in KEY_COLUMNS] + fields if source.kind == "alleles" else TRACK_SCHEMA.names
    found = [f"{source.file} has no column {name}." for name in needed if name not in names]
    if rows != source.records:
        found.append(f"{source.file} has {rows:,} rows, {source.records:,} in the manifest.")
    return found
