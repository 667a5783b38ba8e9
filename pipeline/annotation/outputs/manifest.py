"""manifest.json: checksums and sizes of the outputs, versions of everything that made them, and the parameters."""

from __future__ import annotations

import hashlib
import platform
from pathlib import Path
from typing import Any

import pyarrow as pa
from pysam.version import __bcftools_version__, __htslib_version__, __version__

from pipeline.annotation.engines.base import Engine
from pipeline.reference.bundle import Bundle

READ_BYTES = 1 << 20
TABLE_VERSION = 1  # layout of the Parquet tables; raised when a column changes its meaning


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(READ_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def file_entry(path: Path) -> dict[str, Any]:
    """Name, size in bytes and checksum."""
    return {"name": path.name, "bytes": path.stat().st_size, "sha256": sha256_of(path)}


def provenance_of(bundle: Bundle, engine: Engine) -> dict[str, Any]:
    """Versions and checksums of engine, reference and sources, and the parameters."""
    return {
        "tool": {"name": "Genomics Annotation Service", "table_version": TABLE_VERSION},
        "engine": {"name": engine.name, "version": engine.version(), "parameters": engine.parameters(bundle)},
        "libraries": {
            "python": platform.python_version(),
            "pysam": __version__,
            "htslib": __htslib_version__,
            "bcftools": __bcftools_version__,
            "pyarrow": pa.__version__,
        },
        "bundle": {
            "id": bundle.id,
            "title": bundle.title,
            "assembly": bundle.assembly,
            "version": bundle.version,
            "checksums": bundle.checksums,
            "attribution": list(bundle.attribution),
        },
        "sources": [
            {
                "id": source.id,
                "title": source.title,
                "version": source.version,
                "date": source.date,
                "licence": source.licence,
                "attribution": source.attribution,
                "sha256": bundle.checksums.get(source.file, ""),
                "columns": [column.model_dump() for column in source.columns],
            }
            for source in bundle.sources
        ],
    }
