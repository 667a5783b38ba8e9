"""Writes docs/settings.md from pipeline/settings.py: a table for each section, a row for each setting."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import click
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from pipeline import settings as declared
from pipeline.settings import GIBIBYTE, MEBIBYTE, Settings

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "settings.md"
_SECTION = re.compile(r"^    # (?P<title>.+)$")
_FIELD = re.compile(r"^    (?P<name>[a-z_0-9]+): ")
_METHODS = re.compile(r"^    def ")
_TYPE_NAMES = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "yes or no",
    Path: "path",
    SecretStr: "secret text",
}
_DURATIONS = ((86400, "days"), (3600, "hours"), (60, "minutes"))

HEADER = """\
# Settings

Every setting is an environment variable. This page is generated from `pipeline/settings.py` by `make settings-doc`;
a test fails when it is stale.

Beside these, boto3 reads its own: `AWS_ENDPOINT_URL` (set by `make run` to the embedded AWS; unset on AWS),
credentials or `AWS_PROFILE`.
"""


def render() -> str:
    """The whole document."""
    parts = [HEADER]
    for title, names in sections():
        parts.append(f"## {title}\n")
        parts.append("| Variable | Type | Default | Meaning |\n|---|---|---|---|")
        parts[-1] += "".join(f"\n{_row(name, Settings.model_fields[name])}" for name in names) + "\n"
    return "\n".join(parts)


def sections() -> list[tuple[str, list[str]]]:
    """Titles and field names in the order of the source file; a comment line of its own begins a section."""
    found: list[tuple[str, list[str]]] = []
    for line in Path(declared.__file__).read_text(encoding="utf-8").partition("class Settings")[2].splitlines():
        if _METHODS.match(line):
            break
        if section := _SECTION.match(line):
            found.append((section["title"], []))
        elif (field := _FIELD.match(line)) and field["name"] in Settings.model_fields:
            found[-1][1].append(field["name"])
    return found


def _row(name: str, field: FieldInfo) -> str:
    cells = [f"`GAS_{name.upper()}`", _type(field.annotation), _default(name, field), field.description or ""]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _type(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin in (Union, types.UnionType):
        return " or ".join(_type(a) for a in arguments if a is not type(None))
    return _TYPE_NAMES.get(annotation, f"`{getattr(annotation, '__name__', annotation)}`")


def _default(name: str, field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value is None or value == "":
        return "–"
    text = f"`{str(value).lower() if isinstance(value, bool) else value}`"
    readable = _readable(name, value)
    return f"{text} ({readable})" if readable else text


def _readable(name: str, value: Any) -> str:
    """`50 MiB` for 52428800, `14 days` for 1209600."""
    if name.endswith("_bytes"):
        for unit, label in ((GIBIBYTE, "GiB"), (MEBIBYTE, "MiB"), (1024, "KiB")):
            if value % unit == 0:
                return f"{value // unit} {label}"
    if name.endswith("_s") and isinstance(value, int):
        for seconds, label in _DURATIONS:
            if value >= 2 * seconds and value % seconds == 0:
                return f"{value // seconds} {label}"
    return ""


@click.command("settings-doc")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if docs/settings.md is stale.")
def command(check: bool) -> None:
    """Generate docs/settings.md from pipeline/settings.py."""
    text = render()
    if check:
        if not DOCUMENT.is_file() or DOCUMENT.read_text(encoding="utf-8") != text:
            click.echo("docs/settings.md is stale: run `make settings-doc`.", err=True)
            sys.exit(1)
        return
    DOCUMENT.write_text(text, encoding="utf-8")
    click.echo(f"Wrote {DOCUMENT}.")


if __name__ == "__main__":
    command()
