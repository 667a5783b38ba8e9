"""Lines of a GFF3 file as features, and back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# Types that take part in predicting consequences; the rest of a file (regions, repeats, alignments) is left out.
PARTS = ("CDS", "exon", "five_prime_UTR", "three_prime_UTR")
IGNORED = {
    "region", "biological_region", "chromosome", "scaffold", "supercontig", "contig", "match", "cDNA_match",
    "start_codon", "stop_codon", "intron", "sequence_feature", "repeat_region", "D_loop", "origin_of_replication",
    "stop_codon_redefined_as_selenocysteine",
}  # fmt: skip
SPELLINGS = {"5UTR": "five_prime_UTR", "3UTR": "three_prime_UTR", "coding_sequence": "CDS"}
GENES = re.compile(r"(?:.*_)?gene\Z|pseudogene\Z|transposable_element_gene\Z|.*_gene_segment_gene\Z", re.IGNORECASE)


@dataclass
class Feature:
    """One line; `start` and `end` are 1-based and inclusive. Attribute values stay percent-encoded."""

    contig: str
    source: str
    type: str
    start: int
    end: int
    strand: str
    phase: str
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The ID, empty where there is none."""
        return self.attributes.get("ID", "")

    @property
    def parents(self) -> list[str]:
        """The ids of the features that this one is a part of."""
        return [parent for parent in self.attributes.get("Parent", "").split(",") if parent]

    def line(self) -> str:
        """The line, with its newline."""
        text = ";".join(f"{key}={value}" for key, value in self.attributes.items())
        return "\t".join(
            (self.contig, self.source, self.type, str(self.start), str(self.end), ".", self.strand, self.phase, text)
        ) + "\n"  # fmt: skip


def attributes_of(text: str) -> dict[str, str]:
    """The ninth column as keys and values."""
    pairs = (part.strip().partition("=") for part in text.split(";") if "=" in part)
    return {key: value for key, _, value in pairs}


def parse(line: str) -> Feature | None:
    """The feature of a line; None where the line is none."""
    columns = line.rstrip("\r\n").split("\t")
    if len(columns) != 9 or not columns[3].isdecimal() or not columns[4].isdecimal():
        return None
    start, end = int(columns[3]), int(columns[4])
    if not 0 < start <= end:
        return None
    kind = SPELLINGS.get(columns[2], columns[2])
    return Feature(columns[0], columns[1], kind, start, end, columns[6], columns[7], attributes_of(columns[8]))
