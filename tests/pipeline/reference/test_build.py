"""Bundles of the operator's own files: whole and right, or not there."""

from __future__ import annotations

import gzip
import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pysam
import pytest

from pipeline.errors import ConfigurationError, ConflictError, GasError, InputError, LimitError
from pipeline.reference import fasta, staging
from pipeline.reference.build import BuildRequest, build_bundle
from pipeline.reference.bundle import broken_bundles, list_bundles, load_bundle
from pipeline.reference.contigs import REFSEQ, aliases_of, refseq_accession
from pipeline.reference.gene_model import load_gene_model
from pipeline.reference.verify import differences
from pipeline.settings import get_settings
from tests.pipeline.annotation.helpers import ask, run_job
from tests.pipeline.reference.genomes import LENGTHS, fasta_text, gff3_text, made, sequences
from tests.shared_data import shared_data


@pytest.fixture
def bundles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GAS_BUNDLES_DIR", str(tmp_path / "bundles"))
    get_settings.cache_clear()
    return tmp_path / "bundles"


def build(bundles: Path, fasta_bytes: bytes, gff3: str = "", **words: object) -> Path:
    bundles.mkdir(exist_ok=True)
    (bundles.parent / "in.fa").write_bytes(fasta_bytes)
    (bundles.parent / "in.gff3").write_text(gff3 or gff3_text())
    request = BuildRequest("b", bundles.parent / "in.fa", bundles.parent / "in.gff3", **words)  # type: ignore[arg-type]
    return build_bundle(request, bundles, lambda text: None).folder


def seen(bundles: Path) -> list[str]:
    return sorted(path.name for path in bundles.iterdir() if path.name != ".locks")


def test_a_bundle_declares_lengths_md5_aliases_and_genetic_codes(bundles: Path) -> None:
    made(bundles, "tiny")
    bundle = load_bundle("tiny")
    assert {name: contig.length for name, contig in bundle.contigs.items()} == LENGTHS
    for name, bases in sequences().items():
        assert bundle.contigs[name].m5 == hashlib.md5(bases.encode(), usedforsecurity=False).hexdigest()
        assert pysam.FastaFile(str(bundle.fasta)).fetch(name) == bases
    assert bundle.genetic_codes == {"1": 1, "2": 1, "MT": 2}
    assert bundle.contig_for("chr1") == bundle.contigs["1"] and bundle.contig_for("chrM") == bundle.contigs["MT"]
    assert differences(bundle.folder, lambda text: None) == []


@pytest.mark.parametrize("packed", ["plain", "gzip", "members"])
def test_fasta_as_found_in_the_wild_gives_the_same_sequences(bundles: Path, packed: str) -> None:
    text = fasta_text(line=33).lower().replace("\n", "\r\n").replace("\r\n>", "\r\n\r\n>").encode()
    text = text.replace(b">mt", b">MT")
    data = {
        "plain": text,
        "gzip": gzip.compress(text),
        "members": gzip.compress(text[:999]) + gzip.compress(text[999:]),
    }
    build(bundles, data[packed])
    bundle = load_bundle("b")
    assert bundle.fasta.name == ("genome.fa" if packed == "plain" else "genome.fa.gz")
    for name, bases in sequences().items():
        assert pysam.FastaFile(str(bundle.fasta)).fetch(name) == bases


def test_sequences_are_streamed_in_pieces_of_any_size(bundles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fasta, "READ_BYTES", 7)
    build(bundles, fasta_text().encode())
    assert load_bundle("b").contigs["1"].m5 == hashlib.md5(sequences()["1"].encode(), usedforsecurity=False).hexdigest()


@pytest.mark.parametrize(
    ("text", "code", "sentence"),
    [
        (b">1\nACGT\n>1\nAC\n", "duplicate_contig", "the sequence 1 stands there twice"),
        (b">1\nACGT\n>2\n>3\nA\n", "empty_contig", "the sequence 2 is empty"),
        (b">1\nAC*T\n", "not_fasta", "which is no base"),
        (b"ACGT\n", "not_fasta", "does not begin with >name"),
        (b"", "not_fasta", "holds no sequence"),
        (b"> \nACGT\n", "bad_contig_name", "cannot be the name of a contig"),
        (b">a,b\nACGT\n", "bad_contig_name", "cannot be the name of a contig"),
        (b"><x>\nACGT\n", "bad_contig_name", "cannot be the name of a contig"),
        (b">" + b"x" * 70_000, "bad_input", "title is longer"),
        (gzip.compress(fasta_text().encode())[:-30], "broken_gzip", "not a whole gzip file"),
    ],
)
def test_what_is_no_fasta_is_refused_with_a_sentence_and_leaves_nothing(
    bundles: Path, text: bytes, code: str, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence) as refused:
        build(bundles, text)
    assert refused.value.code == code and seen(bundles) == []


def test_more_contigs_than_a_page_can_read_are_refused(bundles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fasta, "MAX_CONTIGS", 2)
    with pytest.raises(LimitError, match="more than 2 sequences"):
        build(bundles, fasta_text().encode())


def test_gene_models_take_the_names_of_the_fasta_and_what_is_left_out_is_counted(bundles: Path) -> None:
    extra = (
        "9\tx\tgene\t1\t9\t.\t+\t.\tID=gene:G9\n1\tx\tbiological_region\t1\t9\t.\t+\t.\tlogic_name=x\n"
        "1\tx\tgene\t2990\t3001\t.\t+\t.\tID=gene:G10;biotype=protein_coding\n1\tx\tgene\t5\t4\t.\t+\t.\tID=gene:G11\n"
        "1\tx\tgene\t5\t9\t.\t?\t.\tID=gene:G12\nrubbish\n"
    )
    bundles.mkdir()
    (bundles.parent / "in.fa").write_text(fasta_text())
    (bundles.parent / "in.gff3.gz").write_bytes(gzip.compress((gff3_text("chr") + extra).encode()))
    request = BuildRequest("b", bundles.parent / "in.fa", bundles.parent / "in.gff3.gz")
    counts = build_bundle(request, bundles, lambda text: None).gene_lines
    assert counts == {
        "lines": 18, "contig_not_in_fasta": 2, "beyond_contig_end": 1, "malformed": 1, "without_strand": 1,
        "not_of_a_gene": 1,
    }  # fmt: skip
    lines = [line.split("\t") for line in load_bundle("b").gff3.read_text().splitlines() if not line.startswith("#")]
    assert [line[0] for line in lines] == ["1"] * 6 + ["2"] * 6 + ["MT"] * 6
    kinds = ["gene", "mRNA", "exon", "five_prime_UTR", "CDS", "three_prime_UTR"]
    assert [line[2] for line in lines[:6]] == kinds, "the file has no UTRs of its own"


def test_contigs_without_genes_are_marked(bundles: Path) -> None:
    build(
        bundles,
        fasta_text().encode(),
        "".join(line + "\n" for line in gff3_text().split("\n") if line.startswith("1\t")),
    )
    assert {name: contig.has_genes for name, contig in load_bundle("b").contigs.items()} == {
        "1": True, "2": False, "MT": False
    }  # fmt: skip


def test_gene_models_of_another_assembly_are_refused(bundles: Path) -> None:
    with pytest.raises(InputError, match="no transcript on any contig") as refused:
        build(bundles, fasta_text().encode(), gff3_text("scaffold_"))
    assert refused.value.code == "no_genes" and seen(bundles) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"genetic_codes": {"chrX": 2}}, "genetic code is given for chrX"),
        ({"genetic_codes": {"MT": 7}}, "7 is no genetic code"),
        ({"default_code": 0}, "0 is no genetic code"),
    ],
)
def test_genetic_codes_are_checked(bundles: Path, words: dict[str, object], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        build(bundles, fasta_text().encode(), **words)


def test_a_genetic_code_can_be_stated(bundles: Path) -> None:
    build(bundles, fasta_text().encode(), genetic_codes={"MT": 5, "2": 11}, default_code=4)
    assert load_bundle("b").genetic_codes == {"1": 4, "2": 11, "MT": 5}


@pytest.mark.parametrize("bundle_id", ["../x", "a/b", ".hidden", "", "x" * 65, "a b", "x\n"])
def test_an_id_never_leads_out_of_the_folder(bundles: Path, bundle_id: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be the id"):
        made(bundles, bundle_id)


def test_an_id_that_is_taken_is_refused(bundles: Path) -> None:
    made(bundles, "tiny")
    for taken in ("tiny", "rcrs"):
        with pytest.raises(ConfigurationError, match="already"):
            made(bundles, taken)


def test_two_builds_of_one_bundle_do_not_run_at_once(bundles: Path) -> None:
    with staging.locked(bundles, "b"), pytest.raises(ConflictError, match="Another process"):
        build(bundles, fasta_text().encode())


def test_a_killed_build_leaves_nothing_that_counts_and_the_next_one_clears_it(bundles: Path) -> None:
    bundles.mkdir()
    (bundles.parent / "big.fa").write_text(fasta_text() + ">big\n" + ("ACGTTGCA" * 10 + "\n") * 400_000)
    (bundles.parent / "in.gff3").write_text(gff3_text())
    command = [sys.executable, "-m", "util_jobs", "reference", "build", "b"]
    command += ["--fasta", str(bundles.parent / "big.fa"), "--gff3", str(bundles.parent / "in.gff3")]
    process = subprocess.Popen(command, env=os.environ | {"GAS_BUNDLES_DIR": str(bundles)}, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list(bundles.glob(".building-b@*/genome.fa.gz")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert process.returncode == -signal.SIGKILL and list(bundles.glob(".building-b@*"))
    assert "b" not in [bundle.id for bundle in list_bundles()] and broken_bundles() == {}
    build(bundles, fasta_text().encode())
    assert seen(bundles) == ["b"] and differences(bundles / "b", lambda text: None) == []


def test_a_build_clears_what_dead_builds_of_others_left_but_not_what_is_being_built(bundles: Path) -> None:
    for name in (".building-dead@1", ".building-alive@1"):
        (bundles / name).mkdir(parents=True)
    with staging.locked(bundles, "alive"):
        build(bundles, fasta_text().encode())
    assert seen(bundles) == [".building-alive@1", "b"]


def test_a_build_that_fails_at_its_end_leaves_nothing(bundles: Path) -> None:
    def fail(folder: Path) -> None:
        raise GasError("stopped")

    bundles.mkdir()
    (bundles / "in.fa").write_text(fasta_text())
    (bundles / "in.gff3").write_text(gff3_text())
    with pytest.raises(GasError, match="stopped"):
        build_bundle(BuildRequest("b", bundles / "in.fa", bundles / "in.gff3"), bundles, lambda text: None, fail)
    assert seen(bundles) == ["in.fa", "in.gff3"]


def test_refseq_accessions_are_given_by_name_and_length() -> None:
    assert refseq_accession("1", 249250621, "") == "NC_000001.10"
    assert refseq_accession("chrX", 156040895, "") == "NC_000023.11"
    assert refseq_accession("1", 1000, "") is None
    assert {name: len(chromosomes) for name, chromosomes in REFSEQ.items()} == {"GRCh37": 24, "GRCh38": 24}
    assert aliases_of("22", 50818468, "", {"chr22"}) == ("NC_000022.11",), "another contig's name is no alias"


def test_a_job_runs_on_a_bundle_of_real_genes(bundles: Path, tmp_path: Path) -> None:
    request = BuildRequest("mini", shared_data("mini_grch37/mini.fa.gz"), shared_data("mini_grch37/mini.gff3"))
    build_bundle(request, bundles, lambda text: None)
    bundle = load_bundle("mini")
    assert bundle.contig_for("NC_000022.10") == bundle.contigs["22"] and bundle.contigs["MT"].genetic_code == 2
    assert any(transcript.gene == "TLR8" for transcript in load_gene_model(bundle.gff3).transcripts.values())
    vcf = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nchrX\t12937200\t.\tN\tA\t.\t.\t.\n"
    with pysam.FastaFile(str(bundle.fasta)) as reference:
        base = reference.fetch("X", 12937199, 12937200)
    other = "ACGT"["ACGT".index(base) - 1]
    result = run_job(tmp_path, vcf.replace("N\tA", f"{base}\t{other}"), bundle)
    assert ask(result, "select gene from variants") == [("TLR8",)]


def test_ambiguity_letters_become_bases_as_in_a_vcf_and_the_md5_stays_the_publishers(
    bundles: Path, tmp_path: Path
) -> None:
    """csq ends where the reference holds another letter than the alleles that were left-aligned onto it."""
    texts = sequences()
    bases = texts["1"]
    published = bases[:50] + "R" + bases[51:120] + "Y" + "C" * 6 + "A" + bases[128:]
    folder = build(bundles, "".join(f">{name}\n{text}\n" for name, text in (texts | {"1": published}).items()).encode())
    bundle = load_bundle("b")
    held = pysam.FastaFile(str(folder / bundle.fasta.name)).fetch("1")
    assert held == published.replace("R", "A").replace("Y", "C")
    assert bundle.contigs["1"].m5 == hashlib.md5(published.encode(), usedforsecurity=False).hexdigest()
    header = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    records = [f"1\t51\t.\t{held[50]}\tT\t.\t.\t.", "1\t126\t.\tCC\tC\t.\t.\t."]
    result = run_job(tmp_path, header + "".join(f"{record}\n" for record in records), bundle)
    assert (result.counts["annotated"], result.counts["alleles"]) == (2, 2)
