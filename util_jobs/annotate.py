"""`annotate`: annotates a local file with the very code that the worker runs, without any cloud."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import click

from pipeline.annotation.annotate import STEPS, AnnotationResult, Progress, annotate
from pipeline.annotation.build.choice import WRONG_BUILD
from pipeline.annotation.options import DEFAULT_ENGINE, AnnotationOptions
from pipeline.errors import CancelledError, ConfigurationError, GasError, InputError
from pipeline.logs import configure
from pipeline.reference.bundle import load_bundle

FAILED_EXIT = 2


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
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
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
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        result = _run(input_file, out_dir, bundle_id, options)
    except GasError as error:
        _fail(error, as_json)
    except OSError as error:
        _fail(
            ConfigurationError(f"{error.strerror or error}: {error.filename or out_dir}", code="file_system"), as_json
        )
    except Exception as error:  # noqa: BLE001 - an operator gets a sentence, never a traceback
        _fail(GasError(f"This is a fault of the program, please report it: {type(error).__name__}: {error}"), as_json)
    else:
        _succeed(result, as_json)
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise CancelledError("The annotation was stopped.")


def _run(input_file: Path, out_dir: Path, bundle_id: str | None, options: AnnotationOptions) -> AnnotationResult:
    bundle = load_bundle(bundle_id) if bundle_id else None
    _check_out(out_dir)
    meter = _Meter()
    result = annotate(input_file, input_file.name, bundle, out_dir, out_dir, on_progress=meter.show, options=options)
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


class _Meter:
    """Progress on standard error: one changing line on a terminal, one line a step elsewhere."""

    def __init__(self) -> None:
        self._titles = dict(STEPS)
        self._step = ""
        self._live = sys.stderr.isatty()

    def show(self, progress: Progress) -> None:
        """Show where the annotation is."""
        text = f"{progress.percent:5.1f} %  {self._titles[progress.step]}  {progress.records:,} records"
        if self._live:
            click.echo(f"\r{text:<78}", nl=False, err=True)
        elif progress.step != self._step:
            click.echo(text, err=True)
        self._step = progress.step

    def end(self) -> None:
        """Leave the changing line."""
        if self._live:
            click.echo(err=True)


def _succeed(result: AnnotationResult, as_json: bool) -> None:
    document: dict[str, Any] = {
        "status": "COMPLETED",
        "counts": result.counts,
        "files": {role: str(path) for role, path in result.files.items()},
        "notes": result.notes,
        "build": result.build,
    }
    if as_json:
        click.echo(json.dumps(document))
        return
    counts = result.counts
    build, by = result.build, "found by itself" if result.build["automatic"] else "as you chose"
    click.echo(f"Genome build: {build['title'] or 'cannot be told'}. Reference bundle: {build['bundle']} ({by}).")
    click.echo(f"{counts['read']:,} records read, {counts['annotated']:,} annotated, {counts['alleles']:,} alleles.")
    for note in result.notes:
        click.echo(f"- {note}")
    for role, path in result.files.items():
        click.echo(f"{role:<14}{path}")


def _fail(error: GasError, as_json: bool) -> None:
    line = error.line if isinstance(error, InputError) else None
    if error.code == WRONG_BUILD:
        error.message += " --any-build annotates it all the same."
    if as_json:
        document = {"status": "FAILED", "error": {"code": error.code, "message": error.message, "line": line}}
        click.echo(json.dumps(document))
    else:
        click.echo(f"FAILED ({error.code}): {error.message}", err=True)
    sys.exit(FAILED_EXIT)
