"""The one pass over a file: blocks of any size, engines that answer late, and what is found out only while reading."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.annotation import feed as feeding
from pipeline.annotation.engines.csq import CsqEngine
from pipeline.annotation.outputs.vcf_header import own_fields
from pipeline.annotation.prepare.header import VcfHeader
from pipeline.annotation.prepare.survey import Survey
from pipeline.errors import InputError
from pipeline.reference.bundle import load_bundle
from pipeline.reference.manifest import Source, SourceColumn
from pipeline.settings import get_settings
from tests.pipeline.annotation.helpers import ask, complaints, make_bundle, records_of, run_job, vcf_text
from tests.shared_data import shared_data

GENE = "{contig}\tx\t{kind}\t20\t60\t.\t+\t{phase}\t{attributes}\n"


@pytest.fixture
def tiny_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_READ_BLOCK_BYTES", "300")
    get_settings.cache_clear()


@pytest.mark.parametrize("block_bytes", ["100", "4096"])
def test_the_size_of_the_blocks_changes_nothing(
    block_bytes: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = shared_data("gas/test.vcf")
    results = []
    for name in ("whole", "cut"):
        (tmp_path / name).mkdir()
        results.append(run_job(tmp_path / name, source))
        monkeypatch.setenv("GAS_READ_BLOCK_BYTES", block_bytes)
        get_settings.cache_clear()
    whole, cut = results
    assert records_of(whole.files["vcf"]) == records_of(cut.files["vcf"])
    for table in ("variants", "consequences", "genotypes"):
        rows = f"select * from {table} order by all"
        assert repr(ask(whole, rows)) == repr(ask(cut, rows))  # as text: nan equals nan


@pytest.mark.usefixtures("tiny_blocks")
def test_a_block_without_consequences_may_stand_before_one_with_them(tmp_path: Path) -> None:
    unknown = [f"zz {pos} . A G . . ." for pos in range(1, 40)]
    result = run_job(tmp_path, vcf_text(*unknown, "MT 3308 . T C . . ."))
    assert ask(result, "select chrom, count(*) from variants group by 1 order by 1") == [("MT", 1), ("zz", 39)]
    assert ask(result, "select gene from consequences where impact = 'HIGH'") == [("MT-ND1",)]


@pytest.mark.usefixtures("tiny_blocks")
def test_blocks_that_wait_for_a_silent_engine_are_bounded_C20(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One allele at the start, then records that no engine is asked about: its answer must not be waited for."""
    monkeypatch.setattr(feeding, "MOST_WAITING_BLOCKS", 5)
    waiting: list[int] = []
    hand_on = feeding.Feed._hand_on

    def counted(self: feeding.Feed, fed: feeding.Fed) -> None:
        hand_on(self, fed)
        waiting.append(len(self._waiting))

    monkeypatch.setattr(feeding.Feed, "_hand_on", counted)
    bases = load_bundle("rcrs").fasta.read_text().partition("\n")[2].replace("\n", "")
    silent = [f"MT {pos} . {bases[pos - 1]} . . . ." for pos in range(3400, 6000)]
    result = run_job(tmp_path, vcf_text("MT 3308 . T C . . .", *silent, "MT 11778 . G A . . ."))
    assert max(waiting) <= 5
    assert len(waiting) > 50
    assert ask(result, "select pos, hgvs_p is not null from variants order by rid") == [(3308, True), (11778, True)]


@pytest.mark.usefixtures("tiny_blocks")
def test_an_allele_that_moves_far_is_found_whatever_the_order_of_the_contigs(tmp_path: Path) -> None:
    """bcftools sort orders contigs as the bundle does; the file has them the other way round."""
    letters = random.Random(4)
    start = "".join(letters.choice("ACGT") for _ in range(200)).replace("A", "C")
    sequence = start + "A" * 2600 + "G" + start
    fasta, gff3 = tmp_path / "x.fa", tmp_path / "x.gff3"
    fasta.write_text(f">one\n{sequence}\n>two\n{sequence}\n")
    gene = [
        ("gene", ".", "ID=gene:{c};biotype=protein_coding"),
        ("mRNA", ".", "ID=transcript:t{c};Parent=gene:{c};biotype=protein_coding"),
        ("exon", ".", "Parent=transcript:t{c}"),
        ("CDS", "0", "Parent=transcript:t{c}"),
    ]
    gff3.write_text(
        "".join(
            GENE.format(contig=contig, kind=kind, phase=phase, attributes=attributes.format(c=contig))
            for contig in ("one", "two")
            for kind, phase, attributes in gene
        )
    )
    bundle = make_bundle(get_settings().resolved_bundles_dir(), "repeats", fasta, gff3)
    records = []
    for contig in ("two", "one"):
        records += [f"{contig} {pos} . AA A . . ." for pos in range(1500, 2790, 30)]
    text = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    text += "".join("\t".join(record.split(" ")) + "\n" for record in records)
    result = run_job(tmp_path, text, bundle)
    assert result.counts["annotated"] == result.counts["read"] == len(records)
    assert ask(result, "select distinct chrom, pos, ref, alt from variants order by chrom") == [
        ("one", 200, sequence[199:201], sequence[199]),
        ("two", 200, sequence[199:201], sequence[199]),
    ]


def test_keys_of_ours_never_stand_twice_in_a_header() -> None:
    column = SourceColumn(name="own_gene", field="ANN_GENE", type="float", title="x\nINFO")
    source = Source(
        id="own", title="a\ttitle", kind="alleles", file="x", version="1", licence="none", columns=(column,)
    )
    fields = own_fields(replace(load_bundle("rcrs"), sources=(source,)), Survey(VcfHeader()), CsqEngine())
    keys = [field.key for field in fields]
    assert len(set(keys)) == len(keys)
    assert "ANN_GENE_2" in keys
    assert not any(sign in field.line() for field in fields for sign in "\n\t")


def test_a_field_that_contradicts_its_type_is_seen_among_many_undeclared_ones_C38(tmp_path: Path) -> None:
    meta = '##INFO=<ID=X,Number=1,Type=Integer,Description="x">\n'
    undeclared = [f"MT {3308 + number} . N . . . U{number}=1" for number in range(80)]
    result = run_job(tmp_path, vcf_text("MT 73 . A G . . X=99999999999", *undeclared, meta=meta))
    assert complaints(result.files["vcf"]) == ""


def test_the_line_of_an_error_is_not_that_of_a_warning_C41(tmp_path: Path) -> None:
    records = [f"MT {100 + number} . N . . . . GT 0/1" for number in range(8)]
    records[1] = records[1].replace("GT 0/1", "GT:ZZ 0/1:1")
    records[6] = records[6].replace("0/1", "0/x")
    with pytest.raises(InputError, match="genotype") as refused:
        run_job(tmp_path, vcf_text(*records, samples="A"))
    assert refused.value.line == 4 + 6


def test_a_record_that_reaches_beyond_what_a_tbi_holds_gets_a_csi(tmp_path: Path) -> None:
    meta = '##INFO=<ID=END,Number=1,Type=Integer,Description="End">\n'
    result = run_job(tmp_path, vcf_text("MT 5 . N <DEL> . . END=600000000", meta=meta))
    assert result.files["index"].suffix == ".csi"
    with pytest.raises(InputError, match="beyond any chromosome"):
        run_job(tmp_path, vcf_text("MT 5 . N <DEL> . . END=99999999999", meta=meta))
