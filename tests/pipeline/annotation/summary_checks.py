"""Holds the summary of a job to its own rules: it adds up, and log and JSON agree in every number."""

from __future__ import annotations

import json
import re
from typing import Any

from pipeline.annotation.annotate import AnnotationResult
from pipeline.annotation.outputs.log import LONG_LIST

# Section of the log → key of the JSON, for the sections that are lists of counts.
LISTS = {
    "Records carried through without annotation": "skipped",
    "Alleles without annotation": "skipped_alleles",
    "Alleles by class": "classes",
    "Alleles by type": "types",
    "Alleles by the consequence that speaks for each": "consequences",
    "Alleles by impact": "impacts",
    "Consequences, all transcripts": "transcript_consequences",
    "Alleles by gene": "genes",
    "Alleles by region": "regions",
    "Substitutions": "substitutions",
}
COUNT = re.compile(r"^  (.+?) +([0-9,]+)(?:   .*)?$")


def check_summary(result: AnnotationResult) -> None:
    """Everything that holds for every file, whatever is in it."""
    document = json.loads(result.files["summary"].read_text("utf-8"))
    adds_up(document)
    log_agrees(result.files["log"].read_text("utf-8"), document)


def adds_up(document: dict[str, Any]) -> None:
    """read = annotated + skipped, and so for alleles, contigs, types, classes, known and novel."""
    assert document["read"] == document["annotated"] + sum(document["skipped"].values())
    assert document["alleles"] == document["annotated_alleles"] + sum(document["skipped_alleles"].values())
    assert document["alleles"] == sum(document["types"].values()) == sum(document["classes"].values())
    listed = sum(row["records"] for row in document["contigs"])
    assert document["read"] == listed + document["contigs_not_listed"]["records"]
    assert document["annotated_alleles"] == sum(document["genes"].values()) + document["in_no_gene"]
    assert document["annotated_alleles"] == sum(document["consequences"].values()) == sum(document["impacts"].values())
    assert (
        document["annotated_alleles"]
        == document["known_in_any"] + document["novel_in_all"] + document["not_covered_by_any"]
    )
    for source, known in document["known"].items():
        assert document["annotated_alleles"] == known + document["novel"][source] + document["not_covered"][source]
        assert known <= document["known_in_any"]
    assert document["with_rs_number"] <= document["known_in_any"]
    ti_tv = document["ti_tv"]
    assert ti_tv["transitions"] + ti_tv["transversions"] <= sum(document["substitutions"].values())
    assert sum(document["substitutions"].values()) == document["classes"]["SNV"]
    assert len(document["genotypes"]) in (0, document["samples"])


def sections_of(log: str) -> dict[str, list[str]]:
    """Lines of each section by its title; the lines of the head are under the empty title."""
    found: dict[str, list[str]] = {"": []}
    title = ""
    for line in log.splitlines():
        if line and not line.startswith((" ", "-")) and not re.search(r"\d$|: ", line):
            title = line
            found[title] = []
        elif line:
            found[title].append(line)
    return found


def number(text: str) -> int:
    return int(text.replace(",", ""))


def log_agrees(log: str, document: dict[str, Any]) -> None:
    """Every number of the JSON but the plot's positions stands in the log."""
    head = {
        m[1].strip(): number(m[2]) for m in re.finditer(r"^(  ?[a-z ]+|[A-Z][a-z ]+?) +([0-9,]+)$", log, re.MULTILINE)
    }
    assert head["Records read"] == document["read"]
    assert head["Alternate alleles"] == document["alleles"]
    assert head["not annotated"] == sum(document["skipped"].values())
    assert head["Samples"] == document["samples"]
    sections = sections_of(log)
    in_no_gene = sections["Alleles by gene"].pop()
    assert re.fullmatch(rf"  in no gene +{document['in_no_gene']:,}", in_no_gene)
    for title, key in LISTS.items():
        _list_agrees(sections.get(title, ["  none"]), document[key])
    _contigs_agree(sections["By contig (records, alleles, annotated alleles)"], document)
    _known_agree(sections["Annotated alleles, known and novel"], document)
    ti_tv = "\n".join(sections["Transitions and transversions"])
    for key in ("transitions", "transversions"):
        assert re.search(rf"  {key} +{document['ti_tv'][key]:,}$", ti_tv, re.MULTILINE)
    ratio = "-" if document["ti_tv"]["ratio"] is None else document["ti_tv"]["ratio"]
    assert re.search(rf"  ti/tv +{ratio}$", ti_tv, re.MULTILINE)
    samples = sections.get("Genotypes by sample (het, hom alt, missing)", [])
    for row, line in zip(document["genotypes"][:LONG_LIST], samples, strict=False):
        assert [number(text) for text in line.split()[-3:]] == [row["het"], row["hom_alt"], row["missing"]]
    assert len(samples) >= min(len(document["genotypes"]), LONG_LIST)


def _list_agrees(lines: list[str], counts: dict[str, int]) -> None:
    if lines == ["  none"]:
        assert not any(counts.values())
        return
    shown = [(m[1], number(m[2])) for m in map(COUNT.match, lines) if m]
    rest = shown.pop() if len(counts) > LONG_LIST else None
    assert shown == list(counts.items())[: len(shown)]
    assert sum(count for _, count in shown) + (rest[1] if rest else 0) == sum(counts.values())


def _contigs_agree(lines: list[str], document: dict[str, Any]) -> None:
    for row, line in zip(document["contigs"], lines, strict=False):
        counts = re.search(
            r" +([0-9,]+) +([0-9,]+) +([0-9,]+)(?:   (named .+ in the reference|carried through))?$", line
        )
        assert counts, line
        assert counts[4] == _place_of(row)
        assert [number(text) for text in counts.groups()[:3]] == [
            row["records"],
            row["alleles"],
            row["annotated_alleles"],
        ]
    carried = document["unannotated"]
    found = [line for line in lines if line.startswith("  Carried through in all: ")]
    assert [[number(text) for text in re.findall(r"[0-9,]*[0-9]", line)] for line in found] == (
        [[carried["contigs"], carried["records"]]] if carried["contigs"] else []
    )


def _place_of(row: dict[str, Any]) -> str | None:
    """What the log says of a contig: nothing where the reference names it as the file does."""
    if row["reference"] is None:
        return "carried through"
    return None if row["reference"] == row["name"] else f"named {row['reference']} in the reference"


def _known_agree(lines: list[str], document: dict[str, Any]) -> None:
    rows = {line[:34].strip(): [number(text) for text in line[34:].split()] for line in lines[1:-1]}
    for source, known in document["known"].items():
        assert rows[source] == [known, document["novel"][source], document["not_covered"][source]]
    assert rows["with an rs number in ID"] == [document["with_rs_number"]]
    assert rows["any of these"] == [document[key] for key in ("known_in_any", "novel_in_all", "not_covered_by_any")]
