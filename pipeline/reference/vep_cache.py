"""The caches of the engine `vep` that are installed, and which of them belongs to a reference bundle.

A cache holds what Ensembl publishes for one assembly and release: transcripts, SIFT and PolyPhen, known variants with
their frequencies. It lies in `<vep-caches>/<assembly>-<release>`; `vep.json` beside its tables describes it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import ConfigurationError
from pipeline.reference.bundle import Bundle
from pipeline.settings import get_settings

MANIFEST = "vep.json"
ASSEMBLY = r"[A-Za-z0-9_]+"
ENSEMBLS_NAMES = {"hg38": "GRCh38", "hg19": "GRCh37"}  # of UCSC's names


class CacheManifest(BaseModel):
    """`vep.json`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: int = 1
    assembly: str
    release: int = Field(description="Release of Ensembl.")
    contigs: tuple[str, ...] = Field(description="Names of the contigs, as the cache has them.")
    sources: dict[str, str] = Field(default_factory=dict, description="What Ensembl put into it: name → version.")
    made_by: str = Field(description="Version of vepyr that made or fetched it.")
    files: dict[str, int] = Field(description="Path of each file in the folder → its size in bytes.")
    sha256: str = Field(description="Of the list of the files' SHA-256; see `pipeline.reference.vep_description`.")


@dataclass(frozen=True)
class VepCache:
    """An installed cache."""

    folder: Path
    manifest: CacheManifest

    @property
    def name(self) -> str:
        """Assembly and release, such as GRCh38-115."""
        return f"{self.manifest.assembly}-{self.manifest.release}"

    def check_sizes(self) -> None:
        """Raises ConfigurationError where a file is missing or of another size: vepyr would call variants intergenic
        in silence where it has no transcripts."""
        for name, size in self.manifest.files.items():
            path = self.folder / name
            if not path.is_file() or path.stat().st_size != size:
                raise self.damaged(name)

    def damaged(self, name: str) -> ConfigurationError:
        """The error for a file that is not as it was installed."""
        return ConfigurationError(
            f"Data of the annotation engine vep are damaged: {name} of the cache {self.name} is not as it was "
            f"installed. Choose the engine csq, or ask your operator to remove the folder {self.name} of the vep "
            "caches and to install it again.",
            code="vep_cache_damaged",
        )

    def holds(self, contig: str) -> bool:
        """Whether the cache has this contig; vepyr takes `22`, `chr22`, `MT` and `chrM` for the same as it has."""
        return _plain(contig) in {_plain(name) for name in self.manifest.contigs}


def _plain(contig: str) -> str:
    name = contig[3:] if contig.lower().startswith("chr") else contig
    return "MT" if name == "M" else name


def plain_assembly(assembly: str) -> str:
    """The assembly as Ensembl names it, without its patch level: GRCh38.p14 has the chromosomes of GRCh38."""
    found = re.match(ASSEMBLY, assembly)
    name = found.group() if found else ""
    return ENSEMBLS_NAMES.get(name, name)


def cache_for(bundle: Bundle) -> VepCache | None:
    """The newest cache of the bundle's assembly, or None."""
    fitting = [cache for cache in list_caches() if cache.manifest.assembly == plain_assembly(bundle.assembly)]
    return max(fitting, key=lambda cache: cache.manifest.release, default=None)


def require_cache(bundle: Bundle) -> VepCache:
    """The bundle's cache, all files present. Raises ConfigurationError, with what the operator types, otherwise."""
    cache = cache_for(bundle)
    if cache is None:
        raise ConfigurationError(
            f"The annotation engine vep has no cache for the reference {bundle.title} ({bundle.assembly}). Choose the "
            f"engine csq, or ask your operator for `python -m util_jobs reference install-vep {bundle.id}`.",
            code="engine_not_installed",
        )
    cache.check_sizes()
    return cache


def list_caches() -> list[VepCache]:
    """Installed caches, by name."""
    root = get_settings().resolved_vep_caches_dir().absolute()
    if not root.is_dir():
        return []
    found = [folder for folder in sorted(root.iterdir()) if not folder.name.startswith(".")]
    return [_load(folder, (folder / MANIFEST).stat().st_mtime_ns) for folder in found if (folder / MANIFEST).is_file()]


@lru_cache(maxsize=16)
def _load(folder: Path, _modified: int) -> VepCache:
    try:
        return VepCache(folder, CacheManifest.model_validate_json((folder / MANIFEST).read_bytes()))
    except ValidationError as error:
        raise ConfigurationError(
            f"The description of the vep cache {folder.name} is wrong: {error.errors()[0]['msg']}. Choose the engine "
            "csq, or ask your operator to remove that folder of the vep caches and to install it again.",
            code="bad_vep_cache",
        ) from error
