"""How the commands answer: progress and sentences on standard error, one line of JSON on standard output."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, NoReturn

import click

from pipeline.errors import CancelledError, ConfigurationError, GasError, InputError

FAILED_EXIT = 2
as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")


def stop_now() -> None:
    """What SIGTERM does to work that does not ask whether it should go on."""
    raise CancelledError("The command was stopped.")


def run(
    work: Callable[[], dict[str, Any]],
    as_json: bool,
    tell: Callable[[dict[str, Any]], None],
    *,
    place: str = "",
    stop: Callable[[], None] = stop_now,
) -> None:
    """Do the work and say how it went; a failure is a sentence and exit code 2. `place` is named where the operating
    system complains without saying of which file; `stop` is called at SIGTERM."""

    def at_sigterm(_number: int, _frame: FrameType | None) -> None:
        stop()

    before = signal.signal(signal.SIGTERM, at_sigterm)
    try:
        document = work()
    except GasError as error:
        fail(error, as_json)
    except OSError as error:
        where = error.filename or place
        sentence = f"{error.strerror or error}: {where}" if where else f"{error.strerror or error}"
        fail(ConfigurationError(sentence, code="file_system"), as_json)
    except KeyboardInterrupt:
        fail(CancelledError("Stopped."), as_json)
    finally:
        signal.signal(signal.SIGTERM, before)
    if as_json:
        click.echo(json.dumps(document))
    else:
        tell(document)


def fail(error: GasError, as_json: bool) -> NoReturn:
    """Say what went wrong and end with exit code 2."""
    if as_json:
        line = error.line if isinstance(error, InputError) else None
        click.echo(
            json.dumps({"status": "FAILED", "error": {"code": error.code, "message": error.message, "line": line}})
        )
    else:
        click.echo(f"FAILED ({error.code}): {error.message}", err=True)
    sys.exit(FAILED_EXIT)


def fault(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What `sys.excepthook` does with an error that nobody expected: where it happened, for the report; then the same
    sentence and exit code as for any failure."""
    sys.__excepthook__(kind, error, trace)
    if issubclass(kind, Exception):
        sentence = f"This is a fault of the program, please report it: {kind.__name__}: {error}"
        fail(GasError(sentence), as_json="--json" in sys.argv)


class Meter:
    """Progress on standard error: one changing line on a terminal, a line for each kind of step elsewhere."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._kind = ""

    def show(self, text: str, kind: str | None = None) -> None:
        """Show what is being done. Elsewhere than on a terminal only a new kind of step is told; where no kind is
        given, the text's first word is."""
        kind = text.split(" ")[0] if kind is None else kind
        if self._live:
            click.echo(f"\r{text[:78]:<78}", nl=False, err=True)
        elif kind != self._kind:
            click.echo(text, err=True)
        self._kind = kind

    def end(self) -> None:
        """Leave the changing line."""
        if self._live and self._kind:
            click.echo(err=True)
