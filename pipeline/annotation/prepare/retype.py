"""Declares a field as text, when its values contradict the type that the header gives it."""

from __future__ import annotations

from pipeline.annotation.prepare.header import STRUCTURED, Declaration, parse_pairs
from pipeline.annotation.prepare.header_repair import field_line
from pipeline.errors import InputError


def declare_as_text(meta: list[str], kind: str, key: str) -> list[str]:
    """The meta lines with `kind`/`key` (INFO or FORMAT) as a String. Raises InputError when it is text already."""
    changed = []
    done = False
    for line in meta:
        match = STRUCTURED.match(line)
        pairs = parse_pairs(match.group(2)) if match and match.group(1) == kind else None
        if pairs and pairs.get("ID") == key and pairs.get("Type") != "String":
            line = field_line(kind, key, Declaration(".", "String"), pairs.get("Description", ""))
            done = True
        changed.append(line)
    if not done:
        raise InputError(f"The values of the {kind} field {key[:40]!r} cannot be read.", code="unreadable_record")
    return changed
