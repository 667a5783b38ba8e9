"""Makes a filter that was saved with one job usable on another, and says what that one lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.results.filters.model import Group
from pipeline.results.filters.reading import FilterError
from pipeline.results.filters.sql import where
from pipeline.results.filters.table import Table
from pipeline.results.filters.words import chip


@dataclass(frozen=True)
class Fitted:
    """`left_out`: a sentence for each condition that the result has no column or sample for."""

    group: Group
    left_out: list[str]


def fitted(group: Group, table: Table, titles: Mapping[str, str]) -> Fitted:
    """The conditions at the top that can be asked of the table. A filter of which any part may hold, and a group within
    it, are taken or left as a whole: without a part they would mean something else."""
    parts = group.parts if group.join == "all" else (group,)
    kept, left_out = [], []
    for part in parts:
        try:
            where(Group(parts=(part,)), table)
            kept.append(part)
        except FilterError as error:
            said = chip(part, titles)
            left_out.append(f"{said[:1].upper()}{said[1:]}: {error.message}")
    return Fitted(Group(parts=tuple(kept)), left_out)
