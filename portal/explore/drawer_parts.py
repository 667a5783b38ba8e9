"""What the drawer says of a variant. All of it is text: what a file or a source holds never becomes markup (C09)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from pipeline.results.columns import KNOWN
from pipeline.results.variant import Field, Variant
from pipeline.results.variant_links import Link
from pipeline.settings import get_settings
from portal.components.words import number
from portal.explore import drawer_calls
from portal.genes.address import gene_address

COPIED = ("hgvs_g", "hgvs_c", "hgvs_p")
TERMS = ("consequence", "most_severe", "biotype", "skipped")
# Columns of the transcripts' table, in its order; those that are empty throughout are left out.
TRANSCRIPT_COLUMNS = (
    "transcript", "gene", "consequence", "impact", "hgvs_c", "hgvs_p", "amino_acids", "protein_position", "codons",
    "cds_position", "exon", "intron", "biotype", "strand", "distance", "transcript_tag",
)  # fmt: skip
TITLES = {name: title for name, (title, _) in KNOWN.items()} | {"transcript_tag": "Tag"}


def summary(found: Variant, job_id: str) -> list[Component]:
    """The head: what it does, where; HGVS to copy; the same variant in public databases."""
    row = found.row
    said = [part for part in (_impact(row.get("impact")), _words(row.get("consequence"))) if part]
    gene = row.get("gene")
    lines = [
        html.Div([str(row[name]), _copy(str(row[name]))], className="gas-hgvs") for name in COPIED if row.get(name)
    ]
    return [
        html.P([*said, _gene(job_id, str(gene)) if gene else ""], className="gas-drawer-lead"),
        html.Div(lines),
        _links(found.links),
    ]


def _gene(job_id: str, gene: str) -> Component:
    """Its name, which leads to all its variants."""
    return dcc.Link(html.Strong(gene), href=gene_address(job_id, gene), title=f"All variants of this result in {gene}")


def details(found: Variant) -> list[Component]:
    """Everything else, a part after the other."""
    parts = []
    if found.transcripts:
        parts.append(_part(f"Transcripts ({number(found.transcripts_in_all)})", _transcripts(found)))
    if found.calls:
        parts.append(_part("Genotypes", drawer_calls.section(found.calls, found.all_samples)))
    parts += [_part(title, [_fields(fields)]) for title, fields in found.groups.items()]
    return [*parts, _part("Record in the VCF", _record(found))]


def _part(title: str, content: list[Any]) -> Component:
    return html.Section([html.H3(title, className="gas-minor-title"), *content], className="gas-drawer-part")


def _links(links: list[Link]) -> Component:
    """Nothing is fetched before a click, and the other side is not told where the reader came from."""
    items = [
        html.Li(
            html.A(
                [link.title, html.Span(f" {link.what}", className="gas-muted")],
                href=link.url, target="_blank", rel="noopener noreferrer",
            )
        )
        for link in links
    ]  # fmt: skip
    return html.Ul(items, className="gas-drawer-links", **{"aria-label": "In other databases (opens a new tab)"})


def _transcripts(found: Variant) -> list[Component]:
    names = [name for name in TRANSCRIPT_COLUMNS if any(_known(row.get(name)) for row in found.transcripts)]
    head = html.Thead(html.Tr([html.Th(TITLES.get(name, name), scope="col") for name in names]))
    speaks = str(found.row.get("transcript") or "")
    rows = [_transcript(row, names, str(row.get("transcript")) == speaks) for row in found.transcripts]
    table = html.Table([head, html.Tbody(rows)], className="gas-drawer-table")
    more = found.transcripts_in_all - len(found.transcripts)
    said = f"{number(more)} more are in the table of consequences, which can be downloaded." if more else ""
    scrolled = {"tabIndex": 0, "role": "region", "aria-label": "Transcripts"}
    return [html.Div(table, className="gas-drawer-scroll", **scrolled), html.P(said, className="gas-muted")]


def _transcript(row: Mapping[str, Any], names: list[str], speaks: bool) -> Component:
    cells = [html.Td(_cell(name, row.get(name)), className=_look(row.get(name))) for name in names]
    marked = {"className": "gas-speaks", "title": "This transcript speaks for the variant in the table."}
    return html.Tr(cells, **(marked if speaks else {}))


def _fields(fields: list[Field]) -> Component:
    pairs: list[Component] = []
    for field in fields:
        name, title = field.column.name, field.column.description or field.column.title
        value = _cell(name, field.value)
        content = [value, _copy(str(field.value))] if name in COPIED else value
        pairs += [html.Dt(field.column.title, title=title), html.Dd(content, className=_look(field.value))]
    return html.Dl(pairs, className="gas-drawer-fields")


def _record(found: Variant) -> list[Component]:
    if found.record is None:
        return [html.P(found.record_missing, className="gas-muted")]
    line = found.record.line
    shown = html.Pre(_cut(line), className="gas-drawer-record", tabIndex=0, **{"aria-label": "Record in the VCF"})
    return [shown, _copy(line, "Copy the line")] if len(line) <= get_settings().variant_text_letters else [shown]


def _cell(name: str, value: Any) -> Any:
    if name == "impact":
        return _impact(value)
    return _words(value) if name in TERMS else _text(value)


def _text(value: Any) -> str:
    if not _known(value):
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _cut(str(value))
    return number(value) if isinstance(value, int) else f"{value:,.4g}"


def _known(value: Any) -> bool:
    return value is not None and value != "" and value == value  # NaN is unlike itself


def _cut(text: str) -> str:
    most = get_settings().variant_text_letters
    return text if len(text) <= most else f"{text[:most]} … ({number(len(text))} letters)"


def _words(value: Any) -> str:
    return str(value).replace("_", " ").replace("&", ", ") if value else ""


def _impact(value: Any) -> Any:
    return html.Span(str(value).capitalize(), className=f"gas-impact gas-impact-{str(value).lower()}") if value else ""


def _look(value: Any) -> str:
    return "gas-number" if isinstance(value, int | float) else ""


def _copy(text: str, title: str = "Copy") -> Component:
    said = {"data-copy": text, "aria-label": f"Copy {text[:60]}"}
    return html.Button(title, type="button", className="gas-link-button", **said)
