"""Adds up what a job found: the numbers of the log, the job page and the first plots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.alleles import ANNOTATED, SKIP_REASONS, Alleles
from pipeline.annotation.batch import Annotated
from pipeline.annotation.columnar import count_values, mask
from pipeline.annotation.consequence_terms import IMPACTS, SEVERITY
from pipeline.annotation.contig_plan import ContigPlan
from pipeline.annotation.genotypes import Genotypes
from pipeline.annotation.outputs.known import Known
from pipeline.annotation.prepare.survey import Survey
from pipeline.settings import get_settings

BINS = 100  # of a contig, for the first plot of positions
TRANSITIONS = {"A>G", "G>A", "C>T", "T>C"}
CLASSES = ("SNV", "MNV", "indel", "SV", "other")  # SV: symbolic alleles and breakends
CLASS_OF = {
    "SNV": "SNV",
    "MNV": "MNV",
    "insertion": "indel",
    "deletion": "indel",
    "indel": "indel",
    "symbolic": "SV",
    "breakend": "SV",
}


@dataclass
class Summary:
    """Counters; records and alleles are counted apart."""

    alleles: int = 0
    annotated_records: int = 0
    annotated_alleles: int = 0
    skipped_records: Counter[str] = field(default_factory=Counter)
    skipped_alleles: Counter[str] = field(default_factory=Counter)
    contigs: dict[str, Counter[str]] = field(default_factory=dict)
    types: Counter[str] = field(default_factory=Counter)
    consequences: Counter[str] = field(default_factory=Counter)
    all_consequences: Counter[str] = field(default_factory=Counter)
    impacts: Counter[str] = field(default_factory=Counter)
    genes: Counter[str] = field(default_factory=Counter)
    regions: Counter[str] = field(default_factory=Counter)
    substitutions: Counter[str] = field(default_factory=Counter)
    known: Known = field(default_factory=Known)
    bins: dict[str, np.ndarray] = field(default_factory=dict)
    bin_width: dict[str, int] = field(default_factory=dict)
    reach: dict[str, tuple[int, int]] = field(default_factory=dict)  # first and last position of a contig in `bins`
    samples: dict[str, np.ndarray] = field(default_factory=dict)


def add_block(total: Summary, found: Alleles, done: Annotated) -> None:
    """Add the alleles of a block."""
    total.alleles += len(found)
    annotated = found.skip == ANNOTATED
    total.annotated_alleles += int(annotated.sum())
    _add_records(total, found)
    columns = done.columns
    for counter, name in (
        (total.types, "type"),
        (total.consequences, "consequence"),
        (total.impacts, "impact"),
        (total.genes, "gene"),
    ):
        counter.update(count_values(columns[name]))
    total.all_consequences.update(count_values(done.consequences["consequence"]))
    if "region" in columns:
        total.regions.update(count_values(columns["region"]))
    total.skipped_alleles.update(count_values(columns["skipped"]))
    _add_substitutions(total, done)


def _add_records(total: Summary, found: Alleles) -> None:
    """A record counts as annotated when one of its alleles is; else the reason of its first allele counts."""
    codes = found.record_skip.copy()
    first = np.unique(found.row, return_index=True)
    codes[first[0]] = found.skip[first[1]]
    codes[found.row[found.skip == ANNOTATED]] = ANNOTATED
    counted = np.bincount(codes, minlength=len(SKIP_REASONS))
    total.annotated_records += int(counted[ANNOTATED])
    total.skipped_records.update({SKIP_REASONS[code]: int(n) for code, n in enumerate(counted) if code and n})


def _add_substitutions(total: Summary, done: Annotated) -> None:
    single = mask(pc.equal(done.columns["type"], "SNV"))
    change = pc.binary_join_element_wise(done.normal.ref, done.normal.alt, ">").filter(pa.array(single))
    total.substitutions.update(count_values(change))


def add_places(total: Summary, chrom: pa.StringArray, pos: np.ndarray, annotated: np.ndarray, plan: ContigPlan) -> None:
    """Count alleles by contig and by stretch of the contig."""
    encoded = chrom.dictionary_encode()
    codes = encoded.indices.to_numpy()
    for code, name in enumerate(encoded.dictionary.to_pylist()):
        here = codes == code
        counter = total.contigs.setdefault(name, Counter())
        counter["alleles"] += int(here.sum())
        counter["annotated"] += int((here & annotated).sum())
        if name not in total.bins and len(total.bins) >= get_settings().max_contigs_listed:
            continue  # a plot of so many contigs shows nothing
        if not here.any():
            continue
        first, last = int(pos[here].min()), int(pos[here].max())
        before = total.reach.get(name, (first, last))
        total.reach[name] = (min(first, before[0]), max(last, before[1]))
        _make_room(total, name, max(last, 1), plan)
        index = np.clip((pos[here] - 1) // total.bin_width[name], 0, BINS - 1)
        total.bins[name] += np.bincount(index, minlength=BINS)


def _make_room(total: Summary, name: str, last: int, plan: ContigPlan) -> None:
    """Bins that reach to position `last` (1-based): those of a contig of unknown length double their width."""
    if name not in total.bins:
        target = plan.contig(name).target
        total.bin_width[name] = max(-(-target.length // BINS) if target else 1, 1)
        total.bins[name] = np.zeros(BINS, np.int64)
    while last > total.bin_width[name] * BINS:
        total.bin_width[name] *= 2
        paired = total.bins[name].reshape(-1, 2).sum(axis=1)
        total.bins[name] = np.concatenate((paired, np.zeros(BINS // 2, np.int64)))


def add_samples(total: Summary, genotypes: Genotypes) -> None:
    """Add the calls of each sample."""
    for name in ("het", "hom", "missing"):
        values = getattr(genotypes, f"{name}_by_sample")
        total.samples[name] = total.samples.get(name, np.zeros(len(values), np.int64)) + values


def ti_tv(substitutions: Counter[str]) -> dict[str, Any]:
    """Transitions, transversions and their ratio (null without transversions)."""
    transitions = sum(count for change, count in substitutions.items() if change in TRANSITIONS)
    plain = {a + ">" + b for a in "ACGT" for b in "ACGT" if a != b}
    transversions = sum(count for change, count in substitutions.items() if change in plain - TRANSITIONS)
    ratio = round(transitions / transversions, 3) if transversions else None
    return {"transitions": transitions, "transversions": transversions, "ratio": ratio}


def by_class(types: Counter[str]) -> dict[str, int]:
    """Alleles by class: each type is in one, so that the classes add up to all alleles."""
    counted = Counter(dict.fromkeys(CLASSES, 0))
    for name, count in types.items():
        counted[CLASS_OF.get(name, "other")] += count
    return dict(counted)


def by_size(counter: Counter[str]) -> dict[str, int]:
    """Largest first, then by name."""
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))


def as_document(total: Summary, survey: Survey, plan: ContigPlan) -> dict[str, Any]:
    """The summary as JSON: the same numbers as the log."""
    listed = _listed(survey.contigs, plan.contigs)
    unknown = _listed(survey.contigs, plan.unknown())
    shown = set(listed)
    unlisted = [count for name, count in survey.contigs.items() if name not in shown]
    return {
        "build": plan.choice.document(),
        "read": survey.records,
        "alleles": total.alleles,
        "annotated": total.annotated_records,
        "annotated_alleles": total.annotated_alleles,
        "skipped": by_size(total.skipped_records),
        "skipped_alleles": by_size(total.skipped_alleles),
        "samples": survey.samples,
        "contigs": [
            {
                "name": name,
                "records": survey.contigs[name],
                "alleles": total.contigs.get(name, Counter())["alleles"],
                "annotated_alleles": total.contigs.get(name, Counter())["annotated"],
                "reference": contig.target.name if contig.target else None,
            }
            for name, contig in ((name, plan.contigs[name]) for name in listed)
        ],
        "contigs_not_listed": {"contigs": len(unlisted), "records": sum(unlisted)},
        "unannotated_contigs": {name: survey.contigs[name] for name in unknown},
        "unannotated": _on_unknown(survey, plan),
        "classes": by_class(total.types),
        "types": by_size(total.types),
        "consequences": {term: total.consequences[term] for term in SEVERITY if total.consequences[term]},
        "transcript_consequences": by_size(total.all_consequences),
        "impacts": {impact: total.impacts[impact] for impact in IMPACTS if total.impacts[impact]},
        "genes": by_size(total.genes),
        "in_no_gene": total.annotated_alleles - sum(total.genes.values()),
        "regions": by_size(total.regions),
        "substitutions": dict(sorted(total.substitutions.items())),
        "ti_tv": ti_tv(total.substitutions),
        **total.known.document(total.annotated_alleles),
        "genotypes": _sample_rows(total, survey),
        "positions": [
            {
                "contig": name,
                "bin_width": total.bin_width[name],
                "counts": counts.tolist(),
                "first": total.reach[name][0],
                "last": total.reach[name][1],
            }
            for name, counts in total.bins.items()
        ],
        "changes": by_size(survey.changes),
    }


def _listed(records: Counter[str], names: Iterable[str]) -> list[str]:
    """The names in their order; where they are too many, those with most records."""
    kept = list(names)
    limit = get_settings().max_contigs_listed
    return kept if len(kept) <= limit else sorted(kept, key=lambda name: -records[name])[:limit]


def _on_unknown(survey: Survey, plan: ContigPlan) -> dict[str, int]:
    """How many contigs, with how many records, are carried through: all of them, also those not listed."""
    names = plan.unknown()
    return {"contigs": len(names), "records": sum(survey.contigs[name] for name in names)}


def _sample_rows(total: Summary, survey: Survey) -> list[dict[str, Any]]:
    if not total.samples:
        return []
    columns = (total.samples[name].tolist() for name in ("het", "hom", "missing"))
    rows = zip(survey.header.samples, *columns, strict=True)
    return [{"sample": name, "het": het, "hom_alt": hom, "missing": gone} for name, het, hom, gone in rows]
