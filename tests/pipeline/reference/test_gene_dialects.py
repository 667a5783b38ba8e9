"""Gene models of NCBI, GENCODE and bacteria become what bcftools csq reads, and give the same consequences."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from pipeline.reference.build import BuildRequest, build_bundle
from pipeline.reference.bundle import load_bundle
from pipeline.reference.gene_dialects import Converter, with_phases
from pipeline.reference.gene_model import load_gene_model
from pipeline.reference.gff3_lines import Feature, parse
from pipeline.settings import get_settings
from tests.pipeline.annotation.helpers import ask, run_job
from tests.pipeline.reference.genomes import fasta_text, gff3_text, sequences, vcf_text

# The gene of contig 1 of the made-up genome (exon 101–400, coding 131–370) as others write it.
NCBI = """\
1	RefSeq	region	1	3000	.	+	.	ID=NC_1:1..3000;Dbxref=taxon:1
1	BestRefSeq	gene	101	400	.	+	.	ID=gene-GENE1;Dbxref=GeneID:77;Name=GENE1;gene_biotype=protein_coding
1	BestRefSeq	mRNA	101	400	.	+	.	ID=rna-NM_1.2;Parent=gene-GENE1;transcript_id=NM_1.2;tag=MANE Select
1	BestRefSeq	exon	101	400	.	+	.	ID=exon-NM_1.2-1;Parent=rna-NM_1.2
1	BestRefSeq	CDS	131	370	.	+	0	ID=cds-NP_1.2;Parent=rna-NM_1.2
1	BestRefSeq	gene	2001	2100	.	-	.	ID=gene-R1;Name=R1;gene_biotype=lncRNA
1	BestRefSeq	lnc_RNA	2001	2100	.	-	.	ID=rna-NR_1.1;Parent=gene-R1;transcript_id=NR_1.1
1	BestRefSeq	exon	2001	2100	.	-	.	Parent=rna-NR_1.1
"""
GENCODE = """\
1	HAVANA	gene	101	400	.	+	.	ID=ENSG01.5;gene_id=ENSG01.5;gene_type=protein_coding;gene_name=GENE1
1	HAVANA	transcript	101	400	.	+	.	ID=ENST01.7;Parent=ENSG01.5;transcript_type=protein_coding;tag=basic
1	HAVANA	exon	101	400	.	+	.	ID=exon:ENST01.7:1;Parent=ENST01.7
1	HAVANA	CDS	131	370	.	+	0	ID=CDS:ENST01.7;Parent=ENST01.7
1	HAVANA	start_codon	131	133	.	+	0	ID=start_codon:ENST01.7;Parent=ENST01.7
1	HAVANA	five_prime_UTR	101	130	.	+	.	ID=UTR5:ENST01.7;Parent=ENST01.7
1	HAVANA	three_prime_UTR	371	400	.	+	.	ID=UTR3:ENST01.7;Parent=ENST01.7
"""
BACTERIA = """\
1	Protein Homology	gene	131	370	.	+	.	ID=gene-b0001;Name=GENE1;gbkey=Gene;locus_tag=b0001
1	Protein Homology	CDS	131	370	.	+	0	ID=cds-1;Parent=gene-b0001
"""


def features(text: str) -> list[Feature]:
    return [feature for feature in map(parse, text.splitlines()) if feature is not None]


def test_ncbi_and_gencode_become_ensembls_dialect() -> None:
    for text, gene, transcript in (
        (NCBI, "gene:77", "transcript:NM_1.2"),
        (GENCODE, "gene:ENSG01", "transcript:ENST01"),
    ):
        counts: Counter[str] = Counter()
        found = Converter(counts).convert(features(text))
        assert found[0].attributes["ID"] == gene and found[0].attributes["Name"] == "GENE1"
        assert found[1].attributes["Parent"] == gene and found[1].attributes["biotype"] == "protein_coding"
        parts = {(part.type, part.start, part.end) for part in found if part.attributes.get("Parent") == transcript}
        assert parts == {
            ("exon", 101, 400), ("CDS", 131, 370), ("five_prime_UTR", 101, 130), ("three_prime_UTR", 371, 400)
        }  # fmt: skip
        assert counts["not_of_a_gene"] == 1
    assert found[1].attributes["version"] == "7" and found[1].attributes["tag"] == "basic"


def test_noncoding_transcripts_keep_their_kind() -> None:
    found = Converter(Counter()).convert(features(NCBI))
    assert [item.attributes["biotype"] for item in found if item.id == "transcript:NR_1.1"] == ["lncRNA"]


def test_identifiers_that_repeat_are_told_apart() -> None:
    converter = Converter(Counter())
    names = [
        item.id for _ in range(2) for item in converter.convert(features(GENCODE)) if item.id.startswith("transcript:")
    ]
    assert names == ["transcript:ENST01", "transcript:ENST01-2"]


@pytest.mark.parametrize(("strand", "expected"), [("+", ["0", "2", "1"]), ("-", ["2", "0", "0"])])
def test_phases_that_are_left_out_follow_from_the_lengths(strand: str, expected: list[str]) -> None:
    parts = [Feature("1", "x", "CDS", start, end, strand, ".") for start, end in ((1, 4), (11, 14), (21, 23))]
    assert [part.phase for part in with_phases(parts)] == expected


@pytest.mark.parametrize("text", [NCBI, GENCODE, BACTERIA], ids=["ncbi", "gencode", "bacteria"])
def test_consequences_do_not_depend_on_the_dialect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("GAS_BUNDLES_DIR", str(tmp_path / "bundles"))
    get_settings.cache_clear()
    (tmp_path / "in.fa").write_text(fasta_text())
    found = {}
    bases = sequences()["1"]
    records = [
        f"1 {pos} . {bases[pos - 1]} {'ACGT'['ACGT'.index(bases[pos - 1]) - 1]} . . ." for pos in range(138, 368, 7)
    ]
    for name, gff3 in (("ensembl", gff3_text()), ("other", text)):
        (tmp_path / f"{name}.gff3").write_text(gff3)
        request = BuildRequest(name, tmp_path / "in.fa", tmp_path / f"{name}.gff3")
        build_bundle(request, tmp_path / "bundles", lambda text: None)
        (tmp_path / name).mkdir()
        result = run_job(tmp_path / name, vcf_text(*records), load_bundle(name))
        found[name] = ask(
            result, "select pos, gene, consequence, amino_acids, protein_position from variants order by pos"
        )
        assert load_gene_model(load_bundle(name).gff3).transcripts
    assert found["ensembl"] == found["other"]
    assert {row[1] for row in found["other"]} == {"GENE1"} and any(row[3] for row in found["other"])
