"""Writes docs/tour.md: one line for each folder and file, taken from the file's own first line."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "tour.md"
FOLDERS = ("portal", "pipeline", "util_jobs", "assets", "tests")
# What cannot carry a line of its own.
KNOWN = {
    "portal": "The web process: Dash on Flask. It knows the browser.",
    "util_jobs": "Operators' commands: `python -m util_jobs <command>`.",
    "util_jobs/cloudformation": "The one definition of the infrastructure.",
    "assets": "Style sheets, scripts and icons; a page loads only what it uses.",
    "assets/vendor": "Other people's files, served by us so that no page asks an outside host.",
    "assets/favicon.svg": "The icon.",
    "assets/sample.vcf": "The file behind “Try the sample”: real mitochondrial variants, two invented samples.",
    "assets/vendor/README.md": "Where the files of this folder come from.",
    "assets/vendor/bootstrap.min.css": "Bootstrap's style sheet.",
    "assets/vendor/igv/igv.min.js": "The genome browser igv.js, which loads on a click only.",
    "tests": "Mirrors the tree; `e2e/` runs real processes, `browser/` a real browser.",
    "portal/templates": "The pages that need no Dash.",
    "pipeline/reference/embedded": "The bundle that comes with the service.",
}
TOP = {
    ".ci/run": "What continuous integration runs on a clean checkout.",
    ".pre-commit-config.yaml": "Checks before a commit.",
    "Makefile": "`make help` lists what there is to type.",
    "Procfile": "The processes of the service.",
    "constraints.txt": "Every version that was installed and tested together.",
    "docs/": "For the scientist, the operator and the developer.",
    "pyproject.toml": "Settings of ruff, mypy, import-linter and pytest.",
    "requirements.txt": "What runs the service.",
    "requirements-dev.txt": "What tests and documents it.",
}
SKIPPED = {"__pycache__", "images"}
COMMENT = re.compile(r"^(?:\"\"\"|//|/\*|#!?|\{#|<!--)\s*(?P<text>.+?)\s*(?:\"\"\"|\*/|#\}|-->)?$")
HEADER = """\
# A tour of the tree

One line for each folder and file, generated from the files' own first lines by `python -m util_jobs tour`; a test
fails when it is stale. Start with [the design](design.md).

"""


def first_line(path: Path) -> str:
    """What a file or folder says it is for; empty if it says nothing."""
    relative = path.relative_to(ROOT).as_posix()
    if relative in KNOWN:
        return KNOWN[relative]
    if path.is_dir():
        package = path / "__init__.py"
        return first_line(package) if package.exists() else ""
    if path.suffix == ".py":
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        return " ".join(docstring.split("\n\n")[0].split())
    if path.suffix in {".js", ".css", ".html", ".yaml", ".svg"}:
        match = COMMENT.match(path.read_text(encoding="utf-8").split("\n", 1)[0])
        return match["text"] if match else ""
    return ""


def entries(folder: Path) -> list[Path]:
    """Files first, then folders, each by name; `__init__.py` speaks for its folder."""
    shown = [p for p in folder.iterdir() if p.name not in SKIPPED and p.name != "__init__.py"]
    shown = [p for p in shown if not p.name.startswith(".") and p.suffix != ".pyc"]
    return sorted(shown, key=lambda p: (p.is_dir(), p.name))


def _lines(path: Path, depth: int) -> list[str]:
    name = f"`{path.name}/`" if path.is_dir() else f"`{path.name}`"
    said = first_line(path)
    lines = [f"{'  ' * depth}- {name}{' – ' + said if said else ''}"]
    if path.is_dir():
        for entry in entries(path):
            lines += _lines(entry, depth + 1)
    return lines


def silent() -> list[str]:
    """Source files that do not say what they are for."""
    sources = (p for f in FOLDERS for p in (ROOT / f).rglob("*") if p.suffix in {".py", ".js", ".css"})
    return sorted(
        p.relative_to(ROOT).as_posix()
        for p in sources
        if not SKIPPED & set(p.parts) and not first_line(p) and p.stat().st_size
    )


def render() -> str:
    """The whole document."""
    parts = [HEADER]
    for name in FOLDERS:
        parts.append(f"## {name}/\n{first_line(ROOT / name)}\n")
        parts.append("\n".join(line for entry in entries(ROOT / name) for line in _lines(entry, 0)) + "\n")
    parts.append("## Beside them\n")
    parts.append("\n".join(f"- `{name}` – {meaning}" for name, meaning in TOP.items()) + "\n")
    return "\n".join(parts)


@click.command("tour")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if docs/tour.md is stale.")
def command(check: bool) -> None:
    """Generate docs/tour.md from the first line of every file."""
    if check and DOCUMENT.read_text(encoding="utf-8") != render():
        click.echo("docs/tour.md is stale: run `python -m util_jobs tour`.", err=True)
        sys.exit(1)
    if not check:
        DOCUMENT.write_text(render(), encoding="utf-8")
