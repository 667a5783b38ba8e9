"""`reference install-vep`: the cache of the engine `vep` for a bundle's assembly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipeline.reference.bundle import load_bundle
from pipeline.reference.vep_cache import plain_assembly
from pipeline.reference.vep_install import RELEASES, CacheRequest, install_cache
from util_jobs.answers import Meter, as_json_option, run


@click.command("install-vep")
@click.argument("bundle_id", metavar="ID")
@click.option("--release", type=int, default=max(RELEASES), show_default=True, help="Release of Ensembl.")
@click.option(
    "--local-cache",
    type=click.Path(path_type=Path),
    help="Unpacked cache of Ensembl VEP (a folder with <release>_<assembly>/info.txt); nothing is downloaded.",
)
@click.option("--mirror", help="Address of a server in the layout of Hugging Face, instead of https://huggingface.co.")
@as_json_option
def install_vep_command(
    bundle_id: str, release: int, local_cache: Path | None, mirror: str | None, as_json: bool
) -> None:
    """Install the cache that the engine vep needs to annotate with the bundle ID (first: `make vep`)."""

    def work() -> dict[str, Any]:
        meter = Meter()
        assembly = plain_assembly(load_bundle(bundle_id).assembly)
        cache = install_cache(CacheRequest(assembly, release, local_cache, mirror), meter.show)
        meter.end()
        told = {"status": "INSTALLED", "cache": cache.name, "folder": str(cache.folder)}
        size = {"bytes": sum(cache.manifest.files.values())}
        return told | size | cache.manifest.model_dump(exclude={"files", "schema_version"})

    run(work, as_json, _tell)


def _tell(document: dict[str, Any]) -> None:
    contigs = len(document["contigs"])
    click.echo(
        f"{document['cache']}: {contigs:,} {'contig' if contigs == 1 else 'contigs'}, {document['bytes']:,} bytes "
        f"in {document['folder']}"
    )
