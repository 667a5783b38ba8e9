"""Makes files as they are found in the world: odd ones that are read right, broken ones that get a sentence.

Each case says what must come of it: counts (and changes made), or an error code and a line.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pysam

HEADER = "##fileformat=VCFv4.2\n##contig=<ID=MT,length=16569>\n"
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
SITES = "MT\t73\t.\tA\tG\t.\t.\t.\nMT\t3308\t.\tT\tC\t.\t.\t.\nMT\t3460\trs199476118\tG\tA\t50\tPASS\t.\n"
PLAIN = HEADER + COLUMNS + SITES
SAMPLES = (
    HEADER
    + '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
    + COLUMNS.rstrip("\n")
    + "\tFORMAT\tA\tB\n"
    + "MT\t73\t.\tA\tG\t.\t.\t.\tGT\t0/1\t1|1\n"
)


@dataclass(frozen=True)
class Odd:
    """One file: how it is written, and what must come of it."""

    name: str
    write: Callable[[Path], None]
    read: int | None = None
    annotated: int | None = None
    skipped: dict[str, int] = field(default_factory=dict)
    changes: tuple[str, ...] = ()
    error: str = ""
    line: int | None = None
    settings: dict[str, str] = field(default_factory=dict)


def text(content: str, encoding: str = "utf-8") -> Callable[[Path], None]:
    """A writer of text."""
    return lambda path: path.write_bytes(content.encode(encoding)) and None


def data(content: bytes) -> Callable[[Path], None]:
    """A writer of bytes."""
    return lambda path: path.write_bytes(content) and None


def _bgzip(path: Path) -> None:
    with pysam.BGZFile(str(path), "wb") as out:
        out.write(PLAIN.encode())


def _bcf(path: Path) -> None:
    plain = path.with_name(f"{path.name}.plain.vcf")
    plain.write_text(PLAIN)
    with pysam.VariantFile(str(plain)) as source, pysam.VariantFile(str(path), "wb", header=source.header) as out:
        for record in source:
            out.write(record)
    plain.unlink()


def _long_line(path: Path) -> None:
    with path.open("w") as out:
        out.write(HEADER + COLUMNS + SITES + "MT\t4000\t.\tA\tG\t.\t.\tX=")
        for _ in range(100):
            out.write("A" * 1_000_000)
        out.write("\n")


def _bomb(path: Path) -> None:
    squeeze = zlib.compressobj(9, wbits=31)
    with path.open("wb") as out:
        out.write(squeeze.compress((HEADER + COLUMNS).encode()))
        line = b"MT\t73\t.\tA\tG\t.\t.\t" + b"X" * 900_000 + b"\n"
        for _ in range(120):
            out.write(squeeze.compress(line))
        out.write(squeeze.flush())


def rows(*lines: str, header: str = HEADER) -> Callable[[Path], None]:
    """A file with these records, columns separated by blanks for readability."""
    return text(header + COLUMNS + "".join("\t".join(line.split(" ")) + "\n" for line in lines))


ACCEPTED = (
    Odd("plain", text(PLAIN), 3, 3),
    Odd("header_only", text(HEADER + COLUMNS), 0, 0),
    Odd("header_only_without_newline", text((HEADER + COLUMNS).rstrip("\n")), 0, 0),
    Odd("no_newline_at_end", text(PLAIN.rstrip("\n")), 3, 3),
    Odd("crlf", text(PLAIN.replace("\n", "\r\n")), 3, 3, changes=("carriage_returns",)),
    Odd("old_mac_line_ends", text(PLAIN.replace("\n", "\r")), 3, 3, changes=("carriage_returns",)),
    Odd("byte_order_mark", text("\ufeff" + PLAIN), 3, 3, changes=("byte_order_mark",)),
    Odd("byte_order_mark_crlf_gzip", data(gzip.compress(("\ufeff" + PLAIN.replace("\n", "\r\n")).encode())), 3, 3),
    Odd("gzip", data(gzip.compress(PLAIN.encode())), 3, 3),
    Odd("gzip_named_vcf", data(gzip.compress(PLAIN.encode())), 3, 3),
    Odd("gzip_members", data(b"".join(gzip.compress(line.encode()) for line in PLAIN.splitlines(True))), 3, 3),
    Odd("gzip_then_zero_padding", data(gzip.compress(PLAIN.encode()) + b"\0" * 512), 3, 3),
    Odd("bgzip", _bgzip, 3, 3),
    Odd("bcf", _bcf, 3, 3),
    Odd("no_contig_lines", text("##fileformat=VCFv4.1\n" + COLUMNS + SITES), 3, 3, changes=("contig_declared",)),
    Odd("no_fileformat", text(COLUMNS + SITES), 3, 3, changes=("fileformat_added",)),
    Odd("version_4_5", text(PLAIN.replace("v4.2", "v4.5")), 3, 3),
    Odd("version_unknown", text(PLAIN.replace("v4.2", "v9.9")), 3, 3, changes=("fileformat_rewritten",)),
    Odd("ucsc_name", text(PLAIN.replace("MT", "chrM")), 3, 3),
    Odd("short_name", text(PLAIN.replace("MT", "M")), 3, 3),
    Odd("refseq_name", text(PLAIN.replace("MT", "NC_012920.1")), 3, 3),
    Odd(
        "hg19_chrm_is_another_sequence",
        text(PLAIN.replace("MT", "chrM").replace("16569", "16571")),
        3,
        0,
        {"unknown_contig": 3},
    ),
    Odd("contig_length_in_foreign_digits", text(PLAIN.replace("length=16569", "length=²16569")), 3, 3),
    Odd("contig_length_without_end", text(PLAIN.replace("length=16569", "length=" + "9" * 5000)), 3, 3),
    Odd("samples", text(SAMPLES), 1, 1),
    Odd("two_samples_of_one_name", text(SAMPLES.replace("\tA\tB\n", "\tA\tA\n")), 1, 1, changes=("sample_renamed",)),
    Odd(
        "trailing_tab_on_column_line",
        text(SAMPLES.replace("\tA\tB\n", "\tA\tB\t\n")),
        1,
        1,
        changes=("trailing_blanks",),
    ),
    Odd("trailing_tabs_on_records", text(SAMPLES.replace("1|1\n", "1|1\t\n")), 1, 1, changes=("trailing_blanks",)),
    Odd("trailing_blanks_on_records", text(SAMPLES.replace("1|1\n", "1|1  \n")), 1, 1, changes=("trailing_blanks",)),
    Odd(
        "trailing_blanks_without_samples",
        text(PLAIN.replace("PASS\t.\n", "PASS\t.  \n")),
        3,
        3,
        changes=("info_separators",),
    ),
    Odd("blank_lines", text(PLAIN.replace("MT\t3308", "\n\nMT\t3308") + "\n\n"), 3, 3, changes=("blank_line_dropped",)),
    Odd(
        "comment_between_records",
        text(PLAIN.replace("MT\t3308", "# mine\nMT\t3308")),
        3,
        3,
        changes=("comment_line_dropped",),
    ),
    Odd(
        "column_line_with_spaces",
        text(HEADER + COLUMNS.replace("\t", "  ") + SITES),
        3,
        3,
        changes=("column_line_spaces",),
    ),
    Odd(
        "format_without_samples",
        text(HEADER + COLUMNS.rstrip() + "\tFORMAT\n" + SITES.replace("\t.\n", "\t.\tGT\n")),
        3,
        3,
    ),
    Odd("quality_minus_one", rows("MT 73 . A G -1 . ."), 1, 1, changes=("quality_minus_one",)),
    Odd("quality_text", rows("MT 73 . A G high . ."), 1, 1, changes=("quality_not_a_number",)),
    Odd("quality_nan_and_inf", rows("MT 73 . A G nan . .", "MT 73 . A C inf . ."), 2, 2),
    Odd("filter_zero", rows("MT 73 . A G 9 0 ."), 1, 1, changes=("filter_zero",)),
    Odd("filter_undeclared", rows("MT 73 . A G 9 q10;s50 ."), 1, 1, changes=("filter_declared",)),
    Odd("filter_with_commas", rows("MT 73 . A G 9 q10,s50 ."), 1, 1, changes=("filter_rewritten", "filter_declared")),
    Odd("info_undeclared", rows("MT 73 . A G 9 . AC=1;FLAG;TEXT=a,b;DP=7"), 1, 1, changes=("info_declared",)),
    Odd("info_bare_and_valued", rows("MT 73 . A G 9 . X", "MT 73 . A G 9 . X=2"), 2, 2, changes=("info_declared",)),
    Odd("info_stray_semicolons", rows("MT 73 . A G 9 . ;AC=1;;AN=2;"), 1, 1, changes=("info_separators",)),
    Odd("info_empty", text(HEADER + COLUMNS + "MT\t73\t.\tA\tG\t.\t.\t\n"), 1, 1, changes=("empty_column",)),
    Odd(
        "info_wrongly_typed",
        rows(
            "MT 73 . A G 9 . N=abc;F=x",
            header=HEADER
            + '##INFO=<ID=N,Number=1,Type=Integer,Description="n">\n'
            + '##INFO=<ID=F,Number=1,Type=Float,Description="f">\n',
        ),
        1,
        1,
    ),
    Odd(
        "info_reserved_wrongly_typed",
        rows("MT 73 . A G 9 . DP=3.5", header=HEADER + '##INFO=<ID=DP,Number=1,Type=Float,Description="d">\n'),
        1,
        1,
        changes=("reserved_key_rewritten",),
    ),
    Odd(
        "info_number_too_large",
        rows("MT 73 . A G 9 . N=99999999999", header=HEADER + '##INFO=<ID=N,Number=1,Type=Integer,Description="n">\n'),
        1,
        1,
        changes=("field_declared_text",),
    ),
    Odd(
        "format_undeclared",
        text(SAMPLES.replace("\tGT\t0/1\t1|1", "\tGT:XX:DP\t0/1:a:3\t1|1:b:4")),
        1,
        1,
        changes=("format_declared",),
    ),
    Odd(
        "format_values_contradict_type",
        text(
            SAMPLES.replace("##FORMAT", '##FORMAT=<ID=ZZ,Number=1,Type=Integer,Description="z">\n##FORMAT', 1).replace(
                "\tGT\t0/1\t1|1", "\tGT:ZZ\t0/1:many\t1|1:2"
            )
        ),
        1,
        1,
        changes=("field_declared_text",),
    ),
    Odd(
        "format_not_first_gt",
        text(
            SAMPLES.replace("\tGT\t0/1\t1|1", "\tDP:GT\t5:0/1\t6:1|1").replace(
                "##FORMAT", '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="d">\n##FORMAT', 1
            )
        ),
        1,
        1,
    ),
    Odd(
        "broken_meta_lines",
        text(
            HEADER
            + '##INFO=<ID=AC,Number=1,Type=Integer,Description="open\n'
            + "##INFO=AN\n##INFO=<Number=1>\n##just words\n##x=<a=b>\n##FORMAT=<…>\n"
            + COLUMNS
            + SITES.replace("\t.\n", "\tAC=1\n")
        ),
        3,
        3,
        changes=("meta_line_rewritten", "meta_line_dropped"),
    ),
    Odd(
        "doubled_meta_lines",
        text(PLAIN.replace("##contig=<ID=MT,length=16569>\n", "##contig=<ID=MT,length=16569>\n" * 2)),
        3,
        3,
        changes=("duplicate_meta_line",),
    ),
    Odd("latin_1_header", text(HEADER + "##source=Zürich\n" + COLUMNS + SITES, "latin-1"), 3, 3),
    Odd("latin_1_record", text(PLAIN.replace("rs199476118", "Zürich"), "latin-1"), 3, 3, changes=("text_not_utf8",)),
    Odd("lower_case", rows("MT 73 . a g . . ."), 1, 1),
    Odd("reference_mismatch", rows("MT 73 . C G . . .", "MT 3308 . T C . . ."), 2, 1, {"reference_mismatch": 1}),
    Odd("reference_unknown", rows("MT 3107 . C T . . ."), 1, 0, {"reference_unknown": 1}),
    Odd("iupac_reference", rows("MT 73 . R G . . ."), 1, 0, {"ambiguous_base": 1}),
    Odd("iupac_alternate", rows("MT 73 . A R . . ."), 1, 0, {"ambiguous_base": 1}),
    Odd("spanning_deletion", rows("MT 73 . A * . . .", "MT 73 . A G,* . . ."), 2, 1, {"spanning_deletion": 1}),
    Odd(
        "symbolic",
        rows("MT 73 . A <DEL> . . SVTYPE=DEL;END=80", "MT 80 . A <INS> . . .", "MT 81 . A <*> . . ."),
        3,
        0,
        {"symbolic_allele": 3},
    ),
    Odd(
        "breakends",
        rows("MT 73 . A A]1:99] . . SVTYPE=BND", "MT 74 . T .T . . .", "MT 75 . G [MT:9[G . . ."),
        3,
        0,
        {"breakend": 3},
    ),
    Odd("no_alternate", rows("MT 73 . A . . . ."), 1, 0, {"no_alternate_allele": 1}),
    Odd("alternate_equals_reference", rows("MT 73 . A A . . ."), 1, 0, {"same_as_reference": 1}),
    Odd("nonsense_allele", rows("MT 73 . A del3 . . ."), 1, 0, {"invalid_allele": 1}),
    Odd("beyond_the_end", rows("MT 20000 . A G . . ."), 1, 0, {"beyond_contig_end": 1}),
    Odd("reference_reaches_over_the_end", rows("MT 16568 . TGA T . . ."), 1, 0, {"beyond_contig_end": 1}),
    Odd("position_zero", rows("MT 0 . N G . . ."), 1, 0, {"beyond_contig_end": 1}),
    Odd(
        "unknown_contigs",
        rows("MT 73 . A G . . .", "1 100 . A G . . .", "GL000191.1 5 . C T . . ."),
        3,
        1,
        {"unknown_contig": 2},
    ),
    Odd(
        "contig_with_sql",
        rows("MT 73 . A G . . .", "1|DROP/**/TABLE:jobs;-- 100 . A G . . ."),
        2,
        1,
        {"unknown_contig": 1},
    ),
    Odd("both_names_of_one_contig", rows("chrM 73 . A G . . .", "chrM 3308 . T C . . .", "MT 73 . A G . . ."), 3, 3),
    Odd(
        "unsorted",
        rows("MT 3460 . G A . . .", "MT 73 . A G . . .", "1 5 . A C . . .", "MT 3308 . T C . . ."),
        4,
        3,
        {"unknown_contig": 1},
        ("records_sorted",),
    ),
    Odd("duplicates", rows(*["MT 73 . A G . . ."] * 5), 5, 5),
    Odd("many_alleles", rows("MT 73 . A C,G,T,AC,AG,AT,ACC . . ."), 1, 1),
    Odd("long_deletion", rows("MT 8469 . ACCTCCCTCACCA A . . ."), 1, 0, {"reference_mismatch": 1}),
    Odd("id_and_info_hostile", rows("MT 73 <script>alert(1)</script> A G . . X==cmd|'/c'!A1;Y=../../etc"), 1, 1),
)

REFUSED = (
    Odd("empty", text(""), error="empty_file"),
    Odd("only_blank_lines", text("\n\n\n"), error="empty_file"),
    Odd("csv", text("chrom,pos,ref,alt\nMT,73,A,G\n"), error="not_vcf", line=1),
    Odd("prose", text("Dear colleague,\nhere are the variants.\n"), error="not_vcf", line=1),
    Odd("binary", data(bytes(range(256)) * 40), error="not_vcf", line=1),
    Odd("binary_after_the_header", data((HEADER + COLUMNS).encode() + bytes(range(256)) * 40), error="not_vcf"),
    Odd("binary_far_inside", data((PLAIN + SITES * 4000).encode() + b"MT\t9\0\n"), error="binary_data"),
    Odd("zip", data(b"PK\x03\x04" + b"\0" * 100), error="not_vcf", line=1),
    Odd("html", text("<!DOCTYPE html><html></html>"), error="not_vcf", line=1),
    Odd("utf_16", text(PLAIN, "utf-16"), error="not_vcf", line=1),
    Odd("bam", data(b"BAM\x01" + b"\0" * 100), error="not_vcf", line=1),
    Odd("gzip_truncated", data(gzip.compress((PLAIN + SITES * 500).encode())[:-40]), error="truncated_gzip"),
    Odd("gzip_damaged", data(gzip.compress((PLAIN + SITES * 500).encode())[:60] + b"\xff" * 200), error="corrupt_gzip"),
    Odd("gzip_of_nothing", data(gzip.compress(b"")), error="empty_file"),
    Odd("records_without_header", text(SITES), error="missing_header", line=1),
    Odd("no_column_line", text(HEADER + SITES), error="missing_column_line", line=3),
    Odd("cut_off_in_header", text(HEADER), error="missing_column_line", line=2),
    Odd(
        "column_line_wrong", text(HEADER + COLUMNS.replace("REF", "REFERENCE") + SITES), error="bad_column_line", line=3
    ),
    Odd(
        "ninth_column_not_format", text(HEADER + COLUMNS.rstrip() + "\tNA1\n" + SITES), error="bad_column_line", line=3
    ),
    Odd("spaces_for_tabs", text(HEADER + COLUMNS + SITES.replace("\t", " ")), error="wrong_columns", line=4),
    Odd("too_few_columns", text(PLAIN.replace("T\tC\t.\t.\t.", "T\tC\t.")), error="wrong_columns", line=5),
    Odd("too_few_samples", text(SAMPLES.replace("\t1|1", "")), error="wrong_columns", line=5),
    Odd("cut_off_in_a_record", text(PLAIN[:-14]), error="wrong_columns", line=6),
    Odd("position_text", rows("MT 73 . A G . . .", "MT 7x . A G . . ."), error="bad_position", line=5),
    Odd("position_negative", rows("MT -5 . A G . . ."), error="bad_position", line=4),
    Odd("position_huge", rows("MT 99999999999 . A G . . ."), error="bad_position", line=4),
    Odd(
        "position_decimal_after_blank_line", text(PLAIN + "\nMT\t7.5\t.\tA\tG\t.\t.\t.\n"), error="bad_position", line=8
    ),
    Odd("reference_empty", text(HEADER + COLUMNS + "MT\t73\t.\t\tG\t.\t.\t.\n"), error="bad_reference_allele", line=4),
    Odd("contig_with_blank", text(PLAIN.replace("MT\t3308", "M T\t3308")), error="bad_contig_name", line=5),
    Odd("contig_with_quotes", rows("1';DROP 100 . A G . . ."), error="bad_contig_name", line=4),
    Odd("genotype_not_a_number", text(SAMPLES.replace("0/1", "A/G")), error="unreadable_record", line=5),
    Odd("more_values_than_format_names", text(SAMPLES.replace("0/1", "0/1:5")), error="unreadable_record", line=5),
    Odd("line_of_100_mb", _long_line, error="line_too_long", line=7),
    Odd("zip_bomb", _bomb, error="limit_exceeded", settings={"GAS_MAX_COMPRESSION_RATIO": "100"}),
    Odd(
        "header_too_large",
        text(HEADER + "##x=" + "y" * 3000 + "\n" + COLUMNS),
        error="header_too_large",
        line=3,
        settings={"GAS_MAX_HEADER_BYTES": "2000"},
    ),
    Odd(
        "unpacked_too_large",
        data(gzip.compress(PLAIN.encode() * 9)),
        error="limit_exceeded",
        settings={"GAS_MAX_UNCOMPRESSED_BYTES": "500"},
    ),
    Odd("too_many_samples", text(SAMPLES), error="too_many_samples", line=4, settings={"GAS_MAX_SAMPLES": "1"}),
    Odd(
        "unsorted_and_too_large",
        rows("MT 99 . T C . . .", "MT 73 . A G . . ."),
        error="not_sorted",
        settings={"GAS_MAX_UNSORTED_RECORDS": "1"},
    ),
)
