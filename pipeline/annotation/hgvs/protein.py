"""HGVS of the protein for insertions, deletions and replacements (HGVS 21.0, recommendations/protein).

Residues are compared where the edit touches codons; what remains after trimming decides the kind of description.
"""

from __future__ import annotations

from pipeline.annotation.transcripts.genetic_codes import three_letters, translate_bases
from pipeline.annotation.transcripts.reading import Reading

TOLD_RESIDUES = 20  # of a new end behind a lost stop; the HGVS has no short form for a longer one


def describe_edit(reading: Reading, start: int, end: int, added: str, *, start_lost: bool) -> str | None:
    """The description behind `p.`; None where the protein cannot be told.

    `start` … `end` are 1-based in the coding sequence with its pad (`end` = `start` − 1 for an insertion).
    """
    if start_lost:
        return f"{three_letters(reading.protein[:1])}1?"
    coding = reading.coding
    after = coding[: start - 1] + added + coding[end:] + reading.trailer
    first = (start - 1) // 3
    if first >= len(reading.protein):
        return None
    change = len(added) - (end - start + 1)
    if change % 3:
        return _frameshift(reading, after, first)
    past = (end + 2) // 3
    before = reading.protein[first:past]
    behind = translate_bases(after[3 * first : 3 * past + change], reading.code)
    return _in_frame(reading, first, before, behind, after)


def _frameshift(reading: Reading, after: str, first: int) -> str | None:
    residues = _until_stop(after, first, reading.code)
    for at, residue in enumerate(residues):
        place = first + at
        if place >= len(reading.protein):
            return None
        before = reading.protein[place]
        if before == residue == "*":
            return f"Ter{place + 1}="
        if before != residue:
            return None if "X" in before + residues[at] else _shifted(before, residues[at:], place)
    return None


def _shifted(before: str, residues: str, place: int) -> str:
    named = f"{three_letters(before)}{place + 1}"
    if residues[0] == "*":
        return f"{named}Ter"
    count = str(len(residues) - (before == "*")) if residues.endswith("*") else "?"
    # A frameshift that changes nothing before the stop codon makes the protein longer: an extension, not a frameshift.
    return f"{named}{three_letters(residues[0])}{'ext' if before == '*' else 'fs'}Ter{count}"


def _until_stop(bases: str, first: int, code: int) -> str:
    """Residues from codon `first` (from 0) to the first stop, which is included; in growing steps."""
    residues = ""
    at, step = 3 * first, 96
    while at + 3 <= len(bases):
        residues += translate_bases(bases[at : at + step], code)
        stop = residues.find("*")
        if stop >= 0:
            return residues[: stop + 1]
        at += step
        step *= 2
    return residues


def _in_frame(reading: Reading, first: int, before: str, behind: str, after: str) -> str | None:
    if before == behind:
        return None if "X" in before or not before else f"{three_letters(before)}{first + 1}="
    place = first
    while before and behind and before[0] == behind[0]:
        if before[0] == "*":
            return f"Ter{place + 1}="
        before, behind, place = before[1:], behind[1:], place + 1
    while before and behind and before[-1] == behind[-1]:
        before, behind = before[:-1], behind[:-1]
    if "X" in before + behind:
        return None
    if "*" in behind:
        return _early_stop(reading.protein, place, before, behind[: behind.index("*") + 1])
    if "*" in before:
        return _lost_stop(reading, place, after)
    if not behind:
        return _deletion(reading.protein, place, len(before))
    if not before:
        return _insertion(reading.protein, place, behind)
    return _replacement(before, behind, place)


def _early_stop(protein: str, place: int, before: str, behind: str) -> str | None:
    """A stop right away is a nonsense substitution however it came about; behind new residues it ends them."""
    if place >= len(protein) or "X" in protein[max(place - 1, 0) : place + 1]:
        return None
    if behind == "*":
        return f"{three_letters(protein[place])}{place + 1}Ter"
    if not before:
        return f"{_range(protein, place - 1, 2)}ins{three_letters(behind)}" if place else None
    return _replacement(before, behind, place)


def _lost_stop(reading: Reading, place: int, after: str) -> str | None:
    """The edit takes the stop codon: an extension where nothing changes before it, with the number of residues up to
    the next stop; else what the new end of the protein replaces."""
    before, behind = reading.protein[place:], _until_stop(after, place, reading.code)
    while before and behind and before[0] == behind[0]:
        before, behind, place = before[1:], behind[1:], place + 1
    if not before or not behind:
        return None
    if before == "*":
        count = str(len(behind) - 1) if behind.endswith("*") else "?"
        return f"Ter{place + 1}{three_letters(behind[0])}extTer{count}"
    if not behind.endswith("*"):
        return None
    while before and behind and before[-1] == behind[-1]:
        before, behind = before[:-1], behind[:-1]
    if len(behind) > TOLD_RESIDUES:
        return None
    if not before:
        return _insertion(reading.protein, place, behind)
    if not behind:
        return _deletion(reading.protein, place, len(before))
    return _replacement(before, behind, place)


def _deletion(protein: str, place: int, length: int) -> str:
    while place + length < len(protein) and protein[place] == protein[place + length]:
        place += 1
    return f"{_range(protein, place, length)}del"


def _insertion(protein: str, place: int, added: str) -> str | None:
    while place < len(protein) and added[0] == protein[place]:
        added, place = added[1:] + added[0], place + 1
    if protein[place - len(added) : place] == added and place >= len(added):
        return f"{_range(protein, place - len(added), len(added))}dup"
    if not 0 < place < len(protein) or "X" in protein[place - 1 : place + 1]:
        return None
    return f"{_range(protein, place - 1, 2)}ins{three_letters(added)}"


def _replacement(before: str, added: str, place: int) -> str:
    named = f"{three_letters(before[0])}{place + 1}"
    if len(before) == len(added) == 1:
        return f"{named}{three_letters(added[0])}"
    if len(before) > 1:
        named += f"_{three_letters(before[-1])}{place + len(before)}"
    return f"{named}delins{three_letters(added)}"


def _range(protein: str, place: int, length: int) -> str:
    first = f"{three_letters(protein[place])}{place + 1}"
    if length == 1:
        return first
    return f"{first}_{three_letters(protein[place + length - 1])}{place + length}"
