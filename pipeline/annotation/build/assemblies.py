"""The assemblies that files are made with: lengths of their chromosomes, RefSeq accessions, and what they are called.

Lengths and accessions are those of NCBI's assembly reports (https://www.ncbi.nlm.nih.gov/datasets/genome/).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

HUMAN = (*map(str, range(1, 23)), "X", "Y")
MOUSE = (*map(str, range(1, 20)), "X", "Y")
MITOCHONDRIAL = "MT"
# The revised Cambridge Reference Sequence, and the older Yoruba sequence that UCSC calls chrM in hg19 and hg18.
RCRS_LENGTH, RCRS_ACCESSION, RCRS_M5 = 16_569, "NC_012920.1", "c68f52674c9fb33aef52dcf399755519"
YORUBA_LENGTH, YORUBA_ACCESSION = 16_571, "NC_001807"


@dataclass(frozen=True)
class Assembly:
    """An assembly. `lengths` are in base pairs, by chromosome without `chr`; `words` find its names in a header."""

    id: str
    title: str
    lengths: dict[str, int]
    words: str
    m5: tuple[str, ...] = ()


def _lengths(names: tuple[str, ...], text: str) -> dict[str, int]:
    return dict(zip(names, map(int, text.split()), strict=True))


ASSEMBLIES: dict[str, Assembly] = {
    item.id: item
    for item in (
        Assembly(
            "GRCh38",
            "GRCh38 (hg38)",
            _lengths(
                HUMAN,
                "248956422 242193529 198295559 190214555 181538259 170805979 159345973 145138636 138394717 133797422 "
                "135086622 133275309 114364328 107043718 101991189 90338345 83257441 80373285 58617616 64444167 "
                "46709983 50818468 156040895 57227415",
            ),
            r"(?:homo_sapiens_)?assembly38|grch38(?:[._]?p\d+|dh)?|hg38|hs38(?:dh|d1)?|b38|ncbi38|build[ _]?38"
            r"|gca_000001405\.(?:1[5-9]|2\d)|gcf_000001405\.(?:2[6-9]|[34]\d)",
            (
                "6aef897c3d6ff0c78aff06ac189178dd",
                "f98db672eb0993dcfdabafe2a882905c",
                "76635a41ea913a405ded820447d067b0",
                "ce3e31103314a704255f3cd90369ecce",
            ),
        ),
        Assembly(
            "GRCh37",
            "GRCh37 (hg19)",
            _lengths(
                HUMAN,
                "249250621 243199373 198022430 191154276 180915260 171115067 159138663 146364022 141213431 135534747 "
                "135006516 133851895 115169878 107349540 102531392 90354753 81195210 78077248 59128983 63025520 "
                "48129895 51304566 155270560 59373566",
            ),
            r"(?:homo_sapiens_)?assembly19|grch37(?:[._]?p\d+)?|hg19|hs37(?:d5)?|(?:human_)?g1k_v37(?:_decoy)?"
            r"|b37|ncbi[_]?37|build[ _]?37|gca_000001405\.(?:[1-9]|1[0-4])|gcf_000001405\.(?:1[3-9]|2[0-5])",
            (
                "1b22b98cdeb4a9304cb5d48026a85128",
                "a0d9851da00400dec1098a9255ac712e",
                "fdfd811849cc2fadebc929bb925902e5",
                "23dccd106897542ad87d2765d28a19a1",
            ),
        ),
        Assembly(
            "NCBI36",
            "NCBI36 (hg18)",
            _lengths(
                HUMAN,
                "247249719 242951149 199501827 191273063 180857866 170899992 158821424 146274826 140273252 135374737 "
                "134452384 132349534 114142980 106368585 100338915 88827254 78774742 76117153 63811651 62435964 "
                "46944323 49691432 154913754 57772954",
            ),
            r"ncbi[_]?36|human_b36(?:_both|_male|_female)?|hg18|b36|build[ _]?36|(?:homo_sapiens_)?assembly18"
            r"|gcf_000001405\.12",
        ),
        Assembly(
            "T2T-CHM13",
            "T2T-CHM13v2.0 (hs1)",
            _lengths(
                HUMAN,
                "248387328 242696752 201105948 193574945 182045439 172126628 160567428 146259331 150617247 134758134 "
                "135127769 133324548 113566686 101161492 99753195 96330374 84276897 80542538 61707364 66210255 "
                "45090682 51324926 154259566 62460029",
            ),
            r"(?:t2t[-_.]?)?chm13(?:[-_.]?v?\d(?:\.\d)?)?|t2t|hs1|gc[af]_009914755\.\d+",
            ("e469247288ceb332aee524caec92bb22",),
        ),
        Assembly(
            "GRCm39",
            "GRCm39 (mm39, mouse)",
            _lengths(
                MOUSE,
                "195154279 181755017 159745316 156860686 151758149 149588044 144995196 130127694 124359700 130530862 "
                "121973369 120092757 120883175 125139656 104073951 98008968 95294699 90720763 61420004 169476592 "
                "91455967",
            ),
            r"grcm39(?:[._]?p\d+)?|mm39",
        ),
        Assembly(
            "GRCm38",
            "GRCm38 (mm10, mouse)",
            _lengths(
                MOUSE,
                "195471971 182113224 160039680 156508116 151834684 149736546 145441459 129401213 124595110 130694993 "
                "122082543 120129022 120421639 124902244 104043685 98207768 94987271 90702639 61431566 171031299 "
                "91744698",
            ),
            r"grcm38(?:[._]?p\d+)?|mm10",
        ),
    )
}
RCRS = Assembly("rCRS", "rCRS (human mitochondrial genome)", {}, r"rcrs|nc_012920(?:\.1)?", (RCRS_M5,))
NAMED = (*ASSEMBLIES.values(), RCRS)

# Version of each chromosome's accession NC_0000NN in GRCh37; GRCh38 has the next one, NCBI36 the one before.
_GRCH37_VERSIONS = (10, 11, 11, 11, 9, 11, 13, 10, 11, 10, 9, 11, 10, 8, 9, 9, 10, 9, 9, 10, 8, 10, 10, 9)
_WORDS = re.compile(
    r"(?<![a-z0-9])(?:" + "|".join(f"(?P<a{at}>{item.words})" for at, item in enumerate(NAMED)) + r")(?![a-z0-9])",
    re.IGNORECASE,
)


@lru_cache(maxsize=1)
def accessions() -> dict[str, tuple[str, str]]:
    """RefSeq accession with its version → (assembly, chromosome): the version decides the build."""
    found: dict[str, tuple[str, str]] = {}
    for number, (name, version) in enumerate(zip(HUMAN, _GRCH37_VERSIONS, strict=True), start=1):
        for assembly, step in (("NCBI36", -1), ("GRCh37", 0), ("GRCh38", 1)):
            found[f"NC_{number:06d}.{version + step}"] = (assembly, name)
        found[f"NC_0609{number + 24:02d}.1"] = ("T2T-CHM13", name)
    return found


@lru_cache(maxsize=1)
def by_length() -> dict[tuple[str, int], str]:
    """(Chromosome, length in base pairs) → assembly; no two assemblies of the table share one."""
    return {(name, length): item.id for item in ASSEMBLIES.values() for name, length in item.lengths.items()}


@lru_cache(maxsize=1)
def by_m5() -> dict[str, str]:
    """MD5 of a chromosome's sequence → assembly."""
    return {m5: item.id for item in NAMED for m5 in item.m5}


def names_in(text: str) -> list[tuple[str, str]]:
    """Pairs (word as written, assembly) for every name of an assembly in a text."""
    return [(match.group(), NAMED[int((match.lastgroup or "a0")[1:])].id) for match in _WORDS.finditer(text)]


def title_of(assembly: str) -> str:
    """What people call the assembly: `GRCh37 (hg19)`."""
    return next((item.title for item in NAMED if item.id == assembly), assembly)
