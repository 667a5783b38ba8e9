"""What the page of a gene shows: its counts, its transcripts, the notes on its variants, links outside."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from pipeline.jobs.model import Job
from pipeline.notes.model import TAGS, Note
from pipeline.results.gene import IMPACTS, Gene
from pipeline.results.variant_links import Link
from portal.components.words import counted, number, time
from portal.genes.address import explore_address


def head(job: Job, gene: str) -> Component:
    """Whose gene it is, before anything is counted."""
    return html.Div(
        [
            dcc.Link(job.input_file_name, href=f"/jobs/{job.job_id}", className="gas-back"),
            html.H1(gene, className="gas-title", title=gene),
        ],
        className="gas-job-head",
    )


def overview(job: Job, found: Gene, links: Sequence[Link]) -> Component:
    """How many variants, of which impact; what is counted under another gene."""
    said = counted(found.alleles, "variant") + " in this gene"
    parts = [f"{number(found.impacts[impact])} {impact.lower()}" for impact in IMPACTS if found.impacts.get(impact)]
    other = (
        f" {counted(found.elsewhere, 'more variant')} touch one of its transcripts and are told for another gene."
        if found.elsewhere
        else ""
    )
    return html.Section(
        [
            html.P([html.Strong(said), f": {', '.join(parts)} impact." if parts else ".", other]),
            html.P(
                [
                    dcc.Link(
                        "Show them in the explorer",
                        href=explore_address(job.job_id, found.name),
                        className="btn btn-outline-secondary btn-sm",
                    ),
                    *[_outside(link) for link in links],
                ],
                className="gas-gene-links",
            ),
        ],
        className="gas-card",
        id="gene-overview",
    )


def _outside(link: Link) -> Component:
    return html.A(
        f"{link.title} ↗",
        href=link.url,
        target="_blank",
        rel="noopener noreferrer",
        title=f"{link.what} at {link.title}: opens another site",
    )


def transcripts(found: Gene) -> Component:
    """The gene's transcripts in this result, those with most variants first."""
    if not found.transcripts:
        return html.P("This result tells no transcripts of it.", className="gas-muted")
    heads = ("Transcript", "Biotype", "Variants", *(impact.capitalize() for impact in IMPACTS))
    rows = [
        html.Tr(
            [
                html.Th([each.name, html.Span(f" {each.tag}", className="gas-muted") if each.tag else ""], scope="row"),
                html.Td((each.biotype or "").replace("_", " ")),
                html.Td(number(each.alleles), className="gas-number"),
                *[html.Td(number(each.impacts[impact]), className="gas-number") for impact in IMPACTS],
            ]
        )
        for each in found.transcripts
    ]
    table = html.Table(
        [html.Thead(html.Tr([_heading(text) for text in heads])), html.Tbody(rows)],
        className="gas-plain-table",
    )
    more = f"{counted(found.more_transcripts, 'more transcript')} not listed." if found.more_transcripts else ""
    return html.Section(
        [
            html.H2("Transcripts", className="gas-subtitle"),
            html.Div(table, className="gas-scroll", tabIndex=0, role="region", **{"aria-label": "Transcripts"}),
            html.P(more, className="gas-muted") if more else None,
        ],
        className="gas-card",
        id="gene-transcripts",
    )


def _heading(text: str) -> Component:
    of_numbers = text == "Variants" or text.upper() in IMPACTS
    return html.Th(text, scope="col", className="gas-number" if of_numbers else "")


def notes(found: Sequence[Note]) -> Component | None:
    """What was noted on the gene's variants; nothing where nothing was."""
    if not found:
        return None
    items = [
        html.Li(
            [
                html.Strong(note.variant if note.variant.count(":") > 2 else "A long allele"),
                html.Span(f" · {TAGS[note.tag]}" if note.tag in TAGS and note.tag != "none" else ""),
                html.Span([" · ", time(note.at)], className="gas-muted"),
                html.P(note.text, className="gas-note-other") if note.text else None,
            ]
        )
        for note in found
    ]
    return html.Section(
        [html.H2("Notes", className="gas-subtitle"), html.Ul(items, className="gas-gene-notes")],
        className="gas-card",
        id="gene-notes",
    )
