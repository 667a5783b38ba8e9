"""What bcftools csq says of contigs that vepyr must not have is written in the form of CSQ."""

from __future__ import annotations

import pyarrow as pa
import pytest

from pipeline.annotation.engines.vep_fields import FIELDS
from pipeline.annotation.engines.vep_from_csq import allele, converted
from pipeline.annotation.engines.vep_parse import parse_csq

LINES = (
    b"MT\t8993\tT\tG\t7\tmissense|MT-ATP6|ENST00000361899|protein_coding|+|156L>156R|8993T>G\n",
    b"MT\t16400\tC\tT\t8\t.\n",
    b"MT\t8366\tT\tTA\t9\tframeshift|MT-CO2|T1|protein_coding|+|1M>1M|8366T>TA,@8366\n",
)


def test_entries_have_the_fields_of_csq_and_lines_their_order() -> None:
    lines = [line.split(b"\t") for line in converted(list(LINES)).splitlines()]
    assert [line[:5] for line in lines] == [line.rstrip().split(b"\t")[:5] for line in LINES]
    assert lines[1][5] == b"."
    entry = dict(zip(FIELDS, lines[0][5].decode().split("|"), strict=True))
    assert {name: value for name, value in entry.items() if value} == {
        "Allele": "G",
        "Consequence": "missense_variant",
        "IMPACT": "MODERATE",
        "SYMBOL": "MT-ATP6",
        "Feature_type": "Transcript",
        "Feature": "ENST00000361899",
        "BIOTYPE": "protein_coding",
        "Protein_position": "156",
        "Amino_acids": "L/R",
        "STRAND": "1",
        "FLAGS": "by_bcftools_csq",
    }


def test_what_was_written_is_read_again_as_csq_said_it() -> None:
    texts = [line.rsplit(b"\t", 1)[1].decode() for line in converted(list(LINES)).splitlines()]
    rows = parse_csq(pa.array([None if text == "." else text for text in texts])).to_pylist()
    assert [(row["row"], row["gene"], row["strand"], row["amino_acids"]) for row in rows] == [
        (0, "MT-ATP6", "+", "L/R"),
        (2, "MT-CO2", "+", "M"),
    ]
    assert {row["vep_flags"] for row in rows} == {"by_bcftools_csq"}


@pytest.mark.parametrize(
    ("ref", "alt", "shown"),
    [("T", "G", "G"), ("T", "TA", "A"), ("TA", "T", "-"), ("TA", "GC", "GC"), ("TAC", "GC", "GC")],
)
def test_alleles_as_vep_writes_them(ref: str, alt: str, shown: str) -> None:
    assert allele(ref, alt) == shown
