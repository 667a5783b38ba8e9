"""The first bytes of a file: every packing, cut anywhere, and bytes that are no VCF at all."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pysam
import pytest

from pipeline.annotation.build.head import MOST_META_LINES, Head, Place, read_head
from pipeline.annotation.build.sampling import sample_file
from pipeline.annotation.build.unpack import unpacked
from pipeline.errors import InputError
from pipeline.settings import Settings
from tests.pipeline.annotation.build.making import COLUMNS, records, sequence, vcf
from tests.shared_data import shared_data

TEXT = vcf(records(sequence(1), 500), "##reference=GRCh38")


def head_of(data: bytes, *, whole: bool = False) -> Head:
    return read_head(data, whole=whole, most_text=1 << 20, most_records=300)


def bgzipped(folder: Path, text: str) -> bytes:
    path = folder / "x.vcf.gz"
    with pysam.BGZFile(str(path), "wb") as sink:
        sink.write(text.encode())
    return path.read_bytes()


def bcf(folder: Path, text: str) -> bytes:
    (folder / "x.vcf").write_text(text)
    with (
        pysam.VariantFile(str(folder / "x.vcf")) as source,
        pysam.VariantFile(str(folder / "x.bcf"), "wb", header=source.header) as sink,
    ):
        for record in source:
            sink.write(record)
    return (folder / "x.bcf").read_bytes()


def test_a_plain_head_that_is_cut_in_a_line_leaves_that_line_out() -> None:
    cut = TEXT.encode()[:2000]
    head = head_of(cut)
    assert (head.format, head.samples, head.meta[1]) == ("VCF 4.2", 0, "##reference=GRCh38")
    assert len(head.places) == cut.count(b"\n") - 3
    assert head.places[0] == Place("1", 50, sequence(1)[49])


@pytest.mark.parametrize("cut", [40, 400, 1500, 3000, 10**6])
def test_a_gzip_that_is_cut_anywhere_shows_what_unpacks(cut: int, tmp_path: Path) -> None:
    for packed, packing in ((gzip.compress(TEXT.encode()), "gzip"), (bgzipped(tmp_path, TEXT), "bgzip")):
        head = head_of(packed[:cut])
        assert head.packing == packing
        assert len(head.places) <= 300
        if cut > len(packed):
            assert len(head.places) == 300


def test_several_gzip_members_are_one_text() -> None:
    half = TEXT.encode()
    packed = gzip.compress(half[:3000]) + gzip.compress(half[3000:])
    assert len(head_of(packed, whole=True).places) == 300


def test_a_zip_bomb_costs_no_more_than_what_was_asked_for() -> None:
    bomb = gzip.compress(b"##fileformat=VCFv4.2\n" + b"#" * (64 << 20))
    assert len(unpacked(bomb, 1 << 20)) == 1 << 20
    with pytest.raises(InputError):
        read_head(bomb, whole=True, most_text=128 << 20, most_records=1)
    assert head_of(bomb).places == []


def test_a_bcf_gives_the_same_places_as_its_text(tmp_path: Path) -> None:
    text = TEXT.replace(COLUMNS, "##contig=<ID=7,length=9>\n##contig=<ID=1,length=20000>\n" + COLUMNS)
    data = bcf(tmp_path, text)
    head = head_of(data, whole=True)
    assert (head.kind, head.packing) == ("BCF", "bgzip")
    assert head.places == head_of(text.encode()).places
    assert "##reference=GRCh38" in head.meta
    plain = unpacked(data, 1 << 20)
    assert head_of(plain).places == head.places


def test_a_bcf_that_is_cut_or_damaged_ends_quietly(tmp_path: Path) -> None:
    text = TEXT.replace(COLUMNS, "##contig=<ID=1,length=20000>\n" + COLUMNS)
    plain = unpacked(bcf(tmp_path, text), 1 << 20)
    chance = random.Random(3)
    for _ in range(300):
        damaged = bytearray(plain[: chance.randrange(9, len(plain))])
        for _ in range(chance.randrange(4)):
            damaged[chance.randrange(5, len(damaged))] = chance.randrange(256)
        try:
            assert len(head_of(bytes(damaged)).places) <= 300
        except InputError as error:
            assert error.message.endswith(".")


NO_VCF = [
    (b"", "empty_file"),
    (b"\n\n\n", "empty_file"),
    (b"a,b,c\n1,2,3\n", "not_vcf"),
    (b"x" * 100_000, "not_vcf"),
    (b"PK\x03\x04" + bytes(100), "not_vcf"),
    (b"<!doctype html>", "not_vcf"),
    (b">chr1\nACGT\n", "not_vcf"),
    (b"BAM\x01", "not_vcf"),
    (gzip.compress(b"BAM\x01" + bytes(50)), "not_vcf"),
    (b"\xff\xfe#\0#\0", "not_vcf"),
    (b"\x1f\x8b\x08\x04" + bytes(100), "corrupt_gzip"),
    (b"\x1f\x8b", "corrupt_gzip"),
    (b"1\t5\t.\tA\tG\t.\t.\t.\n", "missing_header"),
    (b"##fileformat=VCFv4.2\n", "missing_column_line"),
]


@pytest.mark.parametrize(("data", "code"), NO_VCF)
def test_what_is_no_vcf_is_named_from_its_first_bytes(data: bytes, code: str) -> None:
    with pytest.raises(InputError) as refused:
        head_of(data, whole=True)
    assert refused.value.code == code


def test_bytes_by_chance_end_in_a_head_or_a_sentence() -> None:
    chance = random.Random(9)
    starts = [b"", b"##fileformat=VCFv4.2\n", b"\x1f\x8b\x08\x04", b"BCF\x02\x02", b"#", b"#CHROM\t"]
    for number in range(600):
        data = starts[number % len(starts)] + chance.randbytes(chance.randrange(3000))
        try:
            head_of(data, whole=bool(number % 2))
        except InputError as error:
            assert error.message.endswith(".")


def test_a_header_of_many_megabytes_and_a_huge_first_line_stay_cheap() -> None:
    long_header = "##fileformat=VCFv4.2\n" + "".join(f"##contig=<ID=c{n},length=5>\n" for n in range(60_000))
    head = head_of(long_header.encode()[: 1 << 20])
    assert not head.has_columns
    assert head.places == []
    assert len(head.meta) == MOST_META_LINES
    assert head_of(b"##" + b"x" * (1 << 20)).meta == []


def test_odd_records_are_passed_over() -> None:
    body = "1\tx\t.\tA\tG\n\t\t\n1\t5\n1\t99999999999\t.\tA\tG\n1\t7\t.\tac\tG\t.\t.\t.\n"
    assert head_of(vcf(body).encode(), whole=True).places == [Place("1", 7, "AC")]


@pytest.mark.parametrize("packing", ["plain", "bgzip"])
def test_the_sample_of_a_large_file_is_spread_over_all_of_it(packing: str, tmp_path: Path) -> None:
    padding = "X=" + "".join(random.Random(1).choices("ACGT", k=400))
    body = "".join(f"{1 + n // 5000}\t{1 + n % 5000}\t.\tA\tG\t.\t.\t{padding}\n" for n in range(20_000))
    path = tmp_path / "large.vcf"
    if packing == "plain":
        path.write_text(vcf(body))
    else:
        path.write_bytes(bgzipped(tmp_path, vcf(body)))
    head = sample_file(path, Settings(build_head_bytes=1 << 18, build_sample_records=400))
    assert head.packing == packing
    assert {place.contig for place in head.places} == {"1", "2", "3", "4"}
    assert len(head.places) <= 400
    assert all(place.ref == "A" for place in head.places)


def test_the_files_of_the_original_service_C41() -> None:
    expected = {"gas/test.vcf": ("4.0", 0), "gas/premium_2.vcf": ("4.0", 3), "gas/premium_3.vcf": ("3.3", 91)}
    for name, (version, _samples) in expected.items():
        head = sample_file(shared_data(name), Settings())
        assert head.version == version
        assert head.places
