"""What vepyr writes (recorded from vepyr 0.10 with Ensembl 115) becomes consequence rows and columns."""

from __future__ import annotations

import pyarrow as pa
import pytest

from pipeline.annotation.engines.base import CONSEQUENCE_SCHEMA
from pipeline.annotation.engines.vep import VepEngine
from pipeline.annotation.engines.vep_fields import FIELDS
from pipeline.annotation.engines.vep_parse import parse_csq
from pipeline.errors import PermanentError

MISSENSE = (
    "TTT|missense_variant|MODERATE|CCT8L2|ENSG00000198445|Transcript|ENST00000359963|protein_coding|1/1||"
    "ENST00000359963.4:c.1540_1542delinsAAA|ENSP00000353048.3:p.Leu514Lys|1800-1802|1540-1542|514|L/K|CTC/AAA|||-1||"
    "substitution|HGNC|HGNC:15553|YES|MANE_Select|NM_014406.5|||P1|CCDS13738.1|ENSP00000353048|Q96SF2.146||"
    "UPI000006CF87|||deleterious(0)|probably_damaging(0.991)|Gene3D:1.10.560.10&Pfam:PF00118" + "|" * 40
)
DOWNSTREAM = (
    "TTT|downstream_gene_variant|MODIFIER|FABP5P11|ENSG00000240122|Transcript|ENST00000430910|"
    "transcribed_processed_pseudogene|||||||||||4078|-1||substitution|HGNC|HGNC:19328|YES" + "|" * 55
)
INTERGENIC = (
    "A|intergenic_variant|MODIFIER|||||||||||||||rs1255414866||||SNV|||||||||||||||||||||||||||||||||||||0.000129|0|0|0|"
    "0|0.002661|0|0|3.141e-05|0|0|0.002661|gnomADg_EAS|||||||||"
)


def entry(**fields: str) -> str:
    """An entry with these fields; the others are empty."""
    return "|".join(fields.get(name, "") for name in FIELDS)


def rows(*texts: str | None) -> list[dict[str, object]]:
    """Parsed rows of these alleles."""
    return parse_csq(pa.array(texts, pa.string())).to_pylist()


def test_a_missense_variant_with_its_predictions_and_a_neighbouring_gene() -> None:
    missense, downstream = rows(f"{MISSENSE},{DOWNSTREAM}")
    assert {key: missense[key] for key in CONSEQUENCE_SCHEMA.names[:10]} == {
        "row": 0,
        "consequence": "missense_variant",
        "gene": "CCT8L2",
        "gene_id": "ENSG00000198445",
        "transcript": "ENST00000359963",
        "biotype": "protein_coding",
        "strand": "-",
        "amino_acids": "L/K",
        "protein_position": 514,
        "dna_change": None,
    }
    assert (missense["vep_sift"], missense["vep_sift_score"]) == ("deleterious", 0.0)
    assert (missense["vep_polyphen"], missense["vep_polyphen_score"]) == ("probably_damaging", 0.991)
    assert {key: missense[key] for key in CONSEQUENCE_SCHEMA.names[10:]} == {
        "hgvs_c": "ENST00000359963.4:c.1540_1542delinsAAA",
        "hgvs_p": "ENSP00000353048.3:p.Leu514Lys",
        "codons": "CTC/AAA",
        "cds_position": 1540,
        "exon": "1/1",
        "intron": None,
        "distance": None,
        "transcript_tag": "MANE Select",
    }
    assert (missense["vep_canonical"], missense["vep_mane_select"]) == ("YES", "NM_014406.5")
    assert missense["vep_feature"] is None
    assert (downstream["row"], downstream["gene"], downstream["vep_sift"]) == (0, "FABP5P11", None)
    assert (downstream["distance"], downstream["transcript_tag"]) == (4078, "canonical")


def test_known_variants_and_frequencies() -> None:
    (row,) = rows(INTERGENIC)
    assert (row["consequence"], row["transcript"], row["gene"]) == ("intergenic_variant", None, None)
    assert row["vep_existing_variation"] == "rs1255414866"
    assert (row["vep_gnomadg_af"], row["vep_gnomade_af"]) == (0.000129, None)
    assert (row["vep_max_af"], row["vep_max_af_pops"]) == (0.002661, "gnomADg_EAS")


def test_rows_keep_the_number_of_their_allele_and_silent_alleles_have_none() -> None:
    found = rows(None, INTERGENIC, None, f"{DOWNSTREAM},{MISSENSE}")
    assert [row["row"] for row in found] == [1, 3, 3]
    assert rows() == [] and rows(None, None) == []


def test_a_regulatory_feature_is_no_transcript() -> None:
    (row,) = rows(
        entry(Consequence="regulatory_region_variant", Feature_type="RegulatoryFeature", Feature="ENSR22_B5B32")
    )
    assert (row["transcript"], row["vep_feature"]) == (None, "ENSR22_B5B32")


@pytest.mark.parametrize(
    ("position", "first"), [("514", 514), ("515-516", 515), ("?-12", 12), ("12-?", 12), ("", None)]
)
def test_the_first_residue_of_a_range(position: str, first: int | None) -> None:
    assert rows(entry(Consequence="missense_variant", Protein_position=position))[0]["protein_position"] == first


def test_terms_stand_with_the_most_severe_first_and_unknown_ones_are_general() -> None:
    found = rows(
        entry(Consequence="intron_variant&splice_donor_variant"), entry(Consequence="something_new_in_release_200")
    )
    assert [row["consequence"] for row in found] == ["splice_donor_variant&intron_variant", "sequence_variant"]


def test_several_known_variants_at_a_place_give_the_highest_frequency() -> None:
    (row,) = rows(entry(Consequence="intron_variant", gnomADe_AF="0.01&0.2&", Existing_variation="rs1&rs2&COSV3"))
    assert (row["vep_gnomade_af"], row["vep_existing_variation"]) == (0.2, "rs1&rs2&COSV3")


def test_what_vcf_cannot_hold_is_written_out_again() -> None:
    (row,) = rows(entry(Consequence="intron_variant", HGVSp="P1:p.Val517%3D", Existing_variation="b%2Cc", FLAGS="1%25"))
    assert (row["hgvs_p"], row["vep_existing_variation"], row["vep_flags"]) == ("P1:p.Val517=", "b,c", "1%")


def test_quotes_and_formulas_are_text_C09() -> None:
    (row,) = rows(entry(Consequence="intron_variant", SYMBOL='"=cmd', Existing_variation='rs"1'))
    assert (row["gene"], row["vep_existing_variation"]) == ('"=cmd', 'rs"1')


def test_an_entry_of_another_form_is_an_error_with_a_sentence() -> None:
    with pytest.raises(PermanentError, match="entry that cannot be read"):
        rows("missense|MT-ND1|x")


def test_columns_are_declared_once_and_never_clash_with_those_of_a_source() -> None:
    columns = VepEngine.extra_columns
    assert len({column.name for column in columns}) == len({column.field for column in columns}) == len(columns)
    assert all(column.name.startswith("vep_") and column.field.startswith("VEP_") for column in columns)
    assert parse_csq(pa.array([MISSENSE])).column_names == [
        *CONSEQUENCE_SCHEMA.names,
        *(column.name for column in columns),
    ]


def test_the_header_names_every_field_of_an_entry() -> None:
    layout = VepEngine.info_description.rpartition("Format: ")[2].split("|")
    assert len(layout) == len(FIELDS) == len(MISSENSE.split("|")) == 80
    assert layout[:3] == ["Allele", "Consequence", "IMPACT"]
