"""How the commands answer: progress and sentences on standard error, one line of JSON on standard output."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import click

from pipeline.errors import CancelledError, ConfigurationError, GasError, InputError

FAILED_EXIT = 2
as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")


def run(work: Callable[[], dict[str, Any]], as_json: bool, tell: Callable[[dict[str, Any]], None]) -> None:
    """Do the work and say how it went; a failure is a sentence and exit code 2."""
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        document = work()
    except GasError as error:
        fail(error, as_json)
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        fail(ConfigurationError(f"{error.strerror or error}{where}", code="file_system"), as_json)
    except KeyboardInterrupt:
        fail(CancelledError("Stopped."), as_json)
    except Exception as error:  # noqa: BLE001 - an operator gets a sentence, never a traceback
        fail(GasError(f"This is a fault of the program, please report it: {type(error).__name__}: {error}"), as_json)
    else:
        if as_json:
            click.echo(json.dumps(document))
        else:
            tell(document)
    finally:
        signal.signal(signal.SIGTERM, before)


def fail(error: GasError, as_json: bool) -> None:
    """Say what went wrong and end with exit code 2."""
    if as_json:
        line = error.line if isinstance(error, InputError) else None
        click.echo(
            json.dumps({"status": "FAILED", "error": {"code": error.code, "message": error.message, "line": line}})
        )
    else:
        click.echo(f"FAILED ({error.code}): {error.message}", err=True)
    sys.exit(FAILED_EXIT)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise CancelledError("The command was stopped.")


class Meter:
    """Progress on standard error: one changing line on a terminal, a line for each kind of step elsewhere."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._kind = ""

    def show(self, text: str) -> None:
        """Show what is being done. Elsewhere than on a terminal only a new kind of step is told (its first word)."""
        if self._live:
            click.echo(f"\r{text[:78]:<78}", nl=False, err=True)
        elif text.split(" ")[0] != self._kind:
            click.echo(text, err=True)
        self._kind = text.split(" ")[0]

    def end(self) -> None:
        """Leave the changing line."""
        if self._live and self._kind:
            click.echo(err=True)
