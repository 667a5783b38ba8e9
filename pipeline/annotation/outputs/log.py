"""The summary log: the numbers of a job as a text that a person reads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pipeline.annotation.alleles import SKIP_SENTENCES

COLUMN, WIDEST_COLUMN = 44, 72  # characters of a name; a longer one pushes its number to the right
LONG_LIST = 200  # genes and samples shown by name; the rest is added up, with a line that says so


def log_text(document: dict[str, Any], notes: list[str], changes: list[str], provenance: list[tuple[str, str]]) -> str:
    """The whole log."""
    parts = [_head(document, provenance), _section("Genome build", _build(document["build"]))]
    if notes:
        parts.append(_section("Notes", (f"- {note}" for note in notes)))
    parts.append(_section("Records carried through without annotation", _skipped(document["skipped"])))
    parts.append(_section("Alleles without annotation", _skipped(document["skipped_alleles"])))
    contigs = _contigs(document["contigs"], document["contigs_not_listed"], document["unannotated"])
    parts.append(_section("By contig (records, alleles, annotated alleles)", contigs))
    for title, key in (
        ("Alleles by class", "classes"),
        ("Alleles by type", "types"),
        ("Alleles by the consequence that speaks for each", "consequences"),
        ("Alleles by impact", "impacts"),
        ("Consequences, all transcripts", "transcript_consequences"),
        ("Alleles by gene", "genes"),
        ("Alleles by region", "regions"),
        ("Substitutions", "substitutions"),
    ):
        if key == "genes":
            parts.append(_section(title, _genes(document)))
        elif document[key]:
            parts.append(_section(title, _counts(document[key])))
    parts.append(_section("Transitions and transversions", _ti_tv(document["ti_tv"])))
    parts.append(_section("Annotated alleles, known and novel", _known(document)))
    if document["genotypes"]:
        parts.append(_section("Genotypes by sample (het, hom alt, missing)", _samples(document["genotypes"])))
    parts.append(_section("Changes made while reading", (f"  {line}" for line in changes)))
    return "\n".join(parts)


def _head(document: dict[str, Any], provenance: list[tuple[str, str]]) -> str:
    lines = ["Genomics Annotation Service: summary", ""]
    lines += [f"{name + ':':<22}{value}" for name, value in provenance]
    skipped = sum(document["skipped"].values())
    lines += [
        "",
        f"Records read          {document['read']:>12,}",
        f"  annotated           {document['annotated']:>12,}",
        f"  not annotated       {skipped:>12,}",
        f"Alternate alleles     {document['alleles']:>12,}",
        f"  annotated           {document['annotated_alleles']:>12,}",
        f"Samples               {document['samples']:>12,}",
        "",
    ]
    return "\n".join(lines)


def _section(title: str, lines: Iterable[str]) -> str:
    body = list(lines) or ["  none"]
    return "\n".join([title, *body, ""])


def _counts(counts: dict[str, int]) -> Iterable[str]:
    shown = list(counts.items())[:LONG_LIST]
    width = max([COLUMN, *(min(len(name), WIDEST_COLUMN) for name, _ in shown)])
    for name, count in shown:
        yield f"  {name:<{width}}{count:>12,}"
    rest = list(counts.values())[LONG_LIST:]
    if rest:
        yield f"  {f'and {len(rest):,} more, all in summary.json':<{width}}{sum(rest):>12,}"


def _genes(document: dict[str, Any]) -> Iterable[str]:
    """Genes by name, then the annotated alleles that lie in none of the reference's."""
    yield from _counts(document["genes"])
    yield f"  {'in no gene':<{COLUMN}}{document['in_no_gene']:>12,}"


def _skipped(skipped: dict[str, int]) -> Iterable[str]:
    for reason, count in skipped.items():
        yield f"  {reason:<24}{count:>12,}   {SKIP_SENTENCES[reason]}"


def _build(build: dict[str, Any]) -> Iterable[str]:
    chosen = "chosen by itself" if build["automatic"] else "chosen by the job's owner"
    yield f"  {build['title'] or 'cannot be told'}; reference bundle {build['bundle']}, {chosen}"
    for sentence in build["evidence"]:
        yield f"  - {sentence}"


def _contigs(rows: list[dict[str, Any]], others: dict[str, int], carried: dict[str, int]) -> Iterable[str]:
    for row in rows:
        place = _place(row["name"], row["reference"])
        counts = "".join(f"{row[name]:>12,}" for name in ("records", "alleles", "annotated_alleles"))
        yield f"  {row['name']:<24}{counts}{place}"
    if others["contigs"]:
        yield f"  {'and ' + format(others['contigs'], ',') + ' more contigs':<24}{others['records']:>12,}"
    if carried["contigs"]:
        contigs = "1 contig" if carried["contigs"] == 1 else f"{carried['contigs']:,} contigs"
        records = "1 record" if carried["records"] == 1 else f"{carried['records']:,} records"
        yield f"  Carried through in all: {contigs}, {records}"


def _place(name: str, reference: str | None) -> str:
    """What is to be said of a contig: nothing where the reference has it under the same name."""
    if reference is None:
        return "   carried through"
    return "" if reference == name else f"   named {reference} in the reference"


def _known(document: dict[str, Any]) -> Iterable[str]:
    yield f"  {'':<32}{'known':>12}{'novel':>12}{'not covered':>14}"
    for source, known in document["known"].items():
        yield f"  {source:<32}{known:>12,}{document['novel'][source]:>12,}{document['not_covered'][source]:>14,}"
    yield f"  {'with an rs number in ID':<32}{document['with_rs_number']:>12,}"
    known, novel, rest = (document[key] for key in ("known_in_any", "novel_in_all", "not_covered_by_any"))
    yield f"  {'any of these':<32}{known:>12,}{novel:>12,}{rest:>14,}"
    yield "  Not covered: on contigs of which the source holds nothing."


def _ti_tv(values: dict[str, Any]) -> Iterable[str]:
    yield f"  {'transitions':<44}{values['transitions']:>12,}"
    yield f"  {'transversions':<44}{values['transversions']:>12,}"
    yield f"  {'ti/tv':<44}{'-' if values['ratio'] is None else values['ratio']:>12}"


def _samples(rows: list[dict[str, Any]]) -> Iterable[str]:
    for row in rows[:LONG_LIST]:
        yield f"  {row['sample']:<32}{row['het']:>12,}{row['hom_alt']:>12,}{row['missing']:>12,}"
    if len(rows) > LONG_LIST:
        yield f"  and {len(rows) - LONG_LIST:,} more samples, all in summary.json"
