"""The head of a comparison: the two jobs, what changed in numbers, and the versions of both side by side (C45)."""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from pipeline.jobs.model import Job
from pipeline.results.columns import KNOWN, Descriptions
from pipeline.results.comparison import Comparison
from pipeline.results.comparison_table import NORMAL_FORM
from pipeline.results.versions import Version, versions_in
from portal.components.words import counted, number, time

MOST_CHOICES = 100
SHOWN_DIGITS = 12  # of a checksum; the whole is in its tooltip


def title_of(column: str, described: Descriptions) -> str:
    """What a column is called."""
    if column == NORMAL_FORM:
        return "Normalised form"
    named = KNOWN.get(column) or described.get(column)
    return named[0] if named else column.replace("_", " ").capitalize()


def head(old: Job, new: Job) -> html.Header:
    """Which jobs, and when each was submitted."""
    return html.Header(
        [
            dcc.Link(new.input_file_name, href=f"/jobs/{new.job_id}", className="gas-back"),
            html.H1("What changed", className="gas-title"),
            html.P(["From ", _named(old), " to ", _named(new)], className="gas-muted"),
        ],
        className="gas-job-head",
    )


def _named(job: Job) -> dcc.Link:
    return dcc.Link([f"{job.input_file_name}, ", time(job.submit_time)], href=f"/jobs/{job.job_id}")


def overview(found: Comparison, described: Descriptions) -> html.Section:
    """Alleles that changed, and how many in each column; said well where nothing did."""
    if not found.changes:
        return html.Section(
            [
                html.H2("Nothing changed", className="gas-subtitle"),
                html.P(
                    f"All {counted(found.alleles, 'allele')} have the same consequence, the same gene and the same "
                    "value of every annotation source in both jobs."
                    if found.alleles
                    else "The file holds no variants, so there is nothing to compare."
                ),
            ],
            className="gas-card",
            id="compare-counts",
        )
    return html.Section(
        [
            html.P(
                [
                    html.Strong(counted(found.changed_alleles, "allele")),
                    f" of {number(found.alleles)} changed ({share(found.changed_alleles, found.alleles)}).",
                    " The others are the same in every column." if found.changed_alleles < found.alleles else "",
                ]
            ),
            _counts(found, described),
        ],
        className="gas-card",
        id="compare-counts",
    )


def share(part: int, whole: int) -> str:
    """`57 %`, `0.4 %`, `< 0.1 %`; `100 %` only where it is all of them."""
    per_cent = 100 * part / max(whole, 1)
    if per_cent < 0.1:
        return "< 0.1 %"
    if per_cent < 10:
        return f"{per_cent:.1f} %"
    return f"{min(per_cent, 99) if part < whole else 100:.0f} %"


def _counts(found: Comparison, described: Descriptions) -> html.Div:
    rows = [
        html.Tr(
            [html.Th(title_of(column.column, described), scope="row")]
            + [html.Td(number(n), className="gas-number") for n in (column.changed, column.added, column.removed)]
        )
        for column in found.columns
    ]
    heads = ("Alleles by column", "Another value", "Value added", "Value removed")
    table = html.Table(
        [html.Thead(html.Tr([html.Th(text, scope="col") for text in heads])), html.Tbody(rows)],
        className="gas-plain-table",
    )
    return html.Div(table, className="gas-scroll", tabIndex=0, role="region", **{"aria-label": "Changes by column"})


def versions(old: dict[str, Any], new: dict[str, Any]) -> html.Section:
    """Every version of both results; those that differ are marked with a word, not by colour alone."""
    before, after = versions_in(old), versions_in(new)
    keys = list(dict.fromkeys([*before, *after]))
    rows = [_version_row(before.get(key), after.get(key)) for key in keys]
    heads = ("", "Before", "After", "")
    table = html.Table(
        [
            html.Thead(html.Tr([html.Th(text, scope="col") for text in heads])),
            html.Tbody([row for row in rows if row is not None]),
        ],
        className="gas-plain-table gas-versions",
    )
    scroll = html.Div(table, className="gas-scroll", tabIndex=0, role="region", **{"aria-label": "Versions"})
    return html.Section([html.H2("Versions", className="gas-subtitle"), scroll], className="gas-card")


def _version_row(before: Version | None, after: Version | None) -> html.Tr | None:
    either = before or after
    if either is None or not any(v and (v.version or v.sha256) for v in (before, after)):
        return None
    differs = before is None or before.differs_from(after)
    return html.Tr(
        [
            html.Th(either.title, scope="row"),
            html.Td(_version(before)),
            html.Td(_version(after)),
            html.Td("differs" if differs else "same", className="gas-differs" if differs else "gas-muted"),
        ]
    )


def _version(version: Version | None) -> list[Component | str]:
    if version is None:
        return ["not applied"]
    shown: list[Component | str] = [version.version]
    if version.sha256:
        short = f"SHA-256 {version.sha256[:SHOWN_DIGITS]}…"
        shown.append(html.Span(short, title=version.sha256, className="gas-muted gas-mono gas-checksum"))
    return shown


def choice(job: Job, others: list[Job]) -> html.Section:
    """Links to the comparison with each job; the older one is always the one before."""
    items = [html.Li(_pair(job, other)) for other in others[:MOST_CHOICES]]
    more = len(others) - MOST_CHOICES
    return html.Section(
        [
            dcc.Link(job.input_file_name, href=f"/jobs/{job.job_id}", className="gas-back"),
            html.H1("Compare with another job", className="gas-title"),
            html.P(
                "Your other finished jobs of this file, newest first."
                if others
                else "You have no other finished job of this file. Run this one again with today's versions first.",
                className="gas-lead",
            ),
            html.Ul(items, className="gas-choices") if items else None,
            html.P(f"{counted(more, 'older job')} not listed.", className="gas-muted") if more > 0 else None,
        ],
        className="gas-card",
        id="compare-choice",
    )


def _pair(job: Job, other: Job) -> list[Any]:
    old, new = sorted((job, other), key=lambda one: (one.submit_time, one.job_id))
    return [
        dcc.Link(
            [other.input_file_name, ", ", time(other.submit_time)], href=f"/jobs/{old.job_id}/compare/{new.job_id}"
        ),
        html.Span(f" · {other.bundle_id or 'no reference'} · {other.engine}", className="gas-muted"),
    ]
