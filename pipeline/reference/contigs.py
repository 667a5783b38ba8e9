"""The names that files use for a contig: with and without `chr`, the mitochondrial spellings, RefSeq accessions."""

from __future__ import annotations

MITOCHONDRIAL = ("MT", "chrM", "M", "chrMT")
RCRS_MD5 = "c68f52674c9fb33aef52dcf399755519"  # of NC_012920.1, the revised Cambridge Reference Sequence
HUMAN = (*(str(number) for number in range(1, 23)), "X", "Y")
# Lengths in base pairs and versions of NC_000001 … NC_000024, from NCBI's assembly reports of GCF_000001405.25 and .40.
# A sequence gets an accession only where its length is that of the assembly too: no name is given by guesswork.
REFSEQ: dict[str, dict[str, tuple[int, int]]] = {
    "GRCh37": {
        "1": (249250621, 10), "2": (243199373, 11), "3": (198022430, 11), "4": (191154276, 11), "5": (180915260, 9),
        "6": (171115067, 11), "7": (159138663, 13), "8": (146364022, 10), "9": (141213431, 11), "10": (135534747, 10),
        "11": (135006516, 9), "12": (133851895, 11), "13": (115169878, 10), "14": (107349540, 8), "15": (102531392, 9),
        "16": (90354753, 9), "17": (81195210, 10), "18": (78077248, 9), "19": (59128983, 9), "20": (63025520, 10),
        "21": (48129895, 8), "22": (51304566, 10), "X": (155270560, 10), "Y": (59373566, 9),
    },
    "GRCh38": {
        "1": (248956422, 11), "2": (242193529, 12), "3": (198295559, 12), "4": (190214555, 12), "5": (181538259, 10),
        "6": (170805979, 12), "7": (159345973, 14), "8": (145138636, 11), "9": (138394717, 12), "10": (133797422, 11),
        "11": (135086622, 10), "12": (133275309, 12), "13": (114364328, 11), "14": (107043718, 9),
        "15": (101991189, 10), "16": (90338345, 10), "17": (83257441, 11), "18": (80373285, 10), "19": (58617616, 10),
        "20": (64444167, 11), "21": (46709983, 9), "22": (50818468, 11), "X": (156040895, 11), "Y": (57227415, 10),
    },
}  # fmt: skip


def usual_aliases(name: str) -> tuple[str, ...]:
    """Other spellings of `name`; none of them is `name` itself."""
    if name in MITOCHONDRIAL:
        return tuple(alias for alias in MITOCHONDRIAL if alias != name)
    return (name.removeprefix("chr"),) if name.startswith("chr") else (f"chr{name}",)


def refseq_accession(name: str, length: int, m5: str) -> str | None:
    """RefSeq's accession of a human chromosome of GRCh37 or GRCh38, known by name and length in base pairs."""
    if m5 == RCRS_MD5:
        return "NC_012920.1"
    plain = name.removeprefix("chr")
    for chromosomes in REFSEQ.values():
        if chromosomes.get(plain, (0, 0))[0] == length:
            return f"NC_{HUMAN.index(plain) + 1:06d}.{chromosomes[plain][1]}"
    return None


def aliases_of(name: str, length: int, m5: str, taken: set[str]) -> tuple[str, ...]:
    """Names by which files may call this contig; none that is another contig's name (`taken`)."""
    accession = refseq_accession(name, length, m5)
    found = usual_aliases(name) + ((accession,) if accession else ())
    return tuple(dict.fromkeys(alias for alias in found if alias and alias != name and alias not in taken))
