"""Turns a GFF3 file into the bundle's: Ensembl's dialect, the FASTA's contig names, sorted and checked."""

from __future__ import annotations

import gzip
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import InputError, LimitError
from pipeline.reference.fasta import opened
from pipeline.reference.gene_dialects import Converter, ensembl_features, is_ensembl
from pipeline.reference.gff3_lines import Feature, parse

MAX_LINE_BYTES = 1 << 20
HELD_BYTES = 32 << 20  # text kept before it is set aside on disk by contig
MAX_CONTIG_TEXT_BYTES = 1 << 30  # one contig's lines are in memory at a time
PLAIN_BELOW_BYTES = 1 << 20


def write_gff3(
    source: Path, folder: Path, lengths: dict[str, int], names: dict[str, str], progress: Callable[[str], None]
) -> tuple[str, set[str], Counter[str]]:
    """Write `genes.gff3` or `genes.gff3.gz`; its name, the contigs that have transcripts, and what was left out.

    `lengths` are those of the FASTA by contig, `names` maps every name that files use for a contig to the FASTA's.
    Raises InputError for what is no GFF3, or holds no transcript on any contig of the FASTA.
    """
    counts: Counter[str] = Counter()
    parts = folder / ".gff3"
    parts.mkdir()
    index = {name: number for number, name in enumerate(lengths)}
    _set_aside(source, parts, names, index, counts)
    plain = folder / "genes.gff3"
    converter = Converter(counts)
    with_genes: set[str] = set()
    with plain.open("w", encoding="utf-8") as out:
        out.write("##gff-version 3\n")
        out.writelines(f"##sequence-region {name} 1 {length}\n" for name, length in lengths.items())
        for name, number in index.items():
            part = parts / str(number)
            if part.exists():
                progress(f"genes of {name}")
                features = _features(part, name, lengths[name], counts)
                rows = ensembl_features(features, counts) if is_ensembl(features) else converter.convert(features)
                if any(row.id.startswith("transcript:") for row in rows):
                    with_genes.add(name)
                out.writelines(row.line() for row in sorted(rows, key=_place))
                part.unlink()
    parts.rmdir()
    if not with_genes:
        raise InputError(
            f"{source} holds no transcript on any contig of the FASTA ({_told(counts)}). Are both of one assembly?",
            code="no_genes",
        )
    return _packed(plain), with_genes, counts


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items())) or "no lines"


def _set_aside(source: Path, parts: Path, names: dict[str, str], index: dict[str, int], counts: Counter[str]) -> None:
    """Sort the lines into one file a contig, so that no more than one contig's are ever in memory."""
    held: dict[int, list[bytes]] = {}
    size = number = 0
    with opened(source) as handle:
        try:
            while line := handle.readline(MAX_LINE_BYTES):
                number += 1
                if len(line) == MAX_LINE_BYTES:
                    raise LimitError(f"{source}: line {number:,} is longer than {MAX_LINE_BYTES:,} bytes.", line=number)
                if line.startswith(b"##FASTA"):
                    break
                if line.startswith(b"#") or not line.strip():
                    continue
                counts["lines"] += 1
                name = names.get(line.partition(b"\t")[0].decode("utf-8", "replace"))
                if name is None:
                    counts["contig_not_in_fasta"] += 1
                    continue
                held.setdefault(index[name], []).append(line if line.endswith(b"\n") else line + b"\n")
                size += len(line)
                if size > HELD_BYTES:
                    _flush(held, parts)
                    size = 0
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError(f"{source} is not a whole gzip file: {error}.", code="broken_gzip") from error
    _flush(held, parts)


def _flush(held: dict[int, list[bytes]], parts: Path) -> None:
    for number, lines in held.items():
        with (parts / str(number)).open("ab") as out:
            out.writelines(lines)
    held.clear()


def _features(part: Path, contig: str, length: int, counts: Counter[str]) -> list[Feature]:
    if part.stat().st_size > MAX_CONTIG_TEXT_BYTES:
        raise LimitError(f"The GFF3 has more than {MAX_CONTIG_TEXT_BYTES:,} bytes of lines on the contig {contig}.")
    found = []
    with part.open(encoding="utf-8", errors="replace", newline="\n") as handle:
        for line in handle:
            feature = parse(line)
            if feature is None:
                counts["malformed"] += 1
            elif feature.end > length:
                counts["beyond_contig_end"] += 1
            elif feature.strand not in ("+", "-"):
                counts["without_strand"] += 1
            else:
                feature.contig = contig
                found.append(feature)
    return found


def _place(feature: Feature) -> tuple[int, int, int]:
    """By start; a gene before its transcripts before their parts."""
    rank = 0 if feature.id.startswith("gene:") else 1 if feature.id.startswith("transcript:") else 2
    return feature.start, rank, -feature.end


def _packed(plain: Path) -> str:
    if plain.stat().st_size < PLAIN_BELOW_BYTES:
        return plain.name
    out = plain.with_name(f"{plain.name}.gz")
    with plain.open("rb") as handle, gzip.GzipFile(out, "wb", mtime=0) as packed:
        while chunk := handle.read(1 << 20):
            packed.write(chunk)
    plain.unlink()
    return out.name
