"""The state of the explorer: what is filtered, how rows are sorted, what stretch of the genome is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from pipeline.results.blocks import Sort
from pipeline.results.filters import address
from pipeline.results.filters.model import NOTHING, Group, Region
from pipeline.results.filters.reading import as_document, read_filter

MOST_SORTS = 5


@dataclass(frozen=True)
class View:
    """One state of the page. `zoom` None: the whole genome."""

    group: Group = NOTHING
    sorts: tuple[Sort, ...] = ()
    zoom: Region | None = None

    @property
    def address(self) -> str:
        """The view as an address has it; empty for the page as it is at first."""
        told: dict[str, Any] = {}
        if self.group.parts:
            told["filter"] = as_document(self.group)
        if self.sorts:
            told["sort"] = sort_document(self.sorts)
        if self.zoom:
            told["zoom"] = self.zoom.model_dump(mode="json", exclude_defaults=True)
        return address.encode(told) if told else ""


def sort_document(sorts: Sequence[Sort]) -> list[list[str]]:
    """The order of rows as a Store and an address hold it."""
    return [[sort.column, "desc" if sort.descending else "asc"] for sort in sorts]


def read_sorts(document: Any) -> tuple[Sort, ...]:
    """The order of rows in a document of a browser; what is none is passed over."""
    pairs = document if isinstance(document, list) else []
    found = [Sort(str(pair[0]), pair[1] == "desc") for pair in pairs if isinstance(pair, list) and len(pair) == 2]
    return tuple(found[:MOST_SORTS])


def read_zoom(document: Any) -> Region | None:
    """The stretch of the genome in a document of a browser; None where it holds none."""
    try:
        return Region.model_validate(document) if document else None
    except ValidationError:
        return None


def read_address(text: str | None) -> View:
    """The view in an address. FilterError with the sentence for the reader where it holds none."""
    if not text:
        return View()
    told = address.decode(text)
    return View(read_filter(told.get("filter")), read_sorts(told.get("sort")), read_zoom(told.get("zoom")))
