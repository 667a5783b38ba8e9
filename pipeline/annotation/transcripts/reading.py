"""One transcript as it is read: its spliced sequence, coding sequence, untranslated regions and protein."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.annotation.transcripts.genetic_codes import translate_bases
from pipeline.annotation.transcripts.lazily import lazy
from pipeline.reference.gene_model_tables import START_NOT_FOUND

if TYPE_CHECKING:
    from pipeline.annotation.transcripts.context import ContigContext

HELD_READINGS = 512


@dataclass(frozen=True)
class Reading:
    """Positions `first` and `last` of the coding sequence are 1-based in the spliced transcript."""

    spliced: str
    first: int
    last: int
    pad: int
    code: int
    start_unknown: bool

    @lazy
    def coding(self) -> str:
        """The coding sequence; `N` for bases of its first codon that the transcript lacks."""
        return "N" * self.pad + self.spliced[self.first - 1 : self.last]

    @lazy
    def leader(self) -> str:
        """The 5′ untranslated region."""
        return self.spliced[: self.first - 1]

    @lazy
    def trailer(self) -> str:
        """The 3′ untranslated region."""
        return self.spliced[self.last :]

    @lazy
    def protein(self) -> str:
        """Residues of the whole codons, with `*` for stops."""
        return translate_bases(self.coding, self.code)

    @lazy
    def ends_with_stop(self) -> bool:
        """Whether the coding sequence is complete at its 3′ end."""
        return len(self.coding) % 3 == 0 and self.protein.endswith("*")

    def coding_position(self, spliced: int) -> int | None:
        """1-based position in the coding sequence; None outside it."""
        return spliced - self.first + 1 + self.pad if self.first <= spliced <= self.last else None


class Readings:
    """Readings of the transcripts of a contig; those used lately stay in memory."""

    def __init__(self, context: ContigContext) -> None:
        self._context = context
        self._held: OrderedDict[int, Reading] = OrderedDict()

    def of(self, transcript: int) -> Reading:
        """The reading of a translated transcript."""
        if transcript in self._held:
            self._held.move_to_end(transcript)
            return self._held[transcript]
        context, frame = self._context, self._context.frame
        spliced = context.spliced.of(transcript)
        first, pad = int(frame.first[transcript]), int(frame.pad[transcript])
        code = context.contig.genetic_code
        unknown = pad > 0 or bool(context.own.flags[transcript] & START_NOT_FOUND)
        cut = first == 1 and code == 1 and not spliced.startswith("ATG")
        found = Reading(spliced, first, int(frame.last[transcript]), pad, code, unknown or cut)
        self._held[transcript] = found
        if len(self._held) > HELD_READINGS:
            self._held.popitem(last=False)
        return found
