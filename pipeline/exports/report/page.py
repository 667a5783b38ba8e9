"""Puts the report together. Everything that users and sources wrote is escaped (C09)."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline import clock
from pipeline.exports.contents import Contents
from pipeline.exports.report.figures import figures
from pipeline.exports.report.marked import marked_variants
from pipeline.exports.report.top import Top, top_variants
from pipeline.results import connection
from pipeline.results.versions import versions_in

MOST_SAMPLES = 20  # that are named


@lru_cache(maxsize=1)
def _environment() -> Environment:
    here = Path(__file__).resolve().parent
    environment = Environment(loader=FileSystemLoader(here), autoescape=True, undefined=StrictUndefined)
    environment.filters["number"] = lambda value: f"{value:,}"
    environment.filters["identifier"] = lambda value: "".join(letter for letter in value if letter.isalnum())
    return environment


def write_report(contents: Contents, target: Path) -> int:
    """Write the page; the number of variants that it is about."""
    drawn = [(figure.title, figure.sentence, Markup(figure.svg)) for figure in figures(contents)]  # noqa: S704 - escaped there
    text = (
        _environment()
        .get_template("report.html")
        .render(
            file=contents.job.input_file_name,
            job=contents.job.job_id,
            made=datetime.fromtimestamp(clock.now_s(), UTC).strftime("%d %B %Y, %H:%M UTC"),
            filter=contents.words,
            count=contents.source.count,
            total=contents.source.total,
            tiles=_tiles(contents),
            figures=drawn,
            top=top_variants(contents) if contents.source.count else Top("", [], []),
            notes=contents.job.notes,
            marked=marked_variants(contents),
            samples=contents.source.table.samples,
            most_samples=MOST_SAMPLES,
            versions=list(versions_in(contents.manifest).values()),
            attribution=(contents.manifest.get("bundle") or {}).get("attribution") or [],
            sources=contents.manifest.get("sources") or [],
            provenance=contents.provenance(),
        )
    )
    target.write_text(text, encoding="utf-8")
    contents.on_rows(contents.source.count)
    return contents.source.count


def _tiles(contents: Contents) -> list[tuple[str, int]]:
    """A few numbers at the top, for the columns that there are."""
    types, source = contents.source.table.types, contents.source
    asked = []
    if "impact" in types:
        asked += [(f"{name} impact", f"count(*) FILTER (v.impact = '{name.upper()}')") for name in ("High", "Moderate")]
    if "gene" in types:
        asked.append(("genes", "count(DISTINCT v.gene)"))
    if not asked:
        return []
    row = connection.rows(f"SELECT {', '.join(sql for _, sql in asked)} FROM {source.sql}", source.parameters)[0]
    return [(title, int(value)) for (title, _), value in zip(asked, row, strict=True)]
