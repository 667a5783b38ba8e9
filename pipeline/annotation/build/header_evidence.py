"""What a header says of the genome build: declared lengths and checksums of contigs, accessions, words."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from pipeline.annotation.build.assemblies import RCRS_LENGTH, YORUBA_LENGTH, by_length, by_m5, names_in
from pipeline.annotation.build.contig_names import chromosome_of

CONTIG_ID = re.compile(r"[<,]ID=([^,>]+)")
CONTIG_LENGTH = re.compile(r"[<,]length=(\d{1,12})[,>]")
CONTIG_M5 = re.compile(r"[<,](?:M5|md5)=\"?([0-9a-fA-F]{32})")
# Descriptions of fields name builds in passing ("frequency lifted over from GRCh37").
DESCRIPTIONS = ("##INFO", "##FORMAT", "##FILTER", "##ALT", "##SAMPLE", "##PEDIGREE")
# Lines whose purpose is to name the reference; a command line may name several.
STRONG = re.compile(r"^##(?:reference|assembly|genome|ref|contig)", re.IGNORECASE)
LOOKED_AT = 20_000  # letters of one line that are searched for words
LOOKED_AT_IN_ALL = 1_000_000  # letters of all lines


@dataclass
class HeaderEvidence:
    """Counts by assembly. `lengths` and `m5` are those of each declared contig, by its name in the file."""

    lengths: dict[str, int] = field(default_factory=dict)
    m5: dict[str, str] = field(default_factory=dict)
    by_length: Counter[str] = field(default_factory=Counter)
    by_m5: Counter[str] = field(default_factory=Counter)
    by_accession: Counter[str] = field(default_factory=Counter)
    strong_words: dict[str, str] = field(default_factory=dict)  # assembly → the word as the file writes it
    weak_words: dict[str, str] = field(default_factory=dict)
    mitochondrial_length: int | None = None

    @property
    def is_yoruba(self) -> bool:
        """Whether the file declares the mitochondrial sequence that is not rCRS."""
        return self.mitochondrial_length == YORUBA_LENGTH

    @property
    def words(self) -> dict[str, str]:
        """The words that count: those of the lines that exist to name the reference, else those of all others.

        rCRS is part of every human build: beside another name it says nothing.
        """
        chosen = self.strong_words or self.weak_words
        nuclear = {assembly: word for assembly, word in chosen.items() if assembly != "rCRS"}
        return nuclear or chosen


def evidence_in(meta: list[str], contigs: set[str]) -> HeaderEvidence:
    """Read the meta lines of a header; `contigs` are names that the records use."""
    found = HeaderEvidence()
    left = LOOKED_AT_IN_ALL
    for line in meta:
        if line.startswith("##contig=<"):
            _take_contig(line, found)
        if not line.startswith(DESCRIPTIONS) and left > 0:
            searched = line[: min(LOOKED_AT, left)]
            left -= len(searched)
            _take_words(searched, found)
    for name in {*found.lengths, *contigs}:
        chromosome = chromosome_of(name)
        if chromosome and chromosome.assembly and not chromosome.is_mitochondrial:
            found.by_accession[chromosome.assembly] += 1
    return found


def _take_contig(line: str, found: HeaderEvidence) -> None:
    named = CONTIG_ID.search(line)
    if named is None:
        return
    name = named.group(1)
    chromosome = chromosome_of(name)
    if length := CONTIG_LENGTH.search(line):
        bases = found.lengths[name] = int(length.group(1))
        if chromosome and chromosome.is_mitochondrial:
            found.mitochondrial_length = bases
        elif chromosome and (assembly := by_length().get((chromosome.name, bases))):
            found.by_length[assembly] += 1
    if checksum := CONTIG_M5.search(line):
        value = found.m5[name] = checksum.group(1).lower()
        if (assembly := by_m5().get(value)) and assembly != "rCRS":
            found.by_m5[assembly] += 1


def _take_words(line: str, found: HeaderEvidence) -> None:
    words = found.strong_words if STRONG.match(line) else found.weak_words
    if line.startswith("##contig="):  # its ID and length are read elsewhere: only what it says of its assembly
        line = "".join(re.findall(r"[<,](?:assembly|URL)=([^,>]*)", line))
    for word, assembly in names_in(line):
        if len(word) > len(words.get(assembly, "")):  # human_g1k_v37 tells more than hg19
            words[assembly] = word


def declared_is_rcrs(found: HeaderEvidence) -> bool:
    """Whether the header declares a mitochondrial genome of rCRS's length."""
    return found.mitochondrial_length == RCRS_LENGTH
