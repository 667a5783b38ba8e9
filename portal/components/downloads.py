"""The files of a result, with what each is for and its size; only while they can be fetched (C26)."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component
from flask import url_for

from pipeline.errors import GasError
from pipeline.jobs.model import Job
from pipeline.results.documents import TOO_LARGE
from portal.components import states
from portal.components.words import size

# Role: name for people, and what it is good for.
FILES: dict[str, tuple[str, str]] = {
    "vcf": ("Annotated VCF", "Your file with the annotation in INFO; bgzip-compressed."),
    "index": ("Index of the VCF", "For IGV, bcftools and tabix; keep it beside the VCF."),
    "variants": ("Table of variants", "Parquet: one row for each alternate allele."),
    "consequences": ("Table of consequences", "Parquet: one row for each allele and transcript."),
    "genotypes": ("Table of genotypes", "Parquet: non-reference and missing calls."),
    "log": ("Summary", "Readable counts, and everything that was skipped and why."),
    "summary": ("Summary as JSON", "The same numbers for scripts."),
    "manifest": ("Manifest", "Checksums, versions and parameters."),
}


def downloads(job: Job) -> html.Section | None:
    """The list of files; None while the result cannot be fetched."""
    if not job.has_results:
        return None
    rows = [_row(job, role) for role in FILES if role in job.outputs]
    return html.Section(
        [html.H2("Downloads", className="gas-subtitle"), html.Ul(rows, className="gas-downloads")],
        className="gas-card",
        id="downloads",
    )


def main_download(job: Job) -> list[Component]:
    """The file that most people come for, as a button; nothing while it cannot be fetched."""
    if not job.has_results or "vcf" not in job.outputs:
        return []
    return [html.A("Download VCF", className="btn btn-sm btn-outline-secondary", **_link(job, "vcf"))]


def instead(job: Job, role: str, error: GasError) -> Component:
    """Why a document is not shown, and the document itself where it is only too long for a page: documents can be
    fetched whatever the archive holds."""
    if error.code != TOO_LARGE:
        return states.notice(error.message)
    title, _ = FILES[role]
    return states.notice([error.message, " ", html.A(title, **_link(job, role))])


def _link(job: Job, role: str) -> dict[str, str]:
    """The answer is a file of another origin; a tab of its own keeps this page if it is an error."""
    href = url_for("jobs_api.download", job_id=job.job_id, role=role)
    return {"href": href, "title": str(job.outputs[role].get("name", "")), "target": "_blank", "rel": "noopener"}


def _row(job: Job, role: str) -> Component:
    title, use = FILES[role]
    stored = job.outputs[role]
    return html.Li(
        [
            html.A(title, **_link(job, role)),
            html.Span(size(int(stored["size"])) if stored["size"] else "", className="gas-muted gas-number"),
            html.Span(use, className="gas-muted gas-download-use"),
        ]
    )
