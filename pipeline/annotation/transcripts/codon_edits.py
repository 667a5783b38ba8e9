"""What insertions, deletions and replacements in coding sequence do, one by one: VEP's predicates on codon windows.

Rules: ensembl-variation, Utils/VariationEffect.pm and TranscriptVariationAllele.pm (Apache-2.0).
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.annotation.transcripts.genetic_codes import translate_bases
from pipeline.annotation.transcripts.lazily import lazy
from pipeline.annotation.transcripts.reading import Reading
from pipeline.annotation.transcripts.terms import bits


@dataclass(frozen=True)
class CodonEdit:
    """An edit of a transcript: `start` … `end` (1-based in the spliced sequence, `end` = `start` − 1 for an insertion;
    None for an end that no exon holds) become `added`."""

    reading: Reading
    start: int | None
    end: int | None
    added: str
    lengthens: bool
    shortens: bool

    @lazy
    def coding(self) -> tuple[int, int] | None:
        """First and last base in the coding sequence, 1-based with the pad; None where an end lies outside it."""
        reading = self.reading
        if self.start is None or self.end is None:
            return None
        if self.end < self.start:
            inside = reading.first <= self.end and self.start <= reading.last
            ahead = 1 + reading.pad - reading.first
            return (self.start + ahead, self.end + ahead) if inside else None
        begin, finish = reading.coding_position(self.start), reading.coding_position(self.end)
        return None if begin is None or finish is None else (begin, finish)

    @property
    def coding_start(self) -> int | None:
        """First base in the coding sequence, where that end lies in it."""
        return None if self.start is None else self.reading.coding_position(self.start)

    @lazy
    def window(self) -> tuple[str, str] | None:
        """The codons that the edit touches, before and after; None outside the coding sequence."""
        if self.coding is None:
            return None
        start, end = self.coding
        begin = (start + 2) // 3 * 3 - 3
        length = (end + 2) // 3 * 3 - begin
        coding = self.reading.coding
        after = coding[: start - 1] + self.added + coding[end:] + self.reading.trailer
        change = len(self.added) - (end - start + 1)
        return coding[begin : begin + length], after[begin : begin + max(length + change, 0)]

    @lazy
    def peptides(self) -> tuple[str, str] | None:
        """Residues of the window, X for what is left of a codon; None where VEP has none."""
        if self.window is None:
            return None
        return self._residues(self.window[0]), self._residues(self.window[1])

    def _residues(self, codons: str) -> str:
        return translate_bases(codons, self.reading.code) + ("X" if len(codons) % 3 else "")

    @lazy
    def is_partial(self) -> bool:
        """Begins in a last codon of fewer than three bases."""
        if self.coding is None:
            return False
        left = len(self.reading.coding) - ((self.coding[0] + 2) // 3 * 3 - 3)
        return 0 < left < 3

    @lazy
    def shifts_frame(self) -> bool:
        """The number of bases changes by what is no multiple of three."""
        if self.coding is None or self.is_partial:
            return False
        return (len(self.added) - (self.coding[1] - self.coding[0] + 1)) % 3 != 0

    @lazy
    def touches_start(self) -> bool:
        """Overlaps the first codon of a complete coding sequence."""
        first = self.reading.first
        return not self.reading.start_unknown and self._overlaps(first, first + 2)

    @lazy
    def touches_stop(self) -> bool:
        """Overlaps the last codon of a complete coding sequence."""
        last = self.reading.last
        return self.reading.ends_with_stop and self._overlaps(last - 2, last)

    def _overlaps(self, first: int, last: int) -> bool:
        return self.start is not None and self.end is not None and self.end >= first and self.start <= last

    @lazy
    def edited(self) -> str:
        """The spliced transcript afterwards; only where both ends lie in exons."""
        if self.start is None or self.end is None:
            raise ValueError("An end of the edit lies in an intron.")
        return self.reading.spliced[: max(self.start - 1, 0)] + self.added + self.reading.spliced[self.end :]

    @lazy
    def start_altered(self) -> bool:
        """An insertion or deletion leaves another sequence where the coding sequence, counted from its end, was."""
        if not self.touches_start or not (self.lengthens or self.shortens):
            return False
        coding, trailer = self.reading.coding, len(self.reading.trailer)
        whole = self.edited[: len(self.edited) - trailer] if trailer else self.edited
        return len(whole) < len(coding) or whole[len(whole) - len(coding) :] != coding

    @lazy
    def start_codon_gone(self) -> bool:
        """Behind a 5′ UTR the codon at the place of the first one is no longer ATG."""
        leader = len(self.reading.leader)
        return self.touches_start and leader > 0 and self.edited[leader : leader + 3] != "ATG"

    @lazy
    def stop_altered(self) -> bool:
        """An insertion or deletion leaves no stop codon where the last one was."""
        if not self.touches_stop or not (self.lengthens or self.shortens):
            return False
        begin = self.reading.first - 1
        after = self.edited[begin:]
        coding = len(self.reading.coding)
        if len(after) < coding:
            return True
        return translate_bases(after[coding - 3 : coding], self.reading.code) != "*"

    @lazy
    def start_retained(self) -> bool:
        """An insertion or deletion in the first codon after which the coding sequence is as it was."""
        return (self.lengthens or self.shortens) and self.touches_start and not self.start_altered

    @lazy
    def inframe_insertion(self) -> bool:
        """Longer by whole codons, the residues before or behind kept."""
        if not self.lengthens or self.peptides is None or self.shifts_frame or self.start_lost_before_frame:
            return False
        before, after = self.peptides
        if self.start_retained and after.endswith(before):
            return False
        if "*" in after:
            after = after[: after.index("*") + 1]
        return after.startswith(before) or after.endswith(before)

    @lazy
    def inframe_deletion(self) -> bool:
        """Shorter by whole codons, whatever stands in their place."""
        if not self.shortens or self.window is None or self.shifts_frame or self.is_partial:
            return False
        return len(self.window[1]) < len(self.window[0])

    @lazy
    def start_lost_before_frame(self) -> bool:
        """The part of `start_lost` that does not ask whether the edit is in frame."""
        if not self.touches_start:
            return False
        if self.start_codon_gone:
            return True
        if self.peptides is None or not self.peptides[0] or self.coding is None:
            return False
        before, after = self.peptides
        return (self.coding[0] + 2) // 3 == 1 and not after.endswith(before) and not after.startswith(before)

    @lazy
    def start_lost(self) -> bool:
        """The first codon no longer begins the protein."""
        if not self.touches_start:
            return False
        in_frame = self.inframe_deletion or self.inframe_insertion
        return (self.start_altered and not in_frame) or self.start_lost_before_frame

    @lazy
    def stop_retained(self) -> bool:
        """The protein ends where it did."""
        if self.peptides is not None and self.peptides[1]:
            before, after = self.peptides
            if not after.startswith("*"):
                return False
            residues = len(self.reading.protein) - self.reading.ends_with_stop
            if self.coding is not None and (self.coding[0] + 2) // 3 > residues:
                return True
            return before.startswith("*")
        return (self.lengthens or self.shortens) and self.touches_stop and not self.stop_altered

    @lazy
    def stop_gained(self) -> bool:
        """A stop where there was none."""
        if self.peptides is None or self.stop_retained:
            return False
        # VEP reads a replacement that shifts the frame as the shift alone.
        replaces = self.coding is not None and self.coding[1] >= self.coding[0] and bool(self.added)
        return self._stop_moves_ahead or (self._stops() == (False, True) and not (self.shifts_frame and replaces))

    @lazy
    def stop_lost(self) -> bool:
        """The stop is gone."""
        if self.peptides is None:
            return self.stop_altered
        return self._stop_moves_ahead or self._stops() == (True, False)

    def _stops(self) -> tuple[bool, bool]:
        """Whether the window holds a stop before and after; one that comes earlier in as many bases counts as new."""
        before, after = self.peptides or ("", "")
        return "*" in before, "*" in after

    @lazy
    def _stop_moves_ahead(self) -> bool:
        if self.lengthens or self.shortens or self.peptides is None or self._stops() != (True, True):
            return False
        return self.peptides[1].index("*") < self.peptides[0].index("*")

    @lazy
    def protein_altering(self) -> bool:
        """In frame, but neither a plain insertion nor a plain deletion of residues."""
        if self.peptides is None or self.shifts_frame or self.start_lost or self.inframe_deletion:
            return False
        if self.stop_gained or self.stop_lost:
            return False
        before, after = self.peptides
        if len(before) == len(after) or before.startswith("*") or after.startswith("*"):
            return False
        return not (after.startswith(before) or after.endswith(before))

    def terms(self) -> int:
        """The set of terms."""
        found = 0
        named = {
            "start_lost": self.start_lost,
            "stop_gained": self.stop_gained,
            "stop_lost": self.stop_lost,
            "frameshift_variant": self.shifts_frame,
            "inframe_insertion": self.inframe_insertion,
            "inframe_deletion": self.inframe_deletion,
            "protein_altering_variant": self.protein_altering,
            "start_retained_variant": self.start_retained,
            "stop_retained_variant": self.stop_retained,
            "incomplete_terminal_codon_variant": self.is_partial,
            "missense_variant": self._is_missense(),
            "synonymous_variant": self._is_synonymous(),
        }
        for term, holds in named.items():
            if holds:
                found |= bits(term)
        return found | (bits("coding_sequence_variant") if self._is_unknown(named) else 0)

    def _is_missense(self) -> bool:
        if self.lengthens or self.shortens or self.peptides is None or self.is_partial:
            return False
        before, after = self.peptides
        changed = before != after and "X" not in before + after
        return changed and not (self.start_lost or self.stop_lost or self.stop_gained)

    def _is_synonymous(self) -> bool:
        if self.lengthens or self.shortens or self.peptides is None or self.stop_retained:
            return False
        before, after = self.peptides
        return before == after and "X" not in before

    def _is_unknown(self, named: dict[str, bool]) -> bool:
        known = ("frameshift_variant", "inframe_deletion", "protein_altering_variant", "start_retained_variant",
                 "start_lost", "stop_retained_variant", "stop_lost")  # fmt: skip
        if any(named[term] for term in known):
            return False
        return self.peptides is None or not self.peptides[0] + self.peptides[1] or "X" in "".join(self.peptides)
