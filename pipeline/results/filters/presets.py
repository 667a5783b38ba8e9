"""Good filters that come with the product, for the columns that a result has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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
PATHOGENIC = ("Pathogenic", "Likely_pathogenic", "Pathogenic/Likely_pathogenic")
# Columns of the usual sources, the widest first: the frequency of the allele among people, and ClinVar's class.
FREQUENCIES = ("gnomad_af", "gnomadg_af", "gnomade_af", "vep_max_af", "vep_gnomadg_af", "vep_gnomade_af", "vep_af")
SIGNIFICANCES = ("clinvar_clnsig", "clnsig", "clinvar_significance", "clinvar", "vep_clin_sig")


@dataclass(frozen=True)
class Preset:
    """A named filter, and what it is good for."""

    id: str
    title: str
    sentence: str
    group: Group


def presets_for(table: Table) -> list[Preset]:
    """Those whose columns the result has."""
    return list(_presets(table))


def frequency_column(table: Table) -> str | None:
    """The column that tells how frequent an allele is among people, by the first source that knows."""
    return next((name for name in FREQUENCIES if name in table.types and table.kind(name) != "text"), None)


def significance_column(table: Table) -> str | None:
    """The column that holds ClinVar's class."""
    return next((name for name in SIGNIFICANCES if name in table.types), None)


def _presets(table: Table) -> Iterator[Preset]:
    frequency, significance = frequency_column(table), significance_column(table)
    damaging = OneOf(column="impact", values=("HIGH", "MODERATE"))
    if frequency:
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
    yield _preset(
        "loss_of_function",
        "Loss of function",
        "The protein is cut short, shifted, not begun or not spliced as it should be.",
        OneOf(column="consequence", values=LOSS_OF_FUNCTION, terms=True),
    )
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
