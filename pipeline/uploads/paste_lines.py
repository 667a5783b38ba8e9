"""One pasted line → one VCF record. Every refusal is a sentence that says what to write instead."""

from __future__ import annotations

import re

MITOCHONDRION = "MT"
MAX_POSITION = 2**31 - 1  # VCF positions are 32-bit integers (VCF 4.5 §1.3)
FIXED_COLUMNS = 8
MAX_WORD = 2000  # characters; keeps the patterns below from working long on a hostile line

_CONTIG = r"[0-9A-Za-z!#$%&+./;?@^_|~-][0-9A-Za-z!#$%&*+./;=?@^_|~-]*"
_CONTIG_NAME = re.compile(rf"(?:{_CONTIG})(?::(?:{_CONTIG}))*")
_BASES = r"[ACGTNacgtn]+"
_POSITION = r"[0-9][0-9,]*"
_REF = re.compile(r"[ACGTNRYSWKMBDHVacgtnryswkmbdhv]+")
_ALT = re.compile(r"(?:[ACGTNacgtn]+|\*|\.|<[^\s<>,]+>|[ACGTNacgtn.]*[\[\]][^\s\[\]]+[\[\]][ACGTNacgtn.]*)")

# In order: m.3243A>G, 3243A>G, NC_012920.1:m.3243A>G, chr1:g.100A>G, MT:3243A>G
_SUBSTITUTION = re.compile(
    rf"(?:(?P<contig>{_CONTIG}):)?(?:(?P<kind>[gm])\.)?(?P<pos>{_POSITION})(?P<ref>{_BASES})>(?P<alt>{_BASES})"
)
_MITOMAP = re.compile(rf"(?P<ref>{_BASES})(?P<pos>[0-9]+)(?P<alt>{_BASES})")
# MT-3243-A-G (gnomAD) and MT:3243:A:G
_JOINED = re.compile(
    rf"(?P<contig>{_CONTIG}?)(?P<sep>[-:])(?P<pos>[0-9]+)(?P=sep)(?P<ref>{_BASES})(?P=sep)(?P<alt>{_BASES})"
)
_MITOCHONDRIAL_ACCESSION = re.compile(r"NC_012920(\.\d+)?", re.IGNORECASE)

EXAMPLES = "Write it as CHROM POS REF ALT, for example: chrM 3243 A G."


class BadLineError(ValueError):
    """The line is no variant that we can read; the text says what to write."""


def read_variant(line: str, width: int = 0) -> str:
    """The VCF record of a line (no line end). `width` is the number of columns of a `#CHROM` line, 0 without one."""
    columns = line.split("\t") if "\t" in line else line.split()
    columns = [column.strip() for column in columns]
    if width or len(columns) >= FIXED_COLUMNS:
        return _vcf_record(columns, width)
    if len(columns) == 1:
        return _compact(columns[0])
    if len(columns) == 2:
        return _compact(f"{columns[0]}:{columns[1]}", " ".join(columns))
    if len(columns) == 3 and columns[2].count(">") == 1:
        return _record(columns[0], columns[1], ".", *columns[2].split(">"))
    if len(columns) == 4:
        return _record(columns[0], columns[1], ".", columns[2], columns[3])
    if len(columns) >= 5:
        return _record(*columns[:5], *columns[5:])
    raise BadLineError(f"The line has {len(columns)} columns. {EXAMPLES}")


def _vcf_record(columns: list[str], width: int) -> str:
    if width and len(columns) != width:
        raise BadLineError(f"The line has {len(columns)} columns, but the #CHROM line has {width}.")
    if not width and len(columns) > FIXED_COLUMNS:
        raise BadLineError("The line has sample columns. Paste the #CHROM line too, which names the samples.")
    _record(*columns[:5])
    return "\t".join(columns)


def _record(contig: str, position: str, identifier: str, ref: str, alt: str, *rest: str) -> str:
    """Check the five first columns (ALT may hold several alleles) and fill up the others."""
    if not _CONTIG_NAME.fullmatch(contig):
        raise BadLineError(f"“{_short(contig)}” is not the name of a chromosome or contig.")
    pos = _position(position)
    if not _REF.fullmatch(ref):
        raise BadLineError(f"The reference allele “{_short(ref)}” should be made of A, C, G, T. {EXAMPLES}")
    alleles = alt.split(",")
    for allele in alleles:
        if not _ALT.fullmatch(allele):
            raise BadLineError(f"The other allele “{_short(allele)}” should be made of A, C, G, T. {EXAMPLES}")
    if ref.upper() in (allele.upper() for allele in alleles):
        raise BadLineError(f"The reference and the other allele are the same ({_short(ref)}).")
    filled = [*rest, ".", ".", "."][:3]
    return "\t".join([contig, pos, identifier or ".", ref, alt, *filled])


def _position(text: str) -> str:
    """The position without thousands separators."""
    digits = text.replace(",", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10 and 1 <= int(digits) <= MAX_POSITION):
        raise BadLineError(f"“{_short(text)}” is not a position; positions are whole numbers from 1.")
    return str(int(digits))


def _compact(text: str, as_pasted: str = "") -> str:
    """A variant written in one word."""
    if len(text) > MAX_WORD:
        raise BadLineError(f"The line is too long for one variant. {EXAMPLES}")
    if found := _SUBSTITUTION.fullmatch(text):
        contig = found["contig"] or (MITOCHONDRION if found["kind"] != "g" else None)
        if contig is None:
            raise BadLineError("Name the chromosome in front of g., for example: chr1:g.12345A>G.")
        return _record(_mitochondrial_name(contig), found["pos"], ".", found["ref"], found["alt"])
    if found := _MITOMAP.fullmatch(text):
        return _record(MITOCHONDRION, found["pos"], ".", found["ref"], found["alt"])
    if found := _JOINED.fullmatch(text):
        if found["sep"] == ":" and found["contig"].upper().startswith(("NC_", "NG_", "NM_", "NT_")):
            raise BadLineError(f"SPDI counts from 0 and is not read here. {EXAMPLES}")
        return _record(found["contig"], found["pos"], ".", found["ref"], found["alt"])
    raise BadLineError(_why_not(text, as_pasted or text))


def _why_not(text: str, as_pasted: str) -> str:
    if re.fullmatch(r"rs\d+", text, re.IGNORECASE):
        return f"The number {_short(text)} alone does not say where the variant is. {EXAMPLES}"
    if re.search(r"(?:^|:)[cpnr]\.", text):
        return f"Variants of a transcript or protein (c., p., n., r.) are not read here. {EXAMPLES}"
    if re.search(r"(?:^|:)[gm]\..*(?:del|ins|dup|inv|con|\[)", text):
        return "Of this notation only substitutions are read. Write a deletion or insertion as CHROM POS REF ALT."
    return f"“{_short(as_pasted)}” is not a variant that can be read. {EXAMPLES}"


def _mitochondrial_name(contig: str) -> str:
    return MITOCHONDRION if _MITOCHONDRIAL_ACCESSION.fullmatch(contig) else contig


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
