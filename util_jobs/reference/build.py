"""`reference build`: a bundle of any species from local files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipeline.errors import ConfigurationError
from pipeline.reference.add_source import SourceRequest, add_to_folder
from pipeline.reference.build import BuildRequest, build_bundle
from pipeline.settings import get_settings
from util_jobs.answers import Meter, as_json_option, run
from util_jobs.reference.sources import named

FILE = click.Path(path_type=Path)


@click.command("build")
@click.argument("bundle_id", metavar="ID")
@click.option("--fasta", required=True, type=FILE, help="Sequences; plain, gzip or bgzip.")
@click.option("--gff3", required=True, type=FILE, help="Gene models; Ensembl, NCBI or GENCODE style, plain or gzip.")
@click.option("--genetic-code", "codes", multiple=True, metavar="CONTIG=N", help="NCBI translation table of a contig.")
@click.option("--default-code", type=int, default=1, help="NCBI translation table of all other contigs.")
@click.option("--source", "sources", multiple=True, metavar="NAME=FILE", help="VCF, BCF or BED file; repeatable.")
@click.option("--title", default="", help="What users read when they choose the reference.")
@click.option("--assembly", default="", help="Name of the assembly, such as GRCm39.")
@click.option("--version", default="1", help="Version of this bundle.")
@click.option("--attribution", multiple=True, help="Whom to name, and the licence.")
@click.option("--note", "notes", multiple=True, help="What users should know about the bundle.")
@as_json_option
def build_command(
    bundle_id: str,
    fasta: Path,
    gff3: Path,
    codes: tuple[str, ...],
    sources: tuple[str, ...],
    as_json: bool,
    **words: Any,
) -> None:
    """Build the bundle ID from a FASTA and a GFF3 file.

    Sources whose fields are not known by their publisher are added afterwards, with `reference add-source`.
    """

    def work() -> dict[str, Any]:
        meter = Meter()
        request = BuildRequest(id=bundle_id, fasta=fasta, gff3=gff3, genetic_codes=genetic_codes(codes), **words)
        added = [SourceRequest(*named(text)) for text in sources]
        counts: dict[str, dict[str, int]] = {}

        def add_all(folder: Path) -> None:
            for item in added:
                counts[item.name] = dict(add_to_folder(folder, item, meter.show)[1])

        built = build_bundle(request, get_settings().resolved_bundles_dir(), meter.show, add_all)
        meter.end()
        return {
            "status": "BUILT",
            "id": bundle_id,
            "folder": str(built.folder),
            "contigs": built.contigs,
            "bases": built.bases,
            "gene_lines": dict(built.gene_lines),
            "sources": counts,
        }

    run(work, as_json, _tell)


def genetic_codes(texts: tuple[str, ...]) -> dict[str, int]:
    """`CONTIG=N` texts as a dict. Raises ConfigurationError for what is written otherwise."""
    found = {}
    for text in texts:
        name, _, number = text.rpartition("=")
        if not name or not number.isdecimal():
            raise ConfigurationError(f"--genetic-code {text} is not CONTIG=N, such as MT=2.", code="bad_option")
        found[name] = int(number)
    return found


def _tell(document: dict[str, Any]) -> None:
    contigs = "1 contig" if document["contigs"] == 1 else f"{document['contigs']:,} contigs"
    click.echo(f"{document['id']}: {contigs}, {document['bases']:,} bases in {document['folder']}")
    for name, count in document["gene_lines"].items():
        click.echo(f"    gene models, {name.replace('_', ' ')}: {count:,}")
    for source, counts in document["sources"].items():
        for name, count in counts.items():
            click.echo(f"    {source}, {name.replace('_', ' ')}: {count:,}")
