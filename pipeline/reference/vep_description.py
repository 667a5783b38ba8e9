"""What a cache of the engine `vep` holds, and whether it is still what was installed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow.parquet as pq

from pipeline.annotation.engines.vep_command import vep_version
from pipeline.errors import ConfigurationError
from pipeline.files import sha256_of
from pipeline.reference.vep_cache import MANIFEST, CacheManifest, VepCache

ABOUT_THE_FILE = {"source_cache", "source_cache_path", "source_file"}  # of a table's columns


def describe(folder: Path, assembly: str, release: int) -> CacheManifest:
    """What a cache holds. Raises ConfigurationError where it is not usable."""
    contigs = sorted(path.stem for path in (folder / "variation").glob("*.parquet"))
    transcripts = sorted((folder / "transcript").glob("*.parquet"))
    if not contigs or not transcripts:
        raise ConfigurationError(
            f"vepyr made no usable cache of {assembly}-{release}: it has no transcripts or no known variants.",
            code="vep_cache_empty",
        )
    files = cache_files(folder)
    return CacheManifest(
        assembly=assembly,
        release=release,
        contigs=tuple(contigs),
        sources=_sources(transcripts[0]),
        made_by=f"vepyr {vep_version()}",
        files={path.relative_to(folder).as_posix(): path.stat().st_size for path in files},
        sha256=checksum(folder),
    )


def _sources(transcripts: Path) -> dict[str, str]:
    """Versions of what Ensembl put together, as every row of the table has them: `source_dbsnp` → 156."""
    table = pq.ParquetFile(transcripts)
    names = [name for name in table.schema_arrow.names if name.startswith("source_") and name not in ABOUT_THE_FILE]
    first = table.read_row_group(0, columns=names).slice(0, 1).to_pylist()[0]
    plain = {name.removeprefix("source_").removeprefix("src_"): value for name, value in first.items()}
    return {name: str(value) for name, value in sorted(plain.items()) if value not in (None, "")}


def cache_files(folder: Path) -> list[Path]:
    """The files that are the cache, sorted by path: not its description, not what a download keeps for itself."""
    found = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [
        path
        for path in found
        if path.name != MANIFEST and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def checksum(folder: Path) -> str:
    """SHA-256 of the lines `<SHA-256>  <path>` of all files, as sha256sum writes them."""
    digest = hashlib.sha256()
    for path in cache_files(folder):
        digest.update(f"{sha256_of(path)}  {path.relative_to(folder).as_posix()}\n".encode())
    return digest.hexdigest()


def verify_cache(cache: VepCache) -> None:
    """Raises ConfigurationError when the files are not those that were installed."""
    cache.check_sizes()
    if checksum(cache.folder) != cache.manifest.sha256:
        raise cache.damaged("SHA-256")
