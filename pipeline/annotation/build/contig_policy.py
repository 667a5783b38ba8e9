"""Which contigs of a file are annotated with the bundle's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ContigPolicy:
    """Which contigs of a file are annotated with the bundle's of the same name; the others are carried through.

    `declared_lengths`: a contig that the header declares with another length is another sequence.
    """

    nuclear: bool = True
    mitochondrial: bool = True
    declared_lengths: bool = True
