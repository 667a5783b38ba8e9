"""`reference list`: the bundles on this machine."""

from __future__ import annotations

from typing import Any

import click

from pipeline.reference.bundle import Bundle, broken_bundles, is_embedded, list_bundles
from util_jobs.answers import as_json_option, run


@click.command("list")
@as_json_option
def list_command(as_json: bool) -> None:
    """List the bundles that jobs can use, and those that are broken."""
    run(_document, as_json, _tell)


def _document() -> dict[str, Any]:
    return {
        "bundles": [_bundle(bundle) for bundle in list_bundles()],
        "broken": [{"id": name, "reason": reason} for name, reason in broken_bundles().items()],
    }


def _tell(document: dict[str, Any]) -> None:
    for bundle in document["bundles"]:
        bases = sum(bundle["contigs"].values())
        click.echo(
            f"{bundle['id']}  {bundle['version']}  {bundle['title']}{'  (embedded)' if bundle['embedded'] else ''}"
        )
        click.echo(f"    {bundle['assembly']}, {len(bundle['contigs']):,} contigs, {bases:,} bases")
        for source in bundle["sources"]:
            click.echo(
                f"    {source['id']}: {source['title']}, {source['version']}, {source['records']:,} records, "
                f"{source['licence']}"
            )
    for broken in document["broken"]:
        click.echo(f"{broken['id']}  BROKEN: {broken['reason']}")


def _bundle(bundle: Bundle) -> dict[str, Any]:
    return {
        "id": bundle.id,
        "title": bundle.title,
        "assembly": bundle.assembly,
        "version": bundle.version,
        "embedded": is_embedded(bundle.id),
        "contigs": {name: contig.length for name, contig in bundle.contigs.items()},
        "genetic_codes": bundle.genetic_codes,
        "sources": [source.model_dump(mode="json") for source in bundle.sources],
        "attribution": list(bundle.attribution),
        "folder": str(bundle.folder),
    }
