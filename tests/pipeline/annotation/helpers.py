"""What the annotation tests share: run a job on a text, ask its tables with SQL, make a bundle of the small genomes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pysam

from pipeline.annotation.annotate import AnnotationResult, annotate
from pipeline.reference.bundle import Bundle, load_bundle
from pipeline.reference.contigs import usual_aliases

HEADER = "##fileformat=VCFv4.2\n##contig=<ID=MT,length=16569>\n"
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"
READ_BACK = "import sys, pysam.bcftools as b; b.view('-Ou', '-o', '/dev/null', sys.argv[1], catch_stdout=False)"


def vcf_text(*records: str, samples: str = "", meta: str = "") -> str:
    """A VCF with these records; blanks separate columns."""
    columns = COLUMNS + ("\tFORMAT\t" + samples.replace(" ", "\t") if samples else "")
    lines = "".join("\t".join(record.split(" ")) + "\n" for record in records)
    return f"{HEADER}{meta}{columns}\n{lines}"


def run_job(tmp_path: Path, content: str | Path, bundle: Bundle | None = None, **options: Any) -> AnnotationResult:
    """Annotate a text or a file in fresh folders below `tmp_path`."""
    source = tmp_path / "input.vcf"
    if isinstance(content, Path):
        shutil.copy(content, source)
    else:
        source.write_text(content)
    for name in ("out", "work"):
        (tmp_path / name).mkdir(exist_ok=True)
    name = options.pop("name", content.name if isinstance(content, Path) else "input.vcf")
    return annotate(source, name, bundle or load_bundle("rcrs"), tmp_path / "out", tmp_path / "work", **options)


def ask(result: AnnotationResult, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a query; `variants`, `consequences` and `genotypes` are the result's tables."""
    connection = duckdb.connect()
    for name in ("variants", "consequences", "genotypes"):
        connection.execute(f"create view {name} as from read_parquet('{result.files[name]}')")
    return connection.execute(sql).fetchall()


def records_of(path: Path) -> list[list[str]]:
    """The records of a VCF (plain or bgzipped) as lists of columns, as they stand there."""
    with pysam.BGZFile(str(path), "rb", None) if path.suffix == ".gz" else path.open("rb") as handle:
        lines = handle.read().decode().splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def complaints(vcf: Path) -> str:
    """What bcftools says on standard error while it reads a file."""
    done = subprocess.run([sys.executable, "-c", READ_BACK, str(vcf)], capture_output=True, text=True, check=False)
    return done.stderr


def make_bundle(folder: Path, bundle_id: str, fasta: Path, gff3: Path) -> Bundle:
    """A bundle without sources; contig MT has the vertebrate mitochondrial code."""
    home = folder / bundle_id
    home.mkdir(parents=True)
    for path in (fasta, gff3, *fasta.parent.glob(f"{fasta.name}.*")):
        shutil.copy(path, home / path.name)
    if fasta.suffix == ".gz" and not (home / f"{fasta.name}.gzi").exists():
        with pysam.BGZFile(str(fasta), "rb", None) as packed:
            (home / fasta.stem).write_bytes(packed.read())
        fasta = home / fasta.stem
    pysam.faidx(str(home / fasta.name))
    with pysam.FastaFile(str(home / fasta.name)) as reference:
        lengths = dict(zip(reference.references, reference.lengths, strict=True))
    contigs = [
        {"name": name, "length": length, "aliases": usual_aliases(name), "genetic_code": 2 if name == "MT" else 1}
        for name, length in lengths.items()
    ]
    manifest = {"id": bundle_id, "title": bundle_id, "assembly": "test", "version": "1", "fasta": fasta.name}
    (home / "bundle.json").write_text(json.dumps(manifest | {"gff3": gff3.name, "contigs": contigs}))
    return load_bundle(bundle_id)
