"""The log as text, and with what the result was made: versions, checksums, sources and their licences (C45)."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from pipeline.annotation.outputs.provenance_lines import flattened
from pipeline.results.documents import LogView
from portal.components.words import size

# Parts of the manifest in the order of the page; whatever else it holds follows.
PARTS = {
    "engine": "Annotation engine",
    "bundle": "Reference",
    "sources": "Annotation sources",
    "parameters": "Parameters",
    "tool": "Service",
    "libraries": "Libraries",
    "files": "Files",
}
TEXT_ID = "provenance-text"
LABELS = {"id": "Id", "sha256": "SHA-256", "url": "Address", "bytes": "Bytes", "any_build": "Build check overridden"}
# Said elsewhere: the columns of engine and sources in the heads of the table, whose data it is at the top of this part.
SAID_ELSEWHERE = frozenset({"columns", "attribution"})


def log_section(view: LogView) -> html.Section:
    """The log's beginning; says when it goes on (C44)."""
    return html.Section(
        [
            html.H2("Summary", className="gas-subtitle"),
            html.P(_cut(view), className="gas-note") if view.is_cut else None,
            html.Pre(view.text, className="gas-log", tabIndex=0, role="region", **{"aria-label": "Summary"}),
        ],
        className="gas-card",
    )


def _cut(view: LogView) -> str:
    return f"The first {size(view.shown)} of {size(view.size)} are shown; the download has all of it."


def provenance_section(manifest: dict[str, Any]) -> html.Section:
    """Everything that the manifest says, part by part."""
    keys = [*(key for key in PARTS if key in manifest), *(key for key in manifest if key not in PARTS)]
    return html.Section(
        [
            html.H2("How this was made", className="gas-subtitle"),
            _attribution(manifest),
            *[
                html.Details([html.Summary(PARTS.get(key) or _label(key)), _value(manifest[key])])
                for key in keys
                if manifest[key] not in (None, "", [], {})
            ],
            _as_text(manifest),
        ],
        className="gas-card gas-provenance",
    )


def _as_text(manifest: dict[str, Any]) -> html.Details:
    """All of it as plain lines, for a methods section or a bug report."""
    copy = html.Button(
        "Copy",
        type="button",
        className="btn btn-sm btn-outline-secondary",
        **{"data-copy": TEXT_ID, "data-done": "Copied"},
    )
    text = html.Pre(
        plain_text(manifest),
        id=TEXT_ID,
        className="gas-copy-text",
        tabIndex=0,
        role="region",
        **{"aria-label": "As text"},
    )
    return html.Details([html.Summary("As text, to copy"), copy, text])


def plain_text(manifest: dict[str, Any]) -> str:
    """One line for each fact, named as in the manifest and in the header of the VCF."""
    kept = {key: manifest[key] for key in PARTS if key in manifest and key != "files"}
    sources = [_without_columns(source) for source in kept.get("sources") or []]
    engine = _without_columns(kept.get("engine") or {})
    shown = kept | {"engine": engine, "sources": sources}
    return "".join(f"{name}: {value}\n" for name, value in flattened(shown) if value)


def _without_columns(part: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key not in SAID_ELSEWHERE}


def _attribution(manifest: dict[str, Any]) -> Component | None:
    """Whose data this is: their licences ask for it to be said where the data is shown."""
    bundle = manifest.get("bundle") or {}
    lines = [str(line) for line in bundle.get("attribution") or []]
    lines += [str(source["attribution"]) for source in manifest.get("sources") or [] if source.get("attribution")]
    unique = list(dict.fromkeys(lines))
    return html.Ul([html.Li(line) for line in unique], className="gas-attribution") if unique else None


def _value(value: Any) -> Component | str:
    if isinstance(value, dict):
        rows = [
            part
            for key, inner in value.items()
            if key not in SAID_ELSEWHERE and inner not in (None, "", [], {})
            for part in (html.Dt(LABELS.get(key) or _label(key)), html.Dd(_value(inner)))
        ]
        return html.Dl(rows, className="gas-facts")
    if isinstance(value, list):
        if all(not isinstance(item, dict | list) for item in value):
            return html.Span(" ".join(str(item) for item in value), className="gas-mono")
        return html.Ul([html.Li(_value(item)) for item in value], className="gas-provenance-list")
    if isinstance(value, bool):
        return html.Span("yes" if value else "no", className="gas-mono")
    return html.Span(f"{value:,}" if isinstance(value, int) else str(value), className="gas-mono")


def _label(key: str) -> str:
    """`table_version` → Table version; a file's name stays as it is."""
    words = key if "." in key else key.replace("_", " ")
    return words[:1].upper() + words[1:] if "." not in key else words
