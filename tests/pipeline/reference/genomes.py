"""A made-up genome small enough for each test: two nuclear contigs, one mitochondrial, three genes."""

from __future__ import annotations

import random
from pathlib import Path

from pipeline.reference.build import BuildRequest, Built, build_bundle

LENGTHS = {"1": 3000, "2": 1500, "MT": 900}


def sequences() -> dict[str, str]:
    """The same bases each time."""
    chosen = random.Random(7)
    found = {name: "".join(chosen.choice("ACGT") for _ in range(length)) for name, length in LENGTHS.items()}
    # A run of one base, in which an inserted base moves to the left.
    found["1"] = found["1"][:500] + "G" + "A" * 20 + "C" + found["1"][522:]
    return found


def fasta_text(prefix: str = "", line: int = 70) -> str:
    """The genome as FASTA."""
    rows = []
    for name, bases in sequences().items():
        rows.append(f">{prefix}{name} dna:chromosome")
        rows += [bases[start : start + line] for start in range(0, len(bases), line)]
    return "\n".join(rows) + "\n"


def gff3_text(prefix: str = "") -> str:
    """One coding gene on each contig, in Ensembl's dialect."""
    rows = ["##gff-version 3"]
    for number, (name, start) in enumerate((("1", 101), ("2", 201), ("MT", 301)), 1):
        place = f"{prefix}{name}\ttest"
        rows += [
            f"{place}\tgene\t{start}\t{start + 299}\t.\t+\t.\tID=gene:G{number};Name=GENE{number};"
            "biotype=protein_coding",
            f"{place}\tmRNA\t{start}\t{start + 299}\t.\t+\t.\tID=transcript:T{number};Parent=gene:G{number};"
            "biotype=protein_coding",
            f"{place}\texon\t{start}\t{start + 299}\t.\t+\t.\tParent=transcript:T{number}",
            f"{place}\tCDS\t{start + 30}\t{start + 269}\t.\t+\t0\tID=CDS:T{number};Parent=transcript:T{number}",
        ]
    return "\n".join(rows) + "\n"


def vcf_text(*records: str, meta: str = "") -> str:
    """A VCF; blanks separate columns."""
    lines = "".join("\t".join(record.split(" ")) + "\n" for record in records)
    return f"##fileformat=VCFv4.2\n{meta}#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n{lines}"


def made(folder: Path, bundle_id: str = "tiny", **words: object) -> Built:
    """The genome as a bundle below `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    fasta, gff3 = folder / "in.fa", folder / "in.gff3"
    fasta.write_text(fasta_text())
    gff3.write_text(gff3_text())
    request = BuildRequest(id=bundle_id, fasta=fasta, gff3=gff3, **words)  # type: ignore[arg-type]
    return build_bundle(request, folder, lambda text: None)
