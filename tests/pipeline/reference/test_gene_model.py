"""The gene model: what is read of a GFF3, and that a large one is read once."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.annotation.transcripts.context import ContigContext
from pipeline.errors import ConfigurationError
from pipeline.reference import gene_model
from pipeline.reference.bundle import Contig
from pipeline.reference.gene_model import GeneModel, load_gene_model
from pipeline.reference.gene_model_tables import CANONICAL, MANE_PLUS_CLINICAL, MANE_SELECT, START_NOT_FOUND
from pipeline.settings import get_settings

T1, T2 = "ID=transcript:T1;Parent=gene:G1", "ID=transcript:T2;Parent=gene:G1"
ROWS = [
    ("1", "gene", 100, 900, "+", ".", "ID=gene:G1;Name=ONE;biotype=protein_coding;gene_id=G1"),
    ("1", "mRNA", 100, 900, "+", ".", f"{T1};biotype=protein_coding;tag=basic,Ensembl_canonical,MANE_Select;version=4"),
    ("1", "exon", 100, 200, "+", ".", "Parent=transcript:T1,transcript:T2"),
    ("1", "exon", 300, 900, "+", ".", "Parent=transcript:T1"),
    ("1", "CDS", 300, 500, "+", "0", "ID=CDS:P1;Parent=transcript:T1;protein_id=P1;version=2"),
    ("1", "CDS", 150, 200, "+", "2", "ID=CDS:P1;Parent=transcript:T1;protein_id=P1;version=2"),
    ("1", "lnc_RNA", 100, 200, "+", ".", f"{T2};biotype=lncRNA;tag=cds_start_NF,MANE_Plus_Clinical"),
    ("2", "gene", 50, 80, "-", ".", "ID=gene:G2;gene_id=G2"),
    ("2", "mRNA", 50, 80, "-", ".", "ID=transcript:T3.7;Parent=gene:G2;biotype=protein_coding;version=7"),
    ("2", "CDS", 50, 79, "-", "1", "ID=CDS:P3;Parent=transcript:T3.7"),
    ("2", "enhancer", 10, 20, ".", ".", "ID=regulatory:R1"),
    ("2", "mRNA", 1, 9, "+", ".", "ID=transcript:LOST;Parent=gene:NOBODY;biotype=protein_coding"),
]  # fmt: skip


def gff3_text(rows: list[tuple[object, ...]] = ROWS) -> str:
    lines = [f"{r[0]}\tx\t{r[1]}\t{r[2]}\t{r[3]}\t.\t{r[4]}\t{r[5]}\t{r[6]}\n" for r in rows]
    return "##gff-version 3\n##sequence-region 1 1 1000\n" + "".join(lines) + "###\n"


@pytest.fixture
def model(tmp_path: Path) -> GeneModel:
    (tmp_path / "m.gff3").write_text(gff3_text())
    return load_gene_model(tmp_path / "m.gff3")


def test_transcripts_have_versions_tags_exons_and_coding_regions(model: GeneModel) -> None:
    one = model.transcripts_of("1")
    assert one is not None
    assert one.id.to_pylist() == ["T2", "T1"]
    assert one.name.to_pylist() == ["T2", "T1.4"]
    assert one.protein.to_pylist() == [None, "P1.2"]
    assert one.flags.tolist() == [MANE_PLUS_CLINICAL | START_NOT_FOUND, MANE_SELECT | CANONICAL]
    assert one.exon_start.tolist() == [100, 100, 300]
    assert one.exon_before.tolist() == [0, 0, 101]
    assert one.bases.tolist() == [101, 702]
    assert (one.coding_start.tolist(), one.coding_end.tolist(), one.phase.tolist()) == ([0, 150], [0, 500], [0, 2])


def test_a_transcript_without_exon_lines_has_its_coding_sequence(model: GeneModel) -> None:
    two = model.transcripts_of("2")
    assert two is not None
    assert two.name.to_pylist() == ["T3.7"], "the version stands in the id already"
    assert (two.exon_start.tolist(), two.exon_end.tolist(), two.phase.tolist()) == ([50], [79], [1])
    assert two.gene.to_pylist() == ["G2"], "a gene without a name is called by its id"


def test_regulatory_features_and_unknown_contigs(model: GeneModel) -> None:
    regions = model.regulatory_of("2")
    assert regions is not None
    assert (regions.starts.tolist(), regions.ends.tolist(), regions.kind.to_pylist()) == ([10], [20], ["enhancer"])
    assert model.regulatory_of("1") is None
    assert model.genes_of("3") is None
    assert model.transcripts_of("3") is None


def test_an_empty_gff3_has_no_genes(tmp_path: Path) -> None:
    (tmp_path / "e.gff3").write_text("")
    (tmp_path / "c.gff3").write_text("##gff-version 3\n")
    assert load_gene_model(tmp_path / "e.gff3").genes_of("1") is None
    assert load_gene_model(tmp_path / "c.gff3").transcripts == {}


def test_what_is_no_gff3_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.gff3").write_text(gff3_text([("1", "gene", "one", 2, "+", ".", "ID=gene:G;gene_id=G")]))
    with pytest.raises(ConfigurationError, match=r"x\.gff3"):
        load_gene_model(tmp_path / "x.gff3")


def test_a_large_gff3_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(gene_model, "CACHED_FROM_BYTES", 1)
    get_settings.cache_clear()
    gff3 = tmp_path / "big.gff3.gz"
    gff3.write_bytes(gzip.compress(gff3_text().encode()))
    first = load_gene_model(gff3)
    assert len(list((tmp_path / "data" / "gene_models").iterdir())) == 1
    gene_model._load.cache_clear()
    monkeypatch.setattr(gene_model, "read_gene_tables", None)
    again = load_gene_model(gff3)
    assert again.transcripts == first.transcripts
    for name in gene_model.TABLES:
        assert getattr(again.tables, name).equals(getattr(first.tables, name))
    gene_model._load.cache_clear()
    get_settings.cache_clear()


def test_an_incomplete_five_prime_end_is_padded_to_whole_codons(model: GeneModel) -> None:
    context = ContigContext(Contig("1", 1000), model, None)  # type: ignore[arg-type]
    assert context.frame.pad.tolist() == [0, 1]
    assert context.frame.first.tolist() == [0, 51]
    assert context.frame.last.tolist() == [0, 302]
    assert context.frame.length.tolist() == [0, 253]
    assert context.start_unknown.tolist() == [True, True]
    assert context.tag_names == pa.array(["MANE Plus Clinical", "MANE Select"])
