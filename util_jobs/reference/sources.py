"""`reference add-source` and `reference remove-source`: VCF, BCF and BED files as sources of a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipeline.errors import ConfigurationError
from pipeline.reference.add_source import SourceRequest, add_source, remove_source
from pipeline.reference.manifest import SourceDescription
from pipeline.reference.sources.columns import ColumnRequest
from pipeline.reference.sources.known_publishers import PRESETS
from pipeline.settings import get_settings
from util_jobs.answers import Meter, as_json_option, run


@click.command("add-source")
@click.argument("bundle_id", metavar="BUNDLE")
@click.argument("named_file", metavar="NAME=FILE")
@click.option("--column", "columns", multiple=True, metavar="FIELD[:name[:title]]", help="INFO key or ID; repeatable.")
@click.option("--preset", type=click.Choice(PRESETS), default=None, help="Columns of a known publisher's file.")
@click.option("--title", default="", help="What users read.")
@click.option("--version", default="", help="Version; else what the header says.")
@click.option("--date", default="", help="Date of the data; else ##fileDate.")
@click.option("--licence", default="", help="Licence of the data.")
@click.option("--url", default="", help="Where it is from.")
@click.option("--attribution", default="", help="Whom to name.")
@click.option("--replace", is_flag=True, help="Take the place of the source of that name.")
@as_json_option
def add_command(
    bundle_id: str,
    named_file: str,
    columns: tuple[str, ...],
    preset: str | None,
    replace: bool,
    as_json: bool,
    **description: str,
) -> None:
    """Add the VCF, BCF or BED file FILE to the bundle BUNDLE as the source NAME.

    ClinVar's, dbSNP's and gnomAD's files are recognised; of other files say which fields are wanted. Names of BED files
    end with .bed or .bed.gz.
    """

    def work() -> dict[str, Any]:
        name, file = named(named_file)
        asked = tuple(ColumnRequest.parse(text) for text in columns)
        meter = Meter()
        described = SourceDescription(**description)
        request = SourceRequest(
            name=name, file=file, columns=asked, preset=preset or "", described=described, replace=replace
        )
        source, counts = add_source(get_settings().resolved_bundles_dir(), bundle_id, request, meter.show)
        meter.end()
        return {
            "status": "ADDED",
            "bundle": bundle_id,
            "source": source.model_dump(mode="json"),
            "counts": dict(counts),
        }

    run(work, as_json, tell_source)


@click.command("remove-source")
@click.argument("bundle_id", metavar="BUNDLE")
@click.argument("name", metavar="NAME")
@as_json_option
def remove_source_command(bundle_id: str, name: str, as_json: bool) -> None:
    """Take the source NAME out of the bundle BUNDLE."""

    def work() -> dict[str, Any]:
        remove_source(get_settings().resolved_bundles_dir(), bundle_id, name)
        return {"status": "REMOVED", "bundle": bundle_id, "source": name}

    run(work, as_json, lambda document: click.echo(f"{document['source']} is no longer in {document['bundle']}."))


def named(text: str) -> tuple[str, Path]:
    """`NAME=FILE` in its two parts. Raises ConfigurationError for what is written otherwise."""
    name, equals, file = text.partition("=")
    if not equals or not name or not file:
        raise ConfigurationError(f"{text!r} is not NAME=FILE, such as clinvar=clinvar.vcf.gz.", code="bad_option")
    return name, Path(file)


def tell_source(document: dict[str, Any]) -> None:
    """Say what a source has become."""
    source = document["source"]
    click.echo(f"{source['id']}: {source['title']} {source['version']}, {source['records']:,} records")
    for column in source["columns"]:
        click.echo(f"    {column['name']} ({column['type']}) from {column['source_field']}: {column['title']}")
    for name, count in document["counts"].items():
        click.echo(f"    {name.replace('_', ' ')}: {count:,}")
