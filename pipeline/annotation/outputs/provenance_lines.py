"""The provenance as lines of a VCF header: the same document that manifest.json holds (C45)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.annotation.prepare.header_repair import quoted


def provenance_lines(provenance: Mapping[str, Any], job_id: str | None) -> list[str]:
    """Meta lines that say what was annotated with what, by whose choice and by which rules."""
    engine, bundle = provenance["engine"], provenance["bundle"]
    options = ";".join(f"{name} {value}" for name, value in engine["parameters"].items())
    lines = [
        f"##annotationTool={provenance['tool']['name']}",
        _line("Engine", engine["name"], Version=engine["version"], Parameters=options),
        _line(
            "Bundle",
            bundle["id"],
            Title=bundle["title"],
            Assembly=bundle["assembly"],
            Version=bundle["version"],
            SHA256=bundle["sequence"]["sha256"],
        ),
    ]
    lines += [_line("File", name, SHA256=checksum) for name, checksum in bundle["checksums"].items()]
    lines += [
        _line(
            "Source",
            source["id"],
            Title=source["title"],
            Version=source["version"],
            Date=source["date"],
            Licence=source["licence"],
            SHA256=source["sha256"],
        )
        for source in provenance["sources"]
    ]
    lines += [_line("Library", name, Version=version) for name, version in provenance["libraries"].items()]
    rest = {"parameters": provenance["parameters"], "tool": provenance["tool"]}
    lines += [_line("Parameter", name, Value=value) for name, value in flattened(rest)]
    return [*lines, f"##annotationJob={job_id}"] if job_id else lines


def flattened(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The leaves of a document as names with dots and texts, in its order; a list's are numbered from 1."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from flattened(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from flattened(inner, f"{name}.{number}")
    else:
        yield name, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _line(kind: str, identifier: str, **values: Any) -> str:
    """One structured meta line; its values stay on it whatever they hold."""
    shown = "".join(f",{key}={quoted(' '.join(str(value).split()))}" for key, value in values.items())
    return f"##annotation{kind}=<ID={identifier}{shown}>"
