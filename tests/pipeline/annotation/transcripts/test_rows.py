"""A small genome through the whole annotation: terms by place, tags, selenocysteine, regulatory features."""

from __future__ import annotations

import pytest

from pipeline.annotation.annotate import AnnotationResult
from pipeline.settings import get_settings
from tests.pipeline.annotation.helpers import ask, make_bundle, run_job, vcf_text

# Exon 1: 101–130 (5′ UTR to 109, ATG at 110); intron 131–190; exon 2: 191–250 (TGA inside, TAA at its end).
CODING_1 = "ATGGCTAAACGTGGTCTGCAC"  # 110–130: M A K R G L H
CODING_2 = "TGGGCATGACTTAAACGGTAA"  # 191–211: W A U L K R *
SEQUENCE = (
    "CATGCCGATCTTGACCTGAA" * 5
    + "GGCTTCAGC"
    + CODING_1
    + "GTAAGT" + "CTTGACGATC" * 3 + "CCTTTCCTTTCCTTTCTTTTACAG"
    + CODING_2
    + "CCATTGCAGT" * 4
    + "GATTACAGGC" * 2400
)  # fmt: skip
GFF3 = """##gff-version 3
7\tx\tgene\t101\t250\t.\t+\t.\tID=gene:G1;Name=ONE;biotype=protein_coding;gene_id=G1
7\tx\tmRNA\t101\t250\t.\t+\t.\tID=transcript:T1;Parent=gene:G1;biotype=protein_coding;version=3;tag=MANE_Select
7\tx\texon\t101\t130\t.\t+\t.\tParent=transcript:T1
7\tx\texon\t191\t250\t.\t+\t.\tParent=transcript:T1
7\tx\tCDS\t110\t130\t.\t+\t0\tID=CDS:P1;Parent=transcript:T1;protein_id=P1;version=2
7\tx\tCDS\t191\t211\t.\t+\t0\tID=CDS:P1;Parent=transcript:T1;protein_id=P1;version=2
7\tx\tlnc_RNA\t101\t189\t.\t+\t.\tID=transcript:T2;Parent=gene:G1;biotype=lncRNA
7\tx\texon\t101\t189\t.\t+\t.\tParent=transcript:T2
7\tx\tenhancer\t9000\t9100\t.\t.\t.\tID=regulatory:R1
7\tx\tTF_binding_site\t9050\t9060\t.\t.\t.\tID=motif:M1
"""


def base(pos: int) -> str:
    return SEQUENCE[pos - 1]


def other(pos: int) -> str:
    return {"A": "C", "C": "A", "G": "C", "T": "C"}[base(pos)]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> AnnotationResult:
    folder = tmp_path_factory.mktemp("small")
    patch = pytest.MonkeyPatch()
    patch.setenv("GAS_BUNDLES_DIR", str(folder / "bundles"))
    get_settings.cache_clear()
    (folder / "s.fa").write_text(f">7\n{SEQUENCE}\n")
    (folder / "s.gff3").write_text(GFF3)
    bundle = make_bundle(folder / "bundles", "small", folder / "s.fa", folder / "s.gff3")
    places = (50, 105, 131, 135, 150, 172, 187, 189, 220, 5000, 9010, 9055, 20000)
    records = [f"7 {pos} . {base(pos)} {other(pos)} . . ." for pos in places]
    records += ["7 199 . A G . . .", "7 113 . G GA . . ."]
    records.sort(key=lambda record: int(record.split()[1]))
    text = vcf_text(*records).replace("##contig=<ID=MT,length=16569>\n", "")
    done = run_job(folder, text, bundle)
    patch.undo()
    get_settings.cache_clear()
    return done


@pytest.mark.parametrize(
    ("pos", "coding", "non_coding", "hgvs_c"),
    [
        (50, "upstream_gene_variant", "upstream_gene_variant", None),
        (105, "5_prime_UTR_variant", "non_coding_transcript_exon_variant", "c.-5"),
        (131, "splice_donor_variant", "non_coding_transcript_exon_variant", "c.21+1"),
        (135, "splice_donor_5th_base_variant&intron_variant", "non_coding_transcript_exon_variant", "c.21+5"),
        (150, "intron_variant", "non_coding_transcript_exon_variant", "c.21+20"),
        (187, "splice_region_variant&splice_polypyrimidine_tract_variant&intron_variant",
         "non_coding_transcript_exon_variant", "c.22-4"),
        (189, "splice_acceptor_variant", "non_coding_transcript_exon_variant", "c.22-2"),
        (220, "3_prime_UTR_variant", "downstream_gene_variant", "c.*9"),
        (5000, "downstream_gene_variant", "downstream_gene_variant", None),
    ],
)  # fmt: skip
def test_each_transcript_has_its_own_term(
    pos: int, coding: str, non_coding: str, hgvs_c: str | None, result: AnnotationResult
) -> None:
    rows = ask(
        result,
        "select c.transcript, c.consequence, c.hgvs_c from consequences c join variants v using (rid) "
        f"where v.input_pos = {pos} order by 1",
    )
    assert [(row[0], row[1]) for row in rows] == [("T1", coding), ("T2", non_coding)]
    change = f"{base(pos)}>{other(pos)}"
    assert rows[0][2] == (None if hgvs_c is None else f"T1.3:{hgvs_c}{change}")


def test_a_tga_inside_is_selenocysteine(result: AnnotationResult) -> None:
    rows = ask(result, "select consequence, amino_acids, hgvs_p, transcript from variants where input_pos = 199")
    assert rows == [("missense_variant", "U/W", "P1.2:p.Sec10Trp", "T1")]


def test_a_frame_shift_is_worded_on_the_mane_transcript(result: AnnotationResult) -> None:
    rows = ask(result, "select consequence, hgvs_g, hgvs_c, hgvs_p, exon from variants where input_pos = 113")
    assert rows[0][:3] == ("frameshift_variant", "7:g.113_114insA", "T1.3:c.4_5insA")
    assert rows[0][4] == "1/2"
    tags = ask(
        result, "select distinct transcript, transcript_tag from consequences where transcript is not null order by 1"
    )
    assert tags == [("T1", "MANE Select"), ("T2", None)]


def test_regulatory_features_count_where_no_gene_is_near(result: AnnotationResult) -> None:
    rows = ask(result, "select input_pos, consequence, gene from variants where input_pos > 8000 order by 1")
    assert rows == [
        (9010, "regulatory_region_variant", None),
        (9055, "TF_binding_site_variant", None),
        (20000, "intergenic_variant", None),
    ]
    features = ask(
        result,
        "select v.input_pos, c.biotype, c.consequence from consequences c join variants v using (rid) "
        "where c.transcript is null order by all",
    )
    assert features == [
        (9010, "enhancer", "regulatory_region_variant"),
        (9055, "TF_binding_site", "TF_binding_site_variant"),
        (9055, "enhancer", "regulatory_region_variant"),
    ]
