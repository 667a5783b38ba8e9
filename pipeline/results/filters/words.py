"""Filters in words: for chips, reports and who cannot see the page."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.results.filters.model import (
    Carries,
    Contains,
    Group,
    Inherited,
    InRegions,
    Known,
    OneOf,
    Part,
    PrivateTo,
    Range,
    Region,
    Tagged,
)

MOST_NAMED = 3
CALLS = {"het": "heterozygous", "hom": "homozygous", "absent": "without the allele", "missing": "not called"}
PATTERNS = {
    "de_novo": "new in {child}: neither {mother} nor {father} has it",
    "recessive": "homozygous in {child}, one copy in each of {mother} and {father}",
    "compound_het": "one of two in a gene of {child}, one from {mother} and one from {father}",
}
TAGS = {"likely_causal": "likely causal", "artefact": "artefact", "to_confirm": "to confirm"}
Titles = Mapping[str, str]


def in_words(group: Group, titles: Titles) -> str:
    """The whole filter as a sentence; `titles` are the columns' names for people."""
    if not group.parts:
        return "All variants."
    said = chip(group, titles)
    return said[:1].upper() + said[1:] + "."


def chip(part: Part, titles: Titles) -> str:
    """One condition in a few words."""
    match part:
        case Group():
            word = " and " if part.join == "all" else " or "
            inner = (f"({chip(p, titles)})" if isinstance(p, Group) else chip(p, titles) for p in part.parts)
            return word.join(inner) or "all variants"
        case OneOf():
            return f"{_title(part.column, titles)} {_one_of(part)}"
        case Range():
            return f"{_title(part.column, titles)} {_bounds(part)}"
        case Contains():
            where = f" in {_listed([_title(name, titles) for name in part.columns])}" if part.columns else ""
            return f"the text “{part.text}”{where}"
        case Known():
            return f"{_title(part.column, titles)} is {'known' if part.known else 'unknown'}"
        case InRegions():
            return f"in {_listed([region_in_words(region) for region in part.regions], 'regions')}"
        case Carries():
            return _call(part)
        case Inherited():
            names = {"child": part.child, "mother": part.mother, "father": part.father}
            return PATTERNS[part.pattern].format(**names)
        case PrivateTo():
            return f"only in {_listed(list(part.samples), 'samples')}"
        case Tagged():
            return _tagged(part)


def region_in_words(region: Region) -> str:
    """A region as people write it."""
    if region == Region(contig=region.contig):
        return region.contig
    if region.start == region.end:
        return f"{region.contig}:{region.start:,}"
    return f"{region.contig}:{region.start:,}–{region.end:,}"


def _title(column: str, titles: Titles) -> str:
    return titles.get(column, column.replace("_", " "))


def _value(value: str | None) -> str:
    if value is None:
        return "unknown"
    return value.lower() if value in ("HIGH", "MODERATE", "LOW", "MODIFIER") else value.replace("_", " ")


def _listed(values: list[str], things: str = "values") -> str:
    if len(values) > MOST_NAMED:
        return f"one of {len(values):,} {things}"
    return " or ".join(values)


def _one_of(part: OneOf) -> str:
    values = [_value(value) for value in part.values]
    things = "genes" if part.column == "gene" else "values"
    if part.terms:
        return f"{'does not have' if part.negated else 'has'} {_listed(values, things)}"
    if not part.negated:
        return f"is {_listed(values, things)}"
    if len(values) > MOST_NAMED:
        return f"is none of {len(values):,} {things}"
    return f"is neither {' nor '.join(values)}" if len(values) > 1 else f"is not {values[0]}"


def _bounds(part: Range) -> str:
    least, most = (None if bound is None else f"{bound:,.12g}" for bound in (part.least, part.most))
    if least is not None and most is not None:
        said = f"is {least}" if least == most else f"from {least} to {most}"
    else:
        said = f"up to {most}" if least is None else f"at least {least}"
    return f"{said} or unknown" if part.or_unknown else said


def _tagged(part: Tagged) -> str:
    """A note may have no tag."""
    tags = [TAGS.get(tag, tag) for tag in part.tags if tag != "none"]
    said = [f"tagged {_listed(tags, 'tags')}"] if tags else []
    return " or ".join([*said, *(["with a note without a tag"] if "none" in part.tags else [])])


def _call(part: Carries) -> str:
    bounds = (
        (part.least_depth, "{:,} reads or more"),
        (part.least_quality, "genotype quality {:g} or more"),
        (part.least_balance, "allele balance {:g} or more"),
    )
    told = [text.format(bound) for bound, text in bounds if bound is not None]
    said = f"sample {part.sample} is {' or '.join(CALLS[call] for call in part.calls)}"
    return f"{said} ({', '.join(told)})" if told else said
