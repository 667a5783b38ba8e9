"""Installs a cache of the engine `vep`: vepyr fetches or converts it beside the others, then it gets its place.

A published cache comes from Hugging Face (`mirror`: another address of the same layout); one of a release that is not
published is converted from Ensembl's own cache, which vepyr downloads, or which lies on this machine already.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.annotation.engines.vep_command import require_vep_command, vep_version
from pipeline.errors import ConfigurationError
from pipeline.files import flush
from pipeline.reference.staging import locked
from pipeline.reference.vep_cache import ASSEMBLY, MANIFEST, VepCache, list_caches
from pipeline.reference.vep_description import describe
from pipeline.reference.vep_process import run_vepyr
from pipeline.settings import get_settings

RELEASES = (115, 116)  # those that vepyr 0.10 accepts
PUBLISHED = frozenset({("GRCh38", 116)})  # https://huggingface.co/biodatageeks
KIND = "ensembl"  # Ensembl's transcripts, as in the bundles; the others are RefSeq's and both merged
SEARCHED_LEVELS = 2  # below the folder that the operator names


@dataclass(frozen=True)
class CacheRequest:
    """Which cache. `local_cache` is an unpacked cache of Ensembl, or a folder above it; `mirror` the address of a
    server in the layout of Hugging Face."""

    assembly: str
    release: int = max(RELEASES)
    local_cache: Path | None = None
    mirror: str | None = None

    @property
    def name(self) -> str:
        """Folder of the cache."""
        return f"{self.assembly}-{self.release}"

    @property
    def is_download(self) -> bool:
        """Whether a published cache is fetched as it is."""
        return self.local_cache is None and (self.assembly, self.release) in PUBLISHED


def install_cache(request: CacheRequest, progress: Callable[[str], None]) -> VepCache:
    """Install the cache and describe it. A broken download is continued by the next call; nothing half done counts.

    Raises ConfigurationError (not supported, there already, not what it should be, vepyr not installed),
    RetryableError (the network, the disk), LimitError (`vep_install_timeout_s`).
    """
    require_vep_command()
    if request.release not in RELEASES or not re.fullmatch(ASSEMBLY, request.assembly):
        raise ConfigurationError(
            f"vepyr {vep_version()} has no use for a cache of {request.assembly}, release {request.release}: it takes "
            f"the releases {' and '.join(map(str, RELEASES))} of Ensembl.",
            code="vep_cache_unsupported",
        )
    root = get_settings().resolved_vep_caches_dir().absolute()
    with locked(root, request.name):
        if (root / request.name).exists():
            raise ConfigurationError(
                f"The vep cache {request.name} is installed already, in {root}. To install it anew, remove that folder "
                "first.",
                code="vep_cache_exists",
            )
        work = root / f".building-{request.name}"
        arguments = _arguments(request, work)
        made = work / f"{request.release}_{request.assembly}_{KIND}"
        if not request.is_download:  # what a dead conversion left may be half a table
            shutil.rmtree(made, ignore_errors=True)
        work.mkdir(exist_ok=True)
        run_vepyr(arguments, request.mirror, progress)
        progress("checksums")
        manifest = describe(made, request.assembly, request.release)
        (made / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", "utf-8")
        flush(made / MANIFEST)
        made.rename(root / request.name)
        flush(root)
        shutil.rmtree(work, ignore_errors=True)
    return next(cache for cache in list_caches() if cache.name == request.name)


def _arguments(request: CacheRequest, work: Path) -> list[str]:
    usual = ["--release", str(request.release), "--cache_type", KIND, "--assembly", request.assembly]
    usual += ["--dir_cache", str(work)]
    if request.is_download:
        return ["download-cache", *usual]
    threads = ["--partitions", str(get_settings().annotate_threads)]
    if request.local_cache is None:
        return ["build-cache", *usual, *threads]
    return ["build-cache", *usual, *threads, "--local_cache", str(find_local_cache(request))]


def find_local_cache(request: CacheRequest) -> Path:
    """The folder with `info.txt` at or below the one that was named, of the right release and assembly.

    Ensembl's caches unpack as `homo_sapiens/115_GRCh38`. Raises ConfigurationError where it is not there.
    """
    top = (request.local_cache or Path()).absolute()
    wanted = f"{request.release}_{request.assembly}"
    patterns = ("/".join(["*"] * level + ["info.txt"]) for level in range(SEARCHED_LEVELS + 1))
    there = {path.parent.name: path.parent for pattern in patterns for path in sorted(top.glob(pattern))}
    if wanted in there:
        return there[wanted]
    others = (
        f" What lies there is {', '.join(sorted(there))}. The assembly looked for is that of the bundle, "
        f"{request.assembly}: a bundle of another one is built with `--assembly`."
        if there
        else ""
    )
    raise ConfigurationError(
        f"There is no such cache of Ensembl VEP in {top}: a folder {wanted} with a file info.txt is looked for."
        f"{others}",
        code="vep_cache_not_found",
    )
