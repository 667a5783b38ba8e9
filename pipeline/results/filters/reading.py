"""Reads a filter from what a browser, an address or a saved file holds; what is wrong is told with its place."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from pipeline.errors import InputError, LimitError
from pipeline.results.filters.model import MOST_DEPTH, Group

MOST_BYTES = 512 * 1024
KINDS = frozenset(
    {"one_of", "range", "contains", "known", "regions", "carries", "inherited", "private", "tagged", "group"}
)
# Sentences of ours for what pydantic says in its own words, by its error type.
SENTENCES = {
    "missing": "Something is missing here.",
    "union_tag_invalid": "There is no such kind of condition.",
    "union_tag_not_found": "There is no such kind of condition.",
    "too_short": "Choose at least one value.",
    "tuple_type": "Choose at least one value.",
    "string_type": "Write a text.",
    "string_unicode": "This text holds letters that are none.",
    "bool_type": "Choose yes or no.",
    "bool_parsing": "Choose yes or no.",
    "finite_number": "Write a number.",
    "string_too_short": "Write something here.",
    "string_too_long": "This text is longer than {max_length:,} letters.",
    "too_long": "These are more than {max_length:,}.",
    "float_parsing": "Write a number.",
    "float_type": "Write a number.",
    "int_parsing": "Write a whole number.",
    "int_type": "Write a whole number.",
    "int_from_float": "Write a whole number.",
    "extra_forbidden": "There is no such thing to set here.",
    "model_type": "A filter is made of groups and conditions.",
    "model_attributes_type": "A filter is made of groups and conditions.",
    "greater_than_equal": "Write {ge:g} or more.",
    "less_than_equal": "Write {le:g} or less.",
    "literal_error": "Choose one of {expected}.",
}


class FilterError(InputError):
    """A filter that cannot be used. `place` leads to the part that is at fault, such as `("parts", 2, "least")`."""

    default_code = "bad_filter"

    def __init__(self, message: str, place: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.place = place


def read_filter(document: Any) -> Group:
    """The filter in a JSON document (or its text); nothing at all is the filter that lets everything through.

    Raises `FilterError` with the sentence for the field that is at fault, `LimitError` for one that is too large.
    """
    if document is None or document == "":
        return Group()
    if isinstance(document, str | bytes):
        document = _parsed(document)
    if isinstance(document, dict) and document.get("kind") != "group":
        document = {"kind": "group", "parts": [document]}
    _check_nesting(document)
    try:
        group = Group.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise FilterError(_sentence(first), _place(first["loc"])) from error
    return group


def _place(location: tuple[int | str, ...]) -> tuple[str | int, ...]:
    """Without the kinds, which pydantic puts after the number of each part."""
    before = (None, *location)
    return tuple(
        step for last, step in zip(before, location, strict=False) if not (isinstance(last, int) and step in KINDS)
    )


def _parsed(text: str | bytes) -> Any:
    if len(text) > MOST_BYTES:
        raise LimitError(f"The filter is larger than {MOST_BYTES // 1024:,} KiB.", code="filter_too_large")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FilterError("The filter cannot be read: it is no JSON.") from error


def _check_nesting(document: Any) -> None:
    """Level by level, so that no depth of nesting costs a stack."""
    level, depth = [document], 0
    while level:
        depth += 1
        if depth > MOST_DEPTH + 1:
            raise LimitError(f"Groups lie in each other more than {MOST_DEPTH} deep.", code="filter_too_deep")
        level = [
            part
            for group in level
            if isinstance(group, dict) and isinstance(group.get("parts"), list)
            for part in group["parts"]
        ]


def _sentence(error: Any) -> str:
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    template = SENTENCES.get(error["type"])
    return template.format(**error.get("ctx", {})) if template else f"This cannot be used: {error['msg']}."


def as_document(group: Group) -> dict[str, Any]:
    """The filter as JSON has it, without what is as it always is."""
    return {"kind": "group", **group.model_dump(mode="json", exclude_defaults=True)} | _kinds(group)


def _kinds(group: Group) -> dict[str, Any]:
    """`exclude_defaults` leaves out `kind`, which tells the parts apart: put it back."""
    parts = [
        as_document(part)
        if isinstance(part, Group)
        else {"kind": part.kind, **part.model_dump(mode="json", exclude_defaults=True)}
        for part in group.parts
    ]
    return {"parts": parts} if parts else {}
