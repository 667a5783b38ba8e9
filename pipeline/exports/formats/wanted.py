"""Which records of an annotated VCF hold an allele that matches: by contig, position and alleles as uploaded."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Any

from pipeline.exports.contents import Contents
from pipeline.results import connection
from pipeline.settings import get_settings

Site = tuple[int, bytes, bytes]  # 1-based position, REF, one ALT
CHECK_RECORDS = 20_000


class Wanted:
    """Holds the matching alleles of a stretch of contigs, which lie in one piece each in table and file."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        source = contents.source
        spans = connection.rows(
            f"SELECT v.chrom, min(v.rid), max(v.rid) + 1, count(*) FROM {source.sql} GROUP BY v.chrom ORDER BY 2",
            source.parameters,
        )
        self._spans: list[tuple[str, int, int, int]] = spans
        self._place = {contig.encode(): number for number, (contig, *_) in enumerate(spans)}
        self._held: dict[bytes, list[Site]] = {}

    def among(self, lines: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
        """The lines of records that are wanted, each with its position. Positions rise within each contig."""
        contig: bytes | None = None
        sites: list[Site] = []
        at = rows = 0
        for number, line in enumerate(lines):
            if number % CHECK_RECORDS == 0:
                self._contents.check()
            name, position_text, _, ref, alts, _ = line.split(b"\t", 5)
            if name != contig:
                contig, sites, at = name, self._sites(name), 0
            position = int(position_text)
            while at < len(sites) and sites[at][0] < position:
                at += 1
            matches = _matches(sites, at, position, ref, alts)
            if matches:
                rows += matches
                self._contents.on_rows(rows)
                yield line, position

    def _sites(self, contig: bytes) -> list[Site]:
        """The matching alleles of a contig by position; those of the contigs that follow are read with it."""
        first = self._place.get(contig)
        if first is None:
            return []
        if contig not in self._held:
            self._held = self._read(first)
        return self._held.pop(contig)

    def _read(self, first: int) -> dict[bytes, list[Site]]:
        last, rows = first, self._spans[first][3]
        most = get_settings().export_block_rows
        while last + 1 < len(self._spans) and rows + self._spans[last + 1][3] <= most:
            last += 1
            rows += self._spans[last][3]
        source = self._contents.source
        sql = f"""SELECT v.chrom, v.input_pos, v.input_ref, v.input_alt FROM {source.sql}
            WHERE v.rid >= $start AND v.rid < $end"""
        bounds = {"start": self._spans[first][1], "end": self._spans[last][2]}
        found: dict[bytes, list[Site]] = {contig.encode(): [] for contig, *_ in self._spans[first : last + 1]}
        for batch in connection.arrow_table(sql, source.parameters | bounds).to_batches():
            for contig, position, ref, alt in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                found[contig.encode()].append((position, _text(ref), _text(alt)))
        for sites in found.values():
            sites.sort()
        return found


def _matches(sites: list[Site], at: int, position: int, ref: bytes, alts: bytes) -> int:
    """How many of the alleles of a record are wanted; `at` is the first site that is not before the record."""
    if at >= len(sites) or sites[at][0] != position:
        return 0
    return sum(_holds(sites, (position, ref, alt), at) for alt in alts.split(b","))


def _holds(sites: list[Site], site: Site, start: int) -> bool:
    place = bisect_left(sites, site, start)
    return place < len(sites) and sites[place] == site


def _text(value: Any) -> bytes:
    return b"." if value is None else str(value).encode()
