"""`bench annotate`: its made-up data are what they say, and it measures a job that does the work."""

from __future__ import annotations

import json
from pathlib import Path

import pysam
import pytest
from click.testing import CliRunner

from util_jobs.bench.annotation import genome as genomes
from util_jobs.bench.annotation import measure as measuring
from util_jobs.bench.annotation.genome import Genome, make_genome
from util_jobs.bench.annotation.variants import write_source, write_variants, written
from util_jobs.bench.command import command

KEYS = {"variants", "bare_seconds", "job_seconds", "ratio", "variants_per_second", "peak_rss_mb", "snpeff_seconds"}


@pytest.fixture
def genome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Genome:
    monkeypatch.setattr(genomes, "GENES_PER_CONTIG", 4)
    return make_genome(tmp_path, seed=3)


def test_every_gene_is_an_open_reading_frame(genome: Genome) -> None:
    exons: dict[str, list[tuple[str, int, int, str]]] = {}
    for line in genome.gff3.read_text().splitlines():
        fields = line.split("\t")
        if len(fields) == 9 and fields[2] == "CDS":
            parent = fields[8].rpartition("=")[2]
            exons.setdefault(parent, []).append((fields[0], int(fields[3]), int(fields[4]), fields[6]))
    assert len(exons) == 5 * 4 * 3
    pysam.faidx(str(genome.fasta))
    with pysam.FastaFile(str(genome.fasta)) as fasta:
        for parts in exons.values():
            coding = "".join(fasta.fetch(contig, start - 1, end) for contig, start, end, _ in parts)
            if parts[0][3] == "-":
                coding = coding.translate(str.maketrans("ACGT", "TGCA"))[::-1]
            codons = [coding[at : at + 3] for at in range(0, len(coding), 3)]
            assert codons[0] == "ATG"
            assert codons[-1] == "TAA"
            assert not {"TAA", "TAG", "TGA"} & set(codons[1:-1])


def test_the_same_seed_makes_the_same_file_and_every_ref_is_the_reference(genome: Genome, tmp_path: Path) -> None:
    one, two = (
        written(tmp_path / name, lambda out: write_variants(genome, 2000, 1, 5, out)) for name in ("a.vcf", "b.vcf")
    )
    assert one.read_bytes() == two.read_bytes()
    with pysam.VariantFile(str(one)) as vcf:
        records = [(record.chrom, record.pos, record.ref, record.alts) for record in vcf]
    assert len(records) == 2000
    assert sum(len(ref) != len(alts[0]) for _, _, ref, alts in records) == pytest.approx(200, abs=50)
    for contig, pos, ref, alts in records:
        assert genome.sequences[contig][pos - 1 : pos - 1 + len(ref)].tobytes().decode() == ref != alts[0]


def test_the_source_holds_a_part_of_the_files_alleles(genome: Genome, tmp_path: Path) -> None:
    vcf = written(tmp_path / "sites.vcf", lambda out: write_variants(genome, 2000, 0, 5, out))
    source = written(tmp_path / "source.vcf", lambda out: write_source(genome, 4000, 2000, 5, out))
    with pysam.VariantFile(str(vcf)) as one, pysam.VariantFile(str(source)) as two:
        wanted, known = ({(r.chrom, r.pos, r.ref, r.alts) for r in handle} for handle in (one, two))
    assert 800 < len(wanted & known) < 1400


def test_the_bench_prints_one_line_of_figures_that_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(genomes, "GENES_PER_CONTIG", 4)
    monkeypatch.setattr(measuring, "QUICK_SOURCE_RECORDS", 2000)
    done = CliRunner().invoke(command, ["annotate", "--variants", "1000", "--samples", "2", "--quick", "--json"])
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout.splitlines()[-1])
    assert set(figures) >= KEYS
    assert figures["variants"] == figures["read"] == figures["annotated"] == 1000
    assert figures["ratio"] == pytest.approx(figures["job_seconds"] / figures["bare_seconds"], abs=0.01)
    assert figures["snpeff_seconds"] is None
    assert figures["peak_rss_mb"] > 0
