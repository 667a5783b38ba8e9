"""A reference bundle as the rest of the pipeline sees it, and where bundles are found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from pipeline.errors import ConfigurationError
from pipeline.reference.manifest import MANIFEST_NAME, BundleManifest, Source
from pipeline.settings import get_settings

EMBEDDED_DIR = Path(__file__).parent / "embedded"


@dataclass(frozen=True)
class Contig:
    """A contig of a bundle: `length` in base pairs, `aliases` are other names that files use for it."""

    name: str
    length: int
    aliases: tuple[str, ...] = ()
    genetic_code: int = 1  # NCBI translation table
    has_genes: bool = True


@dataclass(frozen=True)
class Bundle:
    """A reference: sequence, gene models and annotation sources with their versions and licences."""

    id: str
    title: str
    assembly: str
    version: str
    folder: Path
    fasta: Path
    gff3: Path
    contigs: dict[str, Contig]
    sources: tuple[Source, ...]
    attribution: tuple[str, ...]
    checksums: dict[str, str]  # file name → SHA-256
    notes: tuple[str, ...] = ()

    @property
    def genetic_codes(self) -> dict[str, int]:
        """NCBI translation table of each contig."""
        return {name: contig.genetic_code for name, contig in self.contigs.items()}

    @property
    def versions(self) -> dict[str, str]:
        """Version of the bundle and of each of its sources, by id."""
        return {self.id: self.version} | {source.id: source.version for source in self.sources}

    def contig_for(self, name: str, length: int | None = None) -> Contig | None:
        """The bundle's contig for a file's contig name, or None.

        A declared `length` (base pairs) that differs means another sequence of the same name: hg19's chrM, with
        16,571 bp, is not the revised Cambridge Reference Sequence.
        """
        contig = self.contigs.get(name) or self._by_alias().get(name)
        if contig is not None and length is not None and length != contig.length:
            return None
        return contig

    def _by_alias(self) -> dict[str, Contig]:
        return {alias: contig for contig in self.contigs.values() for alias in contig.aliases}

    def with_sources(self, ids: Iterable[str]) -> Bundle:
        """The same bundle with only these sources. Raises ConfigurationError for one that it does not have."""
        wanted = set(ids)
        missing = sorted(wanted - {source.id for source in self.sources})
        if missing:
            raise ConfigurationError(
                f"The reference bundle {self.id} has no source {', '.join(missing)}. It may have been removed since; "
                "choose among the sources that are installed.",
                code="source_not_installed",
            )
        return replace(self, sources=tuple(source for source in self.sources if source.id in wanted))

    def path(self, file_name: str) -> Path:
        """Path of one of the bundle's files."""
        return self.folder / file_name


def load_bundle(bundle_id: str) -> Bundle:
    """The bundle with this id. Raises ConfigurationError when it is not installed or its manifest is wrong."""
    for folder in _folders():
        if folder.name == bundle_id:
            return _load(folder)
    raise ConfigurationError(
        f"The reference bundle {bundle_id!r} is not installed. Installed: "
        f"{', '.join(folder.name for folder in _folders())}. Ask your operator for "
        "`python -m util_jobs reference list`.",
        code="bundle_not_installed",
    )


def list_bundles() -> list[Bundle]:
    """Embedded and installed bundles, by id."""
    return [_load(folder) for folder in _folders()]


def _folders() -> list[Path]:
    installed = get_settings().resolved_bundles_dir()
    roots = [EMBEDDED_DIR] + ([installed] if installed.is_dir() else [])
    found = {folder.name: folder for root in roots for folder in root.iterdir() if (folder / MANIFEST_NAME).is_file()}
    return [found[name] for name in sorted(found)]


def _load(folder: Path) -> Bundle:
    return _load_manifest(folder, (folder / MANIFEST_NAME).stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _load_manifest(folder: Path, _modified: int) -> Bundle:
    try:
        manifest = BundleManifest.model_validate_json((folder / MANIFEST_NAME).read_text("utf-8"))
    except ValidationError as error:
        raise ConfigurationError(
            f"The manifest of the reference bundle {folder.name} is wrong: {error.errors()[0]['msg']} "
            f"at {error.errors()[0]['loc']}. Install the bundle again."
        ) from error
    return Bundle(
        id=manifest.id,
        title=manifest.title,
        assembly=manifest.assembly,
        version=manifest.version,
        folder=folder,
        fasta=folder / manifest.fasta,
        gff3=folder / manifest.gff3,
        contigs={
            contig.name: Contig(contig.name, contig.length, contig.aliases, contig.genetic_code, contig.has_genes)
            for contig in manifest.contigs
        },
        sources=manifest.sources,
        attribution=manifest.attribution,
        checksums=manifest.checksums,
        notes=manifest.notes,
    )
