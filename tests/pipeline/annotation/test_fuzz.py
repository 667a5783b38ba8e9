"""C41: whatever bytes come, the cleaning ends well or with a sentence; what it lets through can be annotated."""

from __future__ import annotations

import gzip
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.annotation.annotate import annotate
from pipeline.annotation.prepare.survey import survey
from pipeline.errors import InputError
from pipeline.reference.bundle import load_bundle
from pipeline.settings import get_settings

HEADER = b"""##fileformat=VCFv4.2
##contig=<ID=MT,length=16569>
##FILTER=<ID=q10,Description="low">
##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth">
##INFO=<ID=AF,Number=A,Type=Float,Description="Frequency">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Quality">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB
"""
RECORDS = [
    b"MT\t73\t.\tA\tG\t50\tPASS\tDP=3;AF=0.5\tGT:GQ\t0/1:9\t1|1:7\n",
    b"MT\t3308\trs1\tT\tC,G\t.\tq10\tDP=3;AF=0.5,0.1\tGT\t0/1\t./.\n",
    b"MT\t8270\t.\tCACCCCCTCT\tC\t5.5\t.\t.\tGT\t1\t0\n",
    b"chr1\t10\t.\tA\t<DEL>,*\t.\tPASS\tSVTYPE=DEL\tGT\t0/2\t1/1\n",
]
# What programs and people get wrong in a field of a VCF.
FIELDS = st.one_of(
    st.sampled_from(
        [b"", b".", b"-1", b"0", b"1e9", b"nan", b"A,C", b"<X>", b"N[1:5[", b"*", b";;", b"=", b"DP", b"AF=,", b"%3B",
         b"GT:GT", b"0/1/2", b"9|9", b"\xff", b"\xc3\xa9", b"acgt", b"R", b"2147483647", b"99999999999999999999", b" ",
         b"\"", b"#", b"<", b">", b"GQ=2.99", b"END=1", b"BCSQ=x", b"ANN_IMPACT=y"]
    ),
    st.binary(max_size=6).filter(lambda text: b"\n" not in text),
)  # fmt: skip


@st.composite
def broken_files(draw: st.DrawFn) -> bytes:
    """A file of real lines with some fields replaced, lines shuffled, cut off or doubled, bytes changed."""
    lines = [draw(st.sampled_from(RECORDS)) for _ in range(draw(st.integers(0, 5)))]
    for index in range(len(lines)):
        if draw(st.booleans()):
            columns = lines[index].rstrip(b"\n").split(b"\t")
            columns[draw(st.integers(0, len(columns) - 1))] = draw(FIELDS)
            lines[index] = b"\t".join(columns) + b"\n"
    header = HEADER.splitlines(keepends=True)
    if draw(st.booleans()):
        header[draw(st.integers(0, len(header) - 1))] = draw(FIELDS) + b"\n"
    content = b"".join([*header, *lines])
    if draw(st.booleans()):
        at = draw(st.integers(0, len(content)))
        content = content[:at] + draw(st.binary(max_size=4)) + content[at + draw(st.integers(0, 8)) :]
    if draw(st.booleans()):
        content = content.replace(b"\n", draw(st.sampled_from([b"\r\n", b"\r", b"\n\n"])))
    return gzip.compress(content, 1) if draw(st.integers(0, 4)) == 0 else content


@settings(deadline=timedelta(seconds=10), max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(broken_files() | st.binary(max_size=400))
def test_the_cleaning_ends_well_or_with_a_sentence_C41(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.vcf"
        path.write_bytes(content)
        try:
            found = survey(path, get_settings(), lambda read, records: None)
        except InputError as error:
            assert error.message.endswith(".")
        else:
            assert found.records == sum(found.contigs.values())


@settings(deadline=timedelta(seconds=10), max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(broken_files())
def test_what_the_cleaning_lets_through_is_annotated_and_adds_up_C41(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "x.vcf", Path(folder) / "out"
        out.mkdir()
        path.write_bytes(content)
        try:
            counts = annotate(path, "x.vcf", load_bundle("rcrs"), out, Path(folder)).counts
        except InputError as error:
            assert error.message.endswith(".")
            assert list(out.iterdir()) == []
        else:
            assert counts["read"] == counts["annotated"] + sum(counts["skipped"].values())


def test_a_header_of_a_gigabyte_stops_at_a_named_limit_C41(tmp_path: Path) -> None:
    """Sent as gzip members of stretches that do not compress too well, so that the header's own limit is what stops."""
    path = tmp_path / "x.vcf.gz"
    stretch = gzip.compress(b"".join(b"##comment%d=%d\n" % (number, number * 7919) for number in range(60_000)), 1)
    with path.open("wb") as out:
        out.write(gzip.compress(b"##fileformat=VCFv4.2\n"))
        for _ in range(650):
            out.write(stretch)
    with pytest.raises(InputError, match="max_header_bytes"):
        survey(path, get_settings(), lambda read, records: None)
