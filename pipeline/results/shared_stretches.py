"""Stretches of the genome in which several results are looked at together: what bounds the memory of a comparison."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.errors import LimitError
from pipeline.reference.contigs import MITOCHONDRIAL
from pipeline.results import connection
from pipeline.settings import get_settings


@dataclass(frozen=True)
class Stretch:
    """Contigs by the names that the results have for them, each with its place in the order of the table, and from
    which to which position (1-based, without the last one) where it is a part of one contig."""

    names: list[str]
    places: list[int]
    first: int = 0
    end: int = 1 << 62


@dataclass
class _Contig:
    """Its names in the results, its rows in all, and the result that has most of them."""

    names: set[str]
    rows: int = 0
    most: int = 0
    largest: tuple[str, str] = ("", "")  # path, name of the contig there


def plain_contig(name: str) -> str:
    """The contig's name without `chr`, MT for the mitochondrial genome: files name one contig in many ways (C40)."""
    return "MT" if name in MITOCHONDRIAL else name.removeprefix("chr")


def stretches(paths: Sequence[str]) -> Iterator[Stretch]:
    """All contigs of these tables in their order: small ones together, large ones in pieces. LimitError where the
    tables have more rows than may be compared."""
    contigs = list(_contigs(paths).values())
    total, most = sum(contig.rows for contig in contigs), get_settings().max_shared_variants
    if total > most:
        raise LimitError(
            f"These results have {total:,} variants in all; at most {most:,} are compared at once "
            "(max_shared_variants). Choose fewer results.",
            code="too_many_variants",
        )
    at_once = get_settings().shared_rows_at_once
    names: list[str] = []
    places: list[int] = []
    held = 0
    for place, contig in enumerate(contigs):
        if names and held + contig.rows > at_once:
            yield Stretch(names, places)
            names, places, held = [], [], 0
        if contig.rows > at_once:
            yield from _pieces(contig, place, at_once)
            continue
        names += sorted(contig.names)
        places += [place] * len(contig.names)
        held += contig.rows
    if names:
        yield Stretch(names, places)


def _contigs(paths: Sequence[str]) -> dict[str, _Contig]:
    found: dict[str, _Contig] = {}
    for path in paths:
        asked = "SELECT chrom, count(*) FROM read_parquet($path) GROUP BY chrom ORDER BY min(rid)"
        for name, rows in connection.rows(asked, {"path": path}):
            contig = found.setdefault(plain_contig(name), _Contig(set()))
            contig.names.add(name)
            contig.rows += rows
            if rows > contig.most:
                contig.most, contig.largest = rows, (path, name)
    return found


def _pieces(contig: _Contig, place: int, at_once: int) -> Iterator[Stretch]:
    """A contig cut by position so that the result that has most of it has as many rows in each piece."""
    path, name = contig.largest
    step = math.ceil(contig.most / math.ceil(contig.rows / at_once))
    asked = (
        "SELECT DISTINCT pos FROM (SELECT pos, row_number() OVER (ORDER BY pos) AS nth FROM read_parquet($path) "
        "WHERE chrom = $name) WHERE nth > $step AND (nth - 1) % $step = 0 ORDER BY pos"
    )
    cuts = [pos for (pos,) in connection.rows(asked, {"path": path, "name": name, "step": step})]
    names = sorted(contig.names)
    places = [place] * len(names)
    for first, end in zip([0, *cuts], [*cuts, Stretch.end], strict=True):
        yield Stretch(names, places, first, end)
