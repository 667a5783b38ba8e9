"""`embed-bundle`: builds the embedded demonstration bundle from bcftools' source and the bundle `rcrs`."""

from __future__ import annotations

import shutil
from pathlib import Path

import click
import pysam

from pipeline.errors import GasError
from pipeline.reference.bundle import EMBEDDED_DIR
from pipeline.reference.manifest import BundleManifest
from pipeline.reference.staging import read_manifest
from util_jobs.embedded_bundle.bundle_manifest import FASTA, GFF3, write_demo_manifest
from util_jobs.embedded_bundle.csq_cases import load_case
from util_jobs.embedded_bundle.gene_models import GeneModels
from util_jobs.embedded_bundle.masked_fasta import write_masked_fasta
from util_jobs.embedded_bundle.regions import CONTIG_LENGTHS, PLACED

LICENCE = "LICENSE-bcftools.txt"
LICENCE_BEGIN, LICENCE_END = "The MIT/Expat License", "-----"
RCRS = EMBEDDED_DIR / "rcrs"


def build(
    csq_tests: Path,
    licence: Path,
    out: Path,
    placed: tuple[str, ...] = PLACED,
    lengths: dict[str, int] | None = None,
    rcrs: Path = RCRS,
) -> tuple[BundleManifest, dict[str, str]]:
    """Write the bundle's files into the folder `out`; its manifest, and why which transcript was left out.

    `lengths` are the contigs that hold the regions `placed`, with their lengths in bases. Raises InputError where a
    case does not say its region, or regions do not fit.
    """
    lengths = CONTIG_LENGTHS if lengths is None else lengths
    cases = [load_case(csq_tests / name) for name in placed]
    models = GeneModels()
    for case in cases:
        models.add(case)
    out.mkdir(parents=True, exist_ok=True)
    with pysam.FastaFile(str(rcrs / "rCRS.fa")) as mitochondrial:
        whole = {name: mitochondrial.fetch(name) for name in mitochondrial.references}
    write_masked_fasta(out / FASTA, lengths, cases, whole)
    lines = (rcrs / "MT.gff3").read_text("utf-8").splitlines()
    models.write(out / GFF3, lengths, [line for line in lines if line == "###" or not line.startswith("#")])
    for source in read_manifest(rcrs).sources:
        shutil.copyfile(rcrs / source.file, out / source.file)
    (out / LICENCE).write_text(mit_licence(licence.read_text("utf-8")), "utf-8")
    return write_demo_manifest(out, rcrs, cases, lengths), models.left_out


def mit_licence(text: str) -> str:
    """The MIT licence out of bcftools' LICENSE, which offers the choice between two."""
    return text[text.index(LICENCE_BEGIN) :].split(LICENCE_END)[0].strip() + "\n"


@click.command("embed-bundle")
@click.option(
    "--source",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Unpacked source of bcftools 1.21 (`apt-get source bcftools`).",
)
@click.option(
    "--out",
    default=EMBEDDED_DIR / "grch37-demo",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the bundle.",
)
def command(source: Path, out: Path) -> None:
    """Build the embedded demonstration bundle anew (for maintainers; see docs/embedded-bundle.md)."""
    try:
        manifest, left_out = build(source / "test" / "csq", source / "LICENSE", out)
    except GasError as error:
        raise click.ClickException(error.message) from error
    except FileNotFoundError as error:
        raise click.ClickException(f"{error.filename} is missing: {source} is no source of bcftools 1.21.") from error
    click.echo(f"{manifest.title}: {out}")
    for transcript, reason in left_out.items():
        click.echo(f"left out: {transcript} {reason}")
