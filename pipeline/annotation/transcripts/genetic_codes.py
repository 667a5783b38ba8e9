"""NCBI's translation tables, as differences from the standard code, and lookups from codons to amino acids.

https://www.ncbi.nlm.nih.gov/Taxonomy/Utils/wprintgc.cgi
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

BASES = "ACGT"
UNKNOWN = 4  # code of any other letter
AMBIGUOUS_CODON = 64
LONG_BASES = 300  # from here on numpy is faster than a look at each codon
STANDARD = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"  # codons in the order T, C, A, G
DIFFERENCES: dict[int, str] = {
    1: "", 2: "TGAW ATAM AGA* AGG*", 3: "TGAW CTTT CTCT CTAT CTGT ATAM", 4: "TGAW", 5: "TGAW ATAM AGAS AGGS",
    6: "TAAQ TAGQ", 9: "TGAW AAAN AGAS AGGS", 10: "TGAC", 11: "", 12: "CTGS", 13: "TGAW ATAM AGAG AGGG",
    14: "TAAY TGAW AAAN AGAS AGGS", 15: "TAGQ", 16: "TAGL", 21: "TGAW ATAM AAAN AGAS AGGS", 22: "TCA* TAGL",
    23: "TTA*", 24: "TGAW AGAS AGGK", 25: "TGAG", 26: "CTGA", 27: "TAAQ TAGQ TGAW", 28: "TAAQ TAGQ TGAW",
    29: "TAAY TAGY", 30: "TAAE TAGE", 31: "TAAE TAGE TGAW", 32: "TAGW", 33: "TAAY TGAW AGAS AGGK",
}  # fmt: skip
THREE_LETTERS: dict[str, str] = {
    "A": "Ala", "R": "Arg", "N": "Asn", "D": "Asp", "C": "Cys", "Q": "Gln", "E": "Glu", "G": "Gly", "H": "His",
    "I": "Ile", "L": "Leu", "K": "Lys", "M": "Met", "F": "Phe", "P": "Pro", "S": "Ser", "T": "Thr", "W": "Trp",
    "Y": "Tyr", "V": "Val", "U": "Sec", "*": "Ter", "X": "Xaa",
}  # fmt: skip
CODE_OF_BASE = np.full(256, UNKNOWN, np.int8)
for _number, _base in enumerate(BASES):
    CODE_OF_BASE[ord(_base)] = CODE_OF_BASE[ord(_base.lower())] = _number
_CODES = CODE_OF_BASE.tobytes()
COMPLEMENT = str.maketrans("ACGTNacgtn", "TGCANtgcan")


@lru_cache(maxsize=64)
def codon_table(code: int) -> dict[str, str]:
    """Amino acid of each codon, `*` for a stop, of an NCBI table."""
    order = "TCAG"
    codons = [first + second + third for first in order for second in order for third in order]
    table = dict(zip(codons, STANDARD, strict=True))
    return table | {item[:3]: item[3] for item in DIFFERENCES[code].split()}


@lru_cache(maxsize=64)
def amino_acid_codes(code: int) -> npt.NDArray[np.uint8]:
    """ASCII of the amino acid by the number of its codon (16, 4 and 1 times the codes of its bases); X for 64."""
    table = codon_table(code)
    letters = [table[a + b + c] for a in BASES for b in BASES for c in BASES]
    return np.frombuffer("".join([*letters, "X"]).encode(), np.uint8)


def translate_bases(bases: str, code: int) -> str:
    """Amino acids of whole codons; X where a codon holds an unknown base."""
    if len(bases) > LONG_BASES:
        return _translated_at_once(bases, code)
    table = codon_table(code)
    return "".join([table.get(bases[at : at + 3], "X") for at in range(0, len(bases) - len(bases) % 3, 3)])


def _translated_at_once(bases: str, code: int) -> str:
    codes = np.frombuffer(bases.encode().translate(_CODES), np.uint8)
    whole = len(codes) - len(codes) % 3
    codons = 25 * codes[0:whole:3] + 5 * codes[1:whole:3] + codes[2:whole:3]  # at most 124: fits 8 bits
    return codons.tobytes().translate(_amino_acids_with_unknown(code)).decode()


@lru_cache(maxsize=64)
def _amino_acids_with_unknown(code: int) -> bytes:
    """ASCII of the amino acid by 25, 5 and 1 times the codes of its bases; X where one is unknown."""
    table = codon_table(code)
    letters = BASES + "N"
    return "".join([table.get(a + b + c, "X") for a in letters for b in letters for c in letters]).encode().ljust(256)


def three_letters(residues: str) -> str:
    """`RW*` → `ArgTrpTer`."""
    return "".join(THREE_LETTERS.get(residue, "Xaa") for residue in residues)


def reverse_complement(bases: str) -> str:
    """The other strand, read in its own direction."""
    return bases.translate(COMPLEMENT)[::-1]
