"""`reference`: the reference bundles on this machine."""

from __future__ import annotations

import json

import click

from pipeline.errors import ConfigurationError
from pipeline.reference.bundle import Bundle, list_bundles


@click.group("reference")
def command() -> None:
    """Reference bundles: genomes, gene models and annotation sources."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def list_command(as_json: bool) -> None:
    """List the bundles that jobs can use."""
    try:
        bundles = list_bundles()
    except ConfigurationError as error:
        raise click.ClickException(error.message) from error
    if as_json:
        click.echo(json.dumps({"bundles": [_document(bundle) for bundle in bundles]}))
        return
    for bundle in bundles:
        bases = sum(contig.length for contig in bundle.contigs.values())
        click.echo(f"{bundle.id}  {bundle.version}  {bundle.title}")
        click.echo(f"    {bundle.assembly}, {len(bundle.contigs):,} contigs, {bases:,} bases")
        for source in bundle.sources:
            click.echo(
                f"    {source.id}: {source.title}, {source.version}, {source.records:,} records, {source.licence}"
            )


def _document(bundle: Bundle) -> dict[str, object]:
    return {
        "id": bundle.id,
        "title": bundle.title,
        "assembly": bundle.assembly,
        "version": bundle.version,
        "contigs": {name: contig.length for name, contig in bundle.contigs.items()},
        "genetic_codes": bundle.genetic_codes,
        "sources": [source.model_dump(mode="json") for source in bundle.sources],
        "attribution": list(bundle.attribution),
        "folder": str(bundle.folder),
    }
