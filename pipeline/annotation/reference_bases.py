"""Bases of the reference by position: what a job read of it lately stays in memory, for all its threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pysam

from pipeline.annotation.columnar import IntArray

CHUNK_BITS = 15
CHUNK = 1 << CHUNK_BITS
HELD_CHUNKS = 512  # 16 MiB of a contig's bases in memory
HELD_CONTIGS = 2  # a sorted file goes from one contig to the next
Letters = npt.NDArray[np.uint8]


class ReferenceBases:
    """The sequence of a bundle. Threads may share it: the one that compares REF reads ahead for the one that looks at
    codons."""

    def __init__(self, fasta: Path) -> None:
        self._fasta = pysam.FastaFile(str(fasta))
        self._held: OrderedDict[str, ContigBases] = OrderedDict()
        self._lock = threading.RLock()

    def __enter__(self) -> ReferenceBases:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; nobody may ask any more."""
        self._fasta.close()

    def of(self, contig: str) -> ContigBases:
        """The bases of one contig, by the bundle's name of it."""
        with self._lock:
            if contig not in self._held:
                self._held[contig] = ContigBases(self._fasta, contig, self._lock)
                if len(self._held) > HELD_CONTIGS:
                    self._held.popitem(last=False)
            self._held.move_to_end(contig)
            return self._held[contig]


class ContigBases:
    """Bases of one contig by position; what was read lately stays in memory."""

    def __init__(self, fasta: pysam.FastaFile, contig: str, lock: threading.RLock | None = None) -> None:
        self._fasta = fasta
        self._lock = lock or threading.RLock()  # of everything that reads this file
        self._contig = contig
        self._length = fasta.get_reference_length(contig)
        self._slots = np.full((self._length >> CHUNK_BITS) + 1, -1, np.int64)
        self._arena = np.zeros((8, CHUNK), np.uint8)
        self._used = 0

    def at(self, positions: IntArray) -> Letters:
        """Upper-case letters at 1-based positions; N off the contig."""
        inside = (positions >= 1) & (positions <= self._length)
        at = np.where(inside, positions - 1, 0)
        chunk = at >> CHUNK_BITS
        with self._lock:
            if self._hold(chunk[inside]):
                letters = self._arena[self._slots[chunk], at & (CHUNK - 1)]
                return np.where(inside, letters, ord("N")).astype(np.uint8)
        half = len(positions) // 2
        order = np.argsort(positions, kind="stable")
        found = np.empty(len(positions), np.uint8)
        for part in (order[:half], order[half:]):
            found[part] = self.at(positions[part])
        return found

    def text(self, start: int, end: int) -> str:
        """Bases `start` to `end`, 1-based and inclusive, in upper case."""
        first, last = (start - 1) >> CHUNK_BITS, (end - 1) >> CHUNK_BITS
        inside = start >= 1 and end <= self._length
        with self._lock:
            if inside and self._hold(np.arange(first, last + 1)):  # mostly bases that were asked for a moment ago
                stretch = b"".join([self._arena[slot].tobytes() for slot in self._slots[first : last + 1].tolist()])
                begin = start - 1 - (first << CHUNK_BITS)
                return stretch[begin : begin + end - start + 1].decode()
            return self._fasta.fetch(self._contig, start - 1, end).upper()

    def _hold(self, chunk: IntArray) -> bool:
        """Bring these chunks into memory; False where they are too many to be held at once."""
        missing = chunk[self._slots[chunk] < 0]
        if not len(missing):
            return True
        missing = np.unique(missing)
        if len(missing) + self._used > HELD_CHUNKS:
            missing = np.unique(chunk)
            if len(missing) > HELD_CHUNKS:
                return False
            self._slots[:] = -1
            self._used = 0
        self._read(missing)
        return True

    def _read(self, chunks: IntArray) -> None:
        needed = self._used + len(chunks)
        if needed > len(self._arena):
            grown = np.zeros((min(max(needed, 2 * len(self._arena)), HELD_CHUNKS), CHUNK), np.uint8)
            grown[: self._used] = self._arena[: self._used]
            self._arena = grown
        for number in chunks.tolist():
            begin = number << CHUNK_BITS
            letters = self._fasta.fetch(self._contig, begin, min(begin + CHUNK, self._length)).upper().encode()
            self._arena[self._used, : len(letters)] = np.frombuffer(letters, np.uint8)
            self._slots[number] = self._used
            self._used += 1
