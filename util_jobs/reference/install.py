"""`reference install`: a bundle from its publishers, or from a mirror of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipeline.reference.install.install import InstallRequest, install_bundle
from pipeline.settings import get_settings
from util_jobs.answers import Meter, as_json_option, run


@click.command("install")
@click.argument("bundle_id", metavar="ID")
@click.option(
    "--with", "wanted", multiple=True, metavar="SOURCE", help="An optional source: dbsnp, gnomad. Repeatable."
)
@click.option("--mirror", default="", metavar="URL|DIR", help="Take <host>/<path> of each file from here instead.")
@click.option(
    "--manifest",
    "listed_in",
    type=click.Path(path_type=Path),
    help="Another list of publishers than the one that is shipped.",
)
@click.option("--keep-downloads", is_flag=True, help="Leave the publishers' files in <bundles_dir>/.downloads.")
@as_json_option
def install_command(
    bundle_id: str, wanted: tuple[str, ...], mirror: str, listed_in: Path | None, keep_downloads: bool, as_json: bool
) -> None:
    """Install the bundle ID (GRCh38 or GRCh37): Ensembl's genome and genes, ClinVar, and what --with names.

    Stopped or broken off, the same command goes on where it was. With an installed bundle, --with adds to it.
    """

    def work() -> dict[str, Any]:
        meter = Meter()
        request = InstallRequest(bundle_id, wanted, mirror, listed_in, keep_downloads)
        done = install_bundle(request, get_settings().resolved_bundles_dir(), meter.show)
        meter.end()
        return {
            "status": "INSTALLED",
            "id": bundle_id,
            "folder": str(done.folder),
            "built": done.built,
            "sources": done.sources,
            "extra": done.extra,
        }

    run(work, as_json, _tell)


def _tell(document: dict[str, Any]) -> None:
    click.echo(f"{document['id']} is {'installed in' if document['built'] else 'complete in'} {document['folder']}.")
    for name, counts in document["sources"].items():
        told = ", ".join(f"{reason.replace('_', ' ')} {count:,}" for reason, count in counts.items())
        click.echo(f"    {name}: {told}")
