"""Which files of which publishers a bundle is made of: `publishers.json`, or the operator's own file of that form."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import ConfigurationError
from pipeline.reference.manifest import SOURCE_ID, SourceDescription

OWN_LIST = Path(__file__).with_name("publishers.json")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PublisherFile(_Strict):
    """A file at an address. `{contig}` in the address stands for each of `contigs`."""

    url: str = Field(pattern=r"^https?://[^/]+/[^?#]*$")
    contigs: tuple[str, ...] = ()
    checksum: Literal["md5", "sum", "x-goog-hash", ""] = Field(
        "", description="md5: a file `<md5> <name>`; sum: Ensembl's CHECKSUMS; x-goog-hash: the server's header."
    )
    checksum_url: str = ""
    bytes: int = Field(0, description="About how large, for the check of the disk where the server does not say.")

    @cached_property
    def expanded(self) -> tuple[PublisherFile, ...]:
        """One file for each contig."""
        if not self.contigs:
            return (self,)
        return tuple(
            self.model_copy(update={"url": self.url.replace("{contig}", contig), "contigs": ()})
            for contig in self.contigs
        )


class PublisherSource(SourceDescription):
    """A source and what is said of it; an `optional` one is fetched when asked for (`--with`)."""

    name: str = Field(pattern=SOURCE_ID)
    files: tuple[PublisherFile, ...]
    optional: bool = False
    preset: Literal["clinvar", "dbsnp", "gnomad", ""] = ""
    columns: tuple[str, ...] = Field((), description="FIELD[:name[:title]], where no preset fits.")


class ExtraFiles(_Strict):
    """Files that go beside the bundles unchanged (an engine's cache): `<bundles_dir>/.extra/<bundle>/<name>/`."""

    name: str = Field(pattern=SOURCE_ID)
    files: tuple[PublisherFile, ...]
    optional: bool = True


class PublisherBundle(_Strict):
    """What a bundle is made of."""

    title: str
    assembly: str
    version: str
    fasta: PublisherFile
    gff3: PublisherFile
    genetic_codes: dict[str, int] = Field(default_factory=dict)
    sources: tuple[PublisherSource, ...] = ()
    extra: tuple[ExtraFiles, ...] = ()
    attribution: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Publishers(_Strict):
    """All bundles that can be installed."""

    bundles: dict[str, PublisherBundle]


def publisher_bundle(bundle_id: str, listed_in: Path | None = None) -> PublisherBundle:
    """The entry of a bundle. Raises ConfigurationError where there is none, or the list is wrong."""
    path = listed_in or OWN_LIST
    try:
        publishers = Publishers.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.", code="bad_publishers") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigurationError(
            f"{path} is wrong at {'.'.join(map(str, first['loc'])) or 'its start'}: {first['msg']}.",
            code="bad_publishers",
        ) from error
    if bundle_id not in publishers.bundles:
        raise ConfigurationError(
            f"{path.name} lists no bundle {bundle_id!r}; it has {', '.join(publishers.bundles)}. A bundle of your "
            "own files is made with `python -m util_jobs reference build`.",
            code="no_such_bundle",
        )
    return publishers.bundles[bundle_id]


def local_path(url: str) -> str:
    """Where a mirror has the file: `<host>/<path>`, as `wget --mirror` does it. Raises ConfigurationError for `..`."""
    parts = urlsplit(url)
    segments = [parts.hostname or "", *parts.path.split("/")[1:]]
    if any(segment in ("", ".", "..") for segment in segments):
        raise ConfigurationError(f"{url} is not the address of a file.", code="bad_publishers")
    return "/".join(segments)
