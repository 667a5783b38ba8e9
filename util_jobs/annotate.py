"""`annotate`: annotates a local file with the very code that the worker runs, without any cloud."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import click

from pipeline.annotation.annotate import STEPS, AnnotationResult, Progress, annotate
from pipeline.annotation.build.choice import WRONG_BUILD
from pipeline.annotation.options import AnnotationOptions
from pipeline.errors import ConfigurationError, InputError
from pipeline.logs import configure
from pipeline.reference.bundle import load_bundle
from pipeline.settings import DEFAULT_ENGINE
from util_jobs.answers import Meter, as_json_option, run


@click.command("annotate")
@click.argument("input_file", metavar="INPUT", type=click.Path(path_type=Path))
@click.option(
    "--out", "out_dir", required=True, type=click.Path(path_type=Path), help="Folder for the results; made if missing."
)
@click.option(
    "--bundle",
    "bundle_id",
    default=None,
    help="Reference bundle (`reference list`); else the one that fits the file best.",
)
@click.option("--engine", default=DEFAULT_ENGINE, show_default=True, help="Annotation engine.")
@click.option(
    "--source", "sources", multiple=True, metavar="ID", help="Apply this source of the bundle; may be repeated."
)
@click.option("--no-sources", is_flag=True, help="Apply none of the bundle's sources.")
@click.option("--any-build", is_flag=True, help="Annotate also with a bundle of another genome build.")
@as_json_option
def command(
    input_file: Path,
    out_dir: Path,
    bundle_id: str | None,
    engine: str,
    sources: tuple[str, ...],
    no_sources: bool,
    any_build: bool,
    as_json: bool,
) -> None:
    """Annotate the VCF or BCF file INPUT and write VCF, tables, log and manifest to a folder.

    A bundle of another genome build than the file's is refused (`wrong_build`), unless --any-build is given.
    """
    if sources and no_sources:
        raise click.UsageError("--source and --no-sources exclude each other.")
    chosen = () if no_sources else (sources or None)
    options = AnnotationOptions(engine=engine, sources=chosen, any_build=any_build)
    configure("annotate")
    stopped = Event()  # asked for between steps: an error in the midst of starting a thread would leave that waiting

    def work() -> dict[str, Any]:
        return _document(_run(input_file, out_dir, bundle_id, options, stopped.is_set))

    run(work, as_json, _tell, place=str(out_dir), stop=stopped.set)


def _run(
    input_file: Path,
    out_dir: Path,
    bundle_id: str | None,
    options: AnnotationOptions,
    cancelled: Callable[[], bool],
) -> AnnotationResult:
    bundle = load_bundle(bundle_id) if bundle_id else None
    _check_out(out_dir)
    meter = Meter()
    titles = dict(STEPS)

    def show(progress: Progress) -> None:
        text = f"{progress.percent:5.1f} %  {titles[progress.step]}  {progress.records:,} records"
        meter.show(text, progress.step)

    try:
        result = annotate(
            input_file,
            input_file.name,
            bundle,
            out_dir,
            out_dir,
            on_progress=show,
            cancelled=cancelled,
            options=options,
        )
    except InputError as error:
        if error.code == WRONG_BUILD:
            error.message += " --any-build annotates it all the same."
        raise
    meter.end()
    return result


def _check_out(out_dir: Path) -> None:
    """Make the folder; refuse with a sentence where that is not possible."""
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise ConfigurationError(f"--out {out_dir} is a file; name a folder.", code="bad_output") from error
    except OSError as error:
        raise ConfigurationError(f"--out {out_dir} cannot be made: {error.strerror}.", code="bad_output") from error
    if not os.access(out_dir, os.W_OK | os.X_OK):
        raise ConfigurationError(f"--out {out_dir} cannot be written to: check its permissions.", code="bad_output")


def _document(result: AnnotationResult) -> dict[str, Any]:
    return {
        "status": "COMPLETED",
        "counts": result.counts,
        "files": {role: str(path) for role, path in result.files.items()},
        "notes": result.notes,
        "build": result.build,
    }


def _tell(document: dict[str, Any]) -> None:
    counts, build = document["counts"], document["build"]
    by = "found by itself" if build["automatic"] else "as you chose"
    click.echo(f"Genome build: {build['title'] or 'cannot be told'}. Reference bundle: {build['bundle']} ({by}).")
    click.echo(f"{counts['read']:,} records read, {counts['annotated']:,} annotated, {counts['alleles']:,} alleles.")
    for note in document["notes"]:
        click.echo(f"- {note}")
    for role, path in document["files"].items():
        click.echo(f"{role:<14}{path}")
