"""A reference bundle as the rest of the pipeline sees it, and where bundles are found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
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
    m5: str = ""  # MD5 of the sequence in upper case (SAM's M5); empty where the bundle does not say


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
    demonstration_regions: int = 0  # outside of them the sequence is masked; 0 for a whole genome

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
        contig = self.contigs.get(name) or self._by_alias.get(name)
        if contig is not None and length is not None and length != contig.length:
            return None
        return contig

    @cached_property
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
    """Embedded and installed bundles, by id. A broken one does not hide the others: see `broken_bundles`."""
    return [bundle for bundle in map(_load_or_reason, _folders()) if isinstance(bundle, Bundle)]


def broken_bundles() -> dict[str, str]:
    """Id and reason of each bundle whose manifest cannot be read."""
    found = {folder.name: _load_or_reason(folder) for folder in _folders()}
    return {name: reason for name, reason in found.items() if isinstance(reason, str)}


def is_embedded(bundle_id: str) -> bool:
    """Whether a bundle of this id is part of the program."""
    return any(folder.name == bundle_id for folder in _folders_of(EMBEDDED_DIR))


def _folders() -> list[Path]:
    """Folders of bundles by id. An embedded bundle is never hidden by an installed one of the same id."""
    installed = get_settings().resolved_bundles_dir()
    found = {folder.name: folder for root in (installed, EMBEDDED_DIR) for folder in _folders_of(root)}
    return [found[name] for name in sorted(found)]


def _folders_of(root: Path) -> list[Path]:
    """What begins with a dot is being built."""
    if not root.is_dir():
        return []
    return [
        folder for folder in root.iterdir() if not folder.name.startswith(".") and (folder / MANIFEST_NAME).is_file()
    ]


def _load_or_reason(folder: Path) -> Bundle | str:
    try:
        return _load(folder)
    except ConfigurationError as error:
        return error.message


def _load(folder: Path) -> Bundle:
    try:
        return _load_manifest(folder, (folder / MANIFEST_NAME).stat().st_mtime_ns)
    except OSError as error:
        raise ConfigurationError(
            f"The manifest of the reference bundle {folder.name} cannot be read: {error.strerror}."
        ) from error


@lru_cache(maxsize=64)
def _load_manifest(folder: Path, _modified: int) -> Bundle:
    try:
        manifest = BundleManifest.model_validate_json((folder / MANIFEST_NAME).read_bytes())
    except ValidationError as error:
        raise ConfigurationError(
            f"The manifest of the reference bundle {folder.name} is wrong: {error.errors()[0]['msg']} "
            f"at {error.errors()[0]['loc']}. Install the bundle again."
        ) from error
    if manifest.id != folder.name:
        raise ConfigurationError(
            f"The manifest of the reference bundle {folder.name} is that of {manifest.id}. Rename the folder."
        )
    return bundle_from(folder, manifest)


def bundle_from(folder: Path, manifest: BundleManifest) -> Bundle:
    """The bundle that a manifest describes."""
    return Bundle(
        id=manifest.id,
        title=manifest.title,
        assembly=manifest.assembly,
        version=manifest.version,
        folder=folder,
        fasta=folder / manifest.fasta,
        gff3=folder / manifest.gff3,
        contigs={
            contig.name: Contig(
                contig.name, contig.length, contig.aliases, contig.genetic_code, contig.has_genes, contig.m5
            )
            for contig in manifest.contigs
        },
        sources=manifest.sources,
        attribution=manifest.attribution,
        checksums=manifest.checksums,
        notes=manifest.notes,
        demonstration_regions=manifest.demonstration_regions,
    )
