"""Good filters that come with the product, for the columns that a result has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.results.columns import KNOWN, Descriptions
from pipeline.results.filters.model import Group, Known, OneOf, Part, PrivateTo, Range
from pipeline.results.filters.table import Table

RARE = 0.01
MOST_SAMPLES = 12  # a preset of its own for each
LOSS_OF_FUNCTION = (
    "stop_gained",
    "frameshift_variant",
    "splice_acceptor_variant",
    "splice_donor_variant",
    "start_lost",
    "stop_lost",
    "transcript_ablation",
)
# As ClinVar's own file says it once its underscores are blanks, with them, and as Ensembl says it.
PATHOGENIC = ("Pathogenic", "Likely pathogenic", "Likely_pathogenic", "pathogenic", "likely_pathogenic")
# Columns of the usual sources, the widest first: the frequency of the allele among people, and ClinVar's class.
FREQUENCIES = ("gnomad_af", "vep_max_af", "vep_gnomadg_af", "vep_gnomade_af", "vep_af")
SIGNIFICANCES = ("clinvar_significance", "vep_clin_sig")
# What a source that somebody added may call them, and say of them in the result's manifest.
_FREQUENCY_NAME = re.compile(r"(gnomad|exac|topmed|1000g|1kg|esp|mitomap).*_af\Z", re.IGNORECASE)
_FREQUENCY_WORDS = re.compile(r"\bfrequenc(y|ies)\b.*\b(gnomad|exac|topmed|1000 genomes|population)", re.IGNORECASE)
_SIGNIFICANCE_NAME = re.compile(r"(clnsig|clin_?sig|clinvar.*(sig|class)\w*)\Z", re.IGNORECASE)
_SIGNIFICANCE_WORDS = re.compile(r"clinvar.*(significance|classification)|clinical significance", re.IGNORECASE)
NO_WORDS: Descriptions = {}


@dataclass(frozen=True)
class Preset:
    """A named filter, and what it is good for."""

    id: str
    title: str
    sentence: str
    group: Group


def presets_for(table: Table, descriptions: Descriptions = NO_WORDS) -> list[Preset]:
    """Those whose columns the result has; `descriptions` are its manifest's (`columns.described_by`)."""
    return list(_presets(table, descriptions))


def frequency_column(table: Table, descriptions: Descriptions = NO_WORDS) -> str | None:
    """The column that tells how frequent an allele is among people, by the first source that knows."""
    numbers = [name for name in table.types if table.kind(name) == "decimal" and name not in KNOWN]
    return _column(numbers, FREQUENCIES, _FREQUENCY_NAME, _FREQUENCY_WORDS, descriptions)


def significance_column(table: Table, descriptions: Descriptions = NO_WORDS) -> str | None:
    """The column that holds ClinVar's class."""
    texts = [name for name in table.types if table.kind(name) == "text" and name not in KNOWN]
    return _column(texts, SIGNIFICANCES, _SIGNIFICANCE_NAME, _SIGNIFICANCE_WORDS, descriptions)


def _column(
    names: list[str], usual: tuple[str, ...], name: re.Pattern[str], words: re.Pattern[str], said: Descriptions
) -> str | None:
    """The first of the usual names, else one that looks like them, else one of which the source says so."""
    ranked = [
        *(column for column in usual if column in names),
        *(column for column in names if name.search(column)),
        *(column for column in names if words.search(" ".join(said.get(column, ())))),
    ]
    return next(iter(ranked), None)


def _presets(table: Table, descriptions: Descriptions) -> Iterator[Preset]:
    frequency, significance = frequency_column(table, descriptions), significance_column(table, descriptions)
    damaging = OneOf(column="impact", values=("HIGH", "MODERATE"))
    if frequency and "impact" in table.types:
        rare = Range(column=frequency, most=RARE, or_unknown=True)
        yield _preset(
            "rare_damaging",
            "Rare and damaging",
            f"At most {RARE:.0%} of the alleles among people, or never seen, with high or moderate impact.",
            rare,
            damaging,
        )
    if significance:
        yield _preset(
            "clinvar_pathogenic",
            "Pathogenic in ClinVar",
            "ClinVar calls the allele pathogenic or likely pathogenic.",
            OneOf(column=significance, values=PATHOGENIC, terms=True),
        )
    if "mitomap_disease" in table.types:
        yield _preset(
            "mitomap_disease",
            "Linked to a disease in MITOMAP",
            "MITOMAP lists the allele with a disease that it was reported for.",
            Known(column="mitomap_disease"),
        )
    if "consequence" in table.types:
        yield _preset(
            "loss_of_function",
            "Loss of function",
            "The protein is cut short, shifted, not begun or not spliced as it should be.",
            OneOf(column="consequence", values=LOSS_OF_FUNCTION, terms=True),
        )
    if "impact" in table.types:
        yield _preset("damaging", "High or moderate impact", "The protein changes, or worse.", damaging)
    if "id" in table.types:
        yield _preset(
            "new",
            "Without an identifier",
            "No record of dbSNP, or what else the file names.",
            Known(column="id", known=False),
        )
    if "filter" in table.types:
        yield _preset(
            "passed",
            "Passed all filters",
            "The caller's own filters let it through.",
            OneOf(column="filter", values=("PASS",)),
        )
    if len(table.samples) > 1:
        for sample in table.samples[:MOST_SAMPLES]:
            yield _preset(
                f"private_{sample}",
                f"Only in {sample}",
                f"No other sample of the file holds the allele, {sample} does.",
                PrivateTo(samples=(sample,)),
            )


def _preset(name: str, title: str, sentence: str, *parts: Part) -> Preset:
    return Preset(name, title, sentence, Group(parts=parts))
