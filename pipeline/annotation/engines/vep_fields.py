"""The fields of CSQ, in the order in which Ensembl VEP's `--everything` writes them, and which become columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.reference.manifest import SourceColumn

# https://www.ensembl.org/info/docs/tools/vep/vep_formats.html#output
LAYOUT = (
    "Allele|Consequence|IMPACT|SYMBOL|Gene|Feature_type|Feature|BIOTYPE|EXON|INTRON|HGVSc|HGVSp|cDNA_position|"
    "CDS_position|Protein_position|Amino_acids|Codons|Existing_variation|DISTANCE|STRAND|FLAGS|VARIANT_CLASS|"
    "SYMBOL_SOURCE|HGNC_ID|CANONICAL|MANE|MANE_SELECT|MANE_PLUS_CLINICAL|TSL|APPRIS|CCDS|ENSP|SWISSPROT|TREMBL|"
    "UNIPARC|UNIPROT_ISOFORM|GENE_PHENO|SIFT|PolyPhen|DOMAINS|miRNA|HGVS_OFFSET|AF|AFR_AF|AMR_AF|EAS_AF|EUR_AF|"
    "SAS_AF|gnomADe_AF|gnomADe_AFR_AF|gnomADe_AMR_AF|gnomADe_ASJ_AF|gnomADe_EAS_AF|gnomADe_FIN_AF|gnomADe_MID_AF|"
    "gnomADe_NFE_AF|gnomADe_REMAINING_AF|gnomADe_SAS_AF|gnomADg_AF|gnomADg_AFR_AF|gnomADg_AMI_AF|gnomADg_AMR_AF|"
    "gnomADg_ASJ_AF|gnomADg_EAS_AF|gnomADg_FIN_AF|gnomADg_MID_AF|gnomADg_NFE_AF|gnomADg_REMAINING_AF|"
    "gnomADg_SAS_AF|MAX_AF|MAX_AF_POPS|CLIN_SIG|SOMATIC|PHENO|PUBMED|MOTIF_NAME|MOTIF_POS|HIGH_INF_POS|"
    "MOTIF_SCORE_CHANGE|TRANSCRIPTION_FACTORS"
)
FIELDS: tuple[str, ...] = tuple(LAYOUT.split("|"))
BY_CSQ = "by_bcftools_csq"  # in FLAGS of an entry that bcftools csq made
Part = Literal["whole", "prediction", "score", "highest"]


@dataclass(frozen=True)
class VepColumn:
    """A column that only this engine has. `csq` is the field it shows; `part` says what of it: the whole text, what
    stands before or in the brackets of `deleterious(0.02)`, or the highest of several numbers."""

    column: SourceColumn
    csq: str
    part: Part = "whole"


def _text(name: str, csq: str, title: str, description: str, part: Part = "whole") -> VepColumn:
    return VepColumn(
        SourceColumn(name=name, field=name.upper(), type="string", title=title, description=description), csq, part
    )


def _number(name: str, csq: str, title: str, description: str, part: Part, unit: str = "") -> VepColumn:
    column = SourceColumn(name=name, field=name.upper(), type="float", title=title, description=description, unit=unit)
    return VepColumn(column, csq, part)


def _frequency(csq: str, title: str, where: str) -> VepColumn:
    return _number(f"vep_{csq.lower()}", csq, title, f"Frequency of the allele in {where}.", "highest")


# Their names begin with vep_, so that none is also the name of a column of a bundle's source.
COLUMNS: tuple[VepColumn, ...] = (
    _text("vep_sift", "SIFT", "SIFT", "Effect on the protein that SIFT predicts.", "prediction"),
    _number("vep_sift_score", "SIFT", "SIFT score", "From 0 (deleterious) to 1 (tolerated).", "score"),
    _text("vep_polyphen", "PolyPhen", "PolyPhen", "Effect on the protein that PolyPhen-2 predicts.", "prediction"),
    _number("vep_polyphen_score", "PolyPhen", "PolyPhen score", "From 0 (benign) to 1 (damaging).", "score"),
    _text(
        "vep_existing_variation", "Existing_variation", "Known variants", "dbSNP, COSMIC and other ids, joined by &."
    ),
    _text("vep_clin_sig", "CLIN_SIG", "ClinVar classes", "ClinVar's significance in Ensembl's release, joined by &."),
    _number("vep_max_af", "MAX_AF", "Highest frequency", "Highest frequency in any population.", "highest"),
    _text("vep_max_af_pops", "MAX_AF_POPS", "Population with the highest", "Populations with the highest frequency."),
    _frequency("gnomADe_AF", "gnomAD exomes", "all gnomAD exomes"),
    _frequency("gnomADg_AF", "gnomAD genomes", "all gnomAD genomes"),
    _frequency("AF", "1000 Genomes", "the 1000 Genomes Project, phase 3"),
    _text("vep_canonical", "CANONICAL", "Canonical", "YES where the transcript is Ensembl's canonical one."),
    _text("vep_mane_select", "MANE_SELECT", "MANE Select", "RefSeq transcript of the MANE Select pair."),
    _text("vep_mane_plus_clinical", "MANE_PLUS_CLINICAL", "MANE Plus Clinical", "RefSeq transcript of that pair."),
    _text("vep_feature", "Feature", "Regulatory feature", "Id of a regulatory feature or motif; null for transcripts."),
    _text("vep_flags", "FLAGS", "Flags", "cds_start_NF, cds_end_NF: transcripts with incomplete ends."),
)
EXTRA_COLUMNS: tuple[SourceColumn, ...] = tuple(item.column for item in COLUMNS)
