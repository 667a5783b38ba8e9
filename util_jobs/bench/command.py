"""The command group `bench`. With `--json` the last line on stdout is one JSON object; progress goes to stderr."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from pipeline.errors import GasError
from util_jobs.local.environment import ROOT

SAMPLE = ROOT / "assets" / "sample.vcf"


@click.group("bench")
def command() -> None:
    """Measure the service."""


def report(figures: dict[str, Any], as_json: bool) -> None:
    """Print the figures for a person, or as one line of JSON."""
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        click.echo(f"{name:<28} {value:,}" if isinstance(value, int | float) else f"{name:<28} {value}")


def progress(sentence: str) -> None:
    """Say on stderr what is being measured."""
    click.echo(sentence, err=True)


@command.command("job")
@click.argument(
    "vcf", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=ROOT / "assets" / "sample.vcf"
)
@click.option("--runs", default=20, show_default=True, help="Jobs submitted, one after the other.")
@click.option("--quick", is_flag=True, help="Five jobs only.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def job_command(vcf: Path, runs: int, quick: bool, as_json: bool) -> None:
    """Seconds from submitting VCF to COMPLETED, with idle workers."""
    from util_jobs.bench.job import measure

    try:
        report(measure(vcf, 5 if quick else runs, progress), as_json)
    except GasError as error:
        click.echo(error.message, err=True)
        sys.exit(2)


@command.command("web")
@click.option("--megabytes", default=500, show_default=True, help="Size of the file that goes up.")
@click.option("--quick", is_flag=True, help="A file of 100 MB.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def web_command(megabytes: int, quick: bool, as_json: bool) -> None:
    """Bytes that each page costs (brotli), time until it is usable, and the portal's memory during an upload."""
    from util_jobs.bench.web import measure

    try:
        report(measure(100 if quick else megabytes, progress), as_json)
    except GasError as error:
        click.echo(error.message, err=True)
        sys.exit(2)


@command.command("annotate")
@click.option("--variants", default=1_000_000, show_default=True, help="Sites of the file.")
@click.option("--samples", default=0, show_default=True, help="Samples of the file.")
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same data.")
@click.option("--repair", is_flag=True, help="Measure a file without declarations in its header too.")
@click.option("--quick", is_flag=True, help="A smaller source, and no peer.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def annotate_command(variants: int, samples: int, seed: int, repair: bool, quick: bool, as_json: bool) -> None:
    """A whole annotation job against the bare bcftools steps, and SnpEff where it is installed."""
    from util_jobs.bench.annotation.measure import measure

    try:
        report(measure(variants, samples, seed, quick, repair, progress), as_json)
    except GasError as error:
        click.echo(error.message, err=True)
        sys.exit(2)


@command.command("explore")
@click.option("--variants", default=1_000_000, show_default=True, help="Rows of the result.")
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same data.")
@click.option("--quick", is_flag=True, help="Without object store, ten readers at once, and peers.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def explore_command(variants: int, seed: int, quick: bool, as_json: bool) -> None:
    """Opening, blocks, orders, filters, texts and export of a large result."""
    from util_jobs.bench.explore.measure import measure

    try:
        report(measure(variants, seed, quick, progress), as_json)
    except GasError as error:
        click.echo(error.message, err=True)
        sys.exit(2)
