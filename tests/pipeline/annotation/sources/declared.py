"""Sources as a manifest declares them, with one column."""

from __future__ import annotations

from pipeline.reference.manifest import Source, SourceColumn


def source(kind: str, *columns: tuple[str, str]) -> Source:
    """A source with columns of these names and types."""
    made = tuple(SourceColumn(name=name, field=name.upper(), type=type_, title=name) for name, type_ in columns)  # type: ignore[arg-type]
    return Source(id="s", title="s", kind=kind, file="f", version="1", licence="x", columns=made)  # type: ignore[arg-type]
