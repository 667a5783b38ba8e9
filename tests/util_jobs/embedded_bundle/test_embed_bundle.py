"""`embed-bundle`: regions of bcftools' tests become contigs of true length, with gene models at true positions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pysam
import pytest
from click.testing import CliRunner

from pipeline.errors import InputError
from pipeline.reference.manifest import BundleManifest
from util_jobs.cli import main
from util_jobs.embedded_bundle.command import build, mit_licence
from util_jobs.embedded_bundle.csq_cases import features_of, load_case
from util_jobs.embedded_bundle.gene_models import GeneModels

LICENCE = "Choose.\n---\nThe MIT/Expat License\n\nCopyright (C) Somebody\n\n-----\n\nGPL\n"
SEQUENCE = "CCATGAAATTTTAGCC"  # ATG AAA TTT TAG from the third base
LENGTHS = {"1": 200_000, "X": 70_000}


def gff(*rows: str) -> str:
    return "".join("\t".join(row.split()) + "\n" for row in rows)


def gene_at(contig: str, start: int, end: int, name: str, strand: str = "+") -> list[str]:
    """A gene with one transcript of one exon, all coding."""
    place = f"{start} {end} . {strand}"
    return [
        f"{contig} e gene {place} . ID=gene:{name};Name={name};biotype=protein_coding",
        f"{contig} e mRNA {place} . ID=transcript:{name}-1;Parent=gene:{name};biotype=protein_coding",
        f"{contig} e exon {place} . Parent=transcript:{name}-1",
        f"{contig} e CDS {place} 0 ID=CDS:{name};Parent=transcript:{name}-1",
    ]


def write_case(csq: Path, name: str, header: str, rows: list[str], sequence: str = SEQUENCE) -> None:
    folder = csq / name
    folder.mkdir(parents=True)
    (folder / f"{name}.fa").write_text(f">{header}\n{sequence[:10]}\n{sequence[10:]}\n")
    (folder / f"{name}.gff").write_text(gff(*rows))


@pytest.fixture
def csq(tmp_path: Path) -> Iterator[Path]:
    csq = tmp_path / "csq"
    write_case(csq, "A", "1\t1:100001-100016", gene_at("1", 3, 14, "GENE1"))
    write_case(csq, "B", "X X:66001-66016", gene_at("X", 3, 14, "GENE2"))
    yield csq


@pytest.fixture
def licence(tmp_path: Path) -> Path:
    (tmp_path / "LICENSE").write_text(LICENCE)
    return tmp_path / "LICENSE"


def test_sequence_and_genes_lie_at_their_true_positions(csq: Path, licence: Path, tmp_path: Path) -> None:
    manifest, left_out = build(csq, licence, tmp_path / "out", ("A", "B"), LENGTHS)
    assert left_out == {}
    with pysam.FastaFile(str(tmp_path / "out" / manifest.fasta)) as fasta:
        assert dict(zip(fasta.references, fasta.lengths, strict=True)) == LENGTHS | {"MT": 16569}
        assert fasta.fetch("1", 100_000, 100_016) == SEQUENCE == fasta.fetch("X", 66_000, 66_016)
        assert set(fasta.fetch("1", 0, 100_000)) == {"N"} == set(fasta.fetch("1", 100_016, 200_000))
        coding = next(f for f in features_of(tmp_path / "out" / manifest.gff3) if f.type == "CDS" and f.contig == "1")
        assert fasta.fetch("1", coding.start - 1, coding.end) == "ATGAAATTTTAG"


def test_manifest_counts_the_regions_and_carries_the_licence(csq: Path, licence: Path, tmp_path: Path) -> None:
    build(csq, licence, tmp_path / "out", ("A", "B"), LENGTHS)
    manifest = BundleManifest.model_validate_json((tmp_path / "out" / "bundle.json").read_bytes())
    assert manifest.demonstration_regions == 2
    assert [contig.name for contig in manifest.contigs] == ["1", "X", "MT"]
    assert {contig.name: contig.genetic_code for contig in manifest.contigs} == {"1": 1, "X": 1, "MT": 2}
    assert "chr1" in manifest.contigs[0].aliases and manifest.contigs[0].m5 == ""
    text = (tmp_path / "out" / "LICENSE-bcftools.txt").read_text()
    assert text == "The MIT/Expat License\n\nCopyright (C) Somebody\n" == mit_licence(LICENCE)
    assert "LICENSE-bcftools.txt" in manifest.checksums


def test_the_same_input_gives_the_same_files(csq: Path, licence: Path, tmp_path: Path) -> None:
    first, _ = build(csq, licence, tmp_path / "one", ("A", "B"), LENGTHS)
    second, _ = build(csq, licence, tmp_path / "two", ("A", "B"), LENGTHS)
    assert first.checksums == second.checksums


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (gene_at("1", 3, 30, "G"), "reaches outside the known sequence"),
        (gene_at("1", -5, 14, "G"), "reaches outside the known sequence"),
        (gene_at("1", 3, 14, "G")[:2], "lacks exons in the test's gene model"),
        (gene_at("1", 1, 15, "G"), "has a stop codon inside its coding sequence"),  # CCA TGA AAT TTT AGC
    ],
)
def test_a_transcript_that_is_not_whole_is_left_out_with_the_reason(
    tmp_path: Path, rows: list[str], reason: str
) -> None:
    write_case(tmp_path, "C", "1 1:1001-1016", rows)
    models = GeneModels()
    models.add(load_case(tmp_path / "C"))
    assert models.left_out == {"G-1": reason}
    assert models.genes == {} == models.transcripts


def test_the_same_transcript_in_two_cases_is_kept_once(csq: Path, licence: Path, tmp_path: Path) -> None:
    models = GeneModels()
    for _ in range(2):
        models.add(load_case(csq / "A"))
    models.write(tmp_path / "genes.gff3", LENGTHS)
    assert [f.type for f in features_of(tmp_path / "genes.gff3")] == ["gene", "mRNA", "CDS", "exon"]


@pytest.mark.parametrize("header", ["1", "chr1:100", "1 1:100001-100015"])
def test_a_region_that_its_header_does_not_tell_is_refused(tmp_path: Path, header: str) -> None:
    write_case(tmp_path, "D", header, [])
    with pytest.raises(InputError, match=r"^D: "):
        load_case(tmp_path / "D")


def test_overlapping_regions_are_refused(csq: Path, licence: Path, tmp_path: Path) -> None:
    write_case(csq, "E", "1 1:100010-100025", [])
    with pytest.raises(InputError, match="overlaps"):
        build(csq, licence, tmp_path / "out", ("A", "E"), LENGTHS)


def test_another_folder_than_bcftools_source_is_refused_with_a_sentence(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["embed-bundle", "--source", str(tmp_path), "--out", str(tmp_path / "out")])
    assert done.exit_code == 1 and "is no source of bcftools 1.21" in done.output
