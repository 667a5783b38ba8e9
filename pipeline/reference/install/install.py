"""Installs a bundle from its publishers: fetch, check, build, add the sources."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import ConfigurationError, LimitError
from pipeline.reference.add_source import SourceRequest, add_to_folder
from pipeline.reference.build import BuildRequest, build_in_lock
from pipeline.reference.bundle import is_embedded
from pipeline.reference.install.fetching import Fetcher
from pipeline.reference.install.publishers import (
    ExtraFiles,
    PublisherBundle,
    PublisherFile,
    PublisherSource,
    local_path,
    publisher_bundle,
)
from pipeline.reference.sources.columns import ColumnRequest
from pipeline.reference.staging import checked_id, locked, read_manifest

DOWNLOADS = ".downloads"
EXTRA = ".extra"
SPACE_FACTOR = 2.5  # downloads, the bundle made of them, and the converter's own files
Progress = Callable[[str], None]


@dataclass(frozen=True)
class InstallRequest:
    """Which bundle; `wanted` names optional sources and file sets; `mirror` is an address or a folder."""

    id: str
    wanted: tuple[str, ...] = ()
    mirror: str = ""
    listed_in: Path | None = None
    keep_downloads: bool = False


@dataclass
class Installed:
    """What was done."""

    folder: Path
    built: bool
    sources: dict[str, dict[str, int]] = field(default_factory=dict)
    extra: list[str] = field(default_factory=list)


def install_bundle(request: InstallRequest, bundles_dir: Path, progress: Progress) -> Installed:
    """Install a bundle, or add to an installed one the sources that are wanted and not there yet.

    What was fetched waits in `.downloads` for another try. Raises RetryableError when a publisher is out of reach or a
    file differs from its checksum: the next call goes on; ConfigurationError for unknown names; LimitError when the
    disk is too small.
    """
    entry = publisher_bundle(request.id, request.listed_in)
    optional = {source.name for source in entry.sources if source.optional}
    optional |= {item.name for item in entry.extra if item.optional}
    unknown = set(request.wanted) - optional
    if unknown:
        raise ConfigurationError(
            f"{request.id} has no optional part {min(unknown)!r}; there are {', '.join(sorted(optional)) or 'none'}.",
            code="no_such_source",
        )
    if is_embedded(checked_id(request.id)):
        raise ConfigurationError(f"The bundle {request.id} is part of the program already.", code="bundle_embedded")
    with locked(bundles_dir, request.id):
        return _Installation(request, entry, bundles_dir, progress).run()


class _Installation:
    def __init__(self, request: InstallRequest, entry: PublisherBundle, bundles_dir: Path, progress: Progress) -> None:
        self.request = request
        self.entry = entry
        self.bundles_dir = bundles_dir
        self.progress = progress
        self.folder = bundles_dir / request.id
        self.fetcher = Fetcher(request.mirror, bundles_dir / DOWNLOADS, progress)

    def run(self) -> Installed:
        """Fetch everything that is missing, then build."""
        held = {source.id for source in read_manifest(self.folder).sources} if self.folder.is_dir() else set()
        sources = [item for item in self.entry.sources if self._is_wanted(item) and item.name not in held]
        extra = [item for item in self.entry.extra if self._is_wanted(item) and not self._extra_folder(item).is_dir()]
        result = Installed(self.folder, built=not self.folder.is_dir())
        if not result.built and not sources and not extra:
            raise ConfigurationError(
                f"The bundle {self.request.id} is installed already, with everything that was asked for. To install it "
                f"anew, type `python -m util_jobs reference remove {self.request.id} --yes` first.",
                code="bundle_exists",
            )
        files = [self.entry.fasta, self.entry.gff3] if result.built else []
        files += [file for source in sources for listed in source.files for file in listed.expanded]
        files += [file for item in extra for listed in item.files for file in listed.expanded]
        self._check_disk(files)
        paths = {file.url: self.fetcher.file(file) for file in files}
        requests = [_source_request(item, paths) for item in sources]

        def add_all(folder: Path) -> None:
            for source in requests:
                result.sources[source.name] = dict(add_to_folder(folder, source, self.progress)[1])

        if result.built:
            build_in_lock(self._build_request(paths), self.bundles_dir, self.progress, add_all)
        else:
            add_all(self.folder)
        for item in extra:
            self._place(item, paths)
            result.extra.append(item.name)
        if not self.request.keep_downloads:
            self.fetcher.clear(files)
        return result

    def _is_wanted(self, item: PublisherSource | ExtraFiles) -> bool:
        return not item.optional or item.name in self.request.wanted

    def _build_request(self, paths: dict[str, Path]) -> BuildRequest:
        entry = self.entry
        return BuildRequest(
            id=self.request.id,
            fasta=paths[entry.fasta.url],
            gff3=paths[entry.gff3.url],
            title=entry.title,
            assembly=entry.assembly,
            version=entry.version,
            genetic_codes=entry.genetic_codes,
            attribution=entry.attribution,
            notes=entry.notes,
        )

    def _check_disk(self, files: list[PublisherFile]) -> None:
        """Refuse before hours are spent on what does not fit."""
        needed = int(sum(self.fetcher.missing_bytes(file) for file in files) * SPACE_FACTOR)
        free = shutil.disk_usage(self.bundles_dir).free
        if needed > free:
            raise LimitError(
                f"{self.request.id} needs about {needed:,} bytes while it is installed; {self.bundles_dir} has {free:,}"
                " free. Make room, set GAS_BUNDLES_DIR to a larger disk, or leave out --with.",
                code="disk_full",
            )

    def _extra_folder(self, item: ExtraFiles) -> Path:
        return self.bundles_dir / EXTRA / self.request.id / item.name

    def _place(self, item: ExtraFiles, paths: dict[str, Path]) -> None:
        """Files of a set appear together, under their names."""
        final = self._extra_folder(item)
        staged = final.with_name(f".{item.name}")
        shutil.rmtree(staged, ignore_errors=True)
        staged.mkdir(parents=True)
        for listed in item.files:
            for file in listed.expanded:
                shutil.copy(paths[file.url], staged / Path(local_path(file.url)).name)
        staged.rename(final)


def _source_request(item: PublisherSource, paths: dict[str, Path]) -> SourceRequest:
    first, *more = [paths[file.url] for listed in item.files for file in listed.expanded]
    return SourceRequest(
        name=item.name,
        file=first,
        more_files=tuple(more),
        columns=tuple(ColumnRequest.parse(text) for text in item.columns),
        preset=item.preset,
        described=item,
    )
