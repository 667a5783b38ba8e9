"""Which gene regions of bcftools' tests are placed: decided once, by the checks that docs/embedded-bundle.md tells.

The names are those of the folders under `test/csq` (bcftools 1.21); each holds a FASTA whose header gives the region.
"""

from __future__ import annotations

# Lengths in bases of the contigs of GRCh37 (GCA_000001405.1) that hold one of the regions.
CONTIG_LENGTHS: dict[str, int] = {
    "1": 249_250_621,
    "2": 243_199_373,
    "3": 198_022_430,
    "4": 191_154_276,
    "5": 180_915_260,
    "6": 171_115_067,
    "8": 146_364_022,
    "9": 141_213_431,
    "10": 135_534_747,
    "11": 135_006_516,
    "12": 133_851_895,
    "14": 107_349_540,
    "15": 102_531_392,
    "16": 90_354_753,
    "19": 59_128_983,
    "X": 155_270_560,
}

# Regions whose every transcript and exon lies where GENCODE 19 (GRCh37) has it.
PLACED: tuple[str, ...] = (
    "EDUMMY0003",  # a dummy by name only: PCGF3 and four neighbours as Ensembl has them
    "ENSG00000173376",
    "ENST00000218032",
    "ENST00000227471",
    "ENST00000230048",
    "ENST00000256452",
    "ENST00000263103-INS",
    "ENST00000271583",
    "ENST00000294661",
    "ENST00000295641",
    "ENST00000301246",
    "ENST00000303039",
    "ENST00000318249",
    "ENST00000329454",
    "ENST00000341065",
    "ENST00000357367",
    "ENST00000368801",
    "ENST00000373833",
    "ENST00000375992",
    "ENST00000378322",
    "ENST00000381157",
    "ENST00000382647",
    "ENST00000390520",
    "ENST00000409523",
    "ENST00000410009",
    "ENST00000413103",
    "ENST00000420670",
    "ENST00000423372",
    "ENST00000436063",
    "ENST00000448695",
    "ENST00000479739",
    "ENST00000518414-ENST00000521270",
    "ENST00000519442",
    "ENST00000520795",
    "ENST00000520868",
    "ENST00000528237",
    "ENST00000536784",
    "ENST00000542803",
    "ENST00000543077",
    "ENST00000545279",
    "ENST00000557788",
    "ENST00000573314",
    "ENST00000593942",
)
