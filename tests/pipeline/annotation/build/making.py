"""Makes bundles and files of small genomes whose builds differ."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pysam

from pipeline.annotation.build.detect import FileBuild, detect
from pipeline.annotation.build.head import read_head
from pipeline.reference.bundle import Bundle, load_bundle
from pipeline.reference.contigs import usual_aliases

COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
LENGTH = 20_000
GENE = (
    "{0}\tx\tgene\t100\t400\t.\t+\t.\tID=gene:G{0};Name=G{0};biotype=protein_coding;gene_id=G{0}\n"
    "{0}\tx\tmRNA\t100\t400\t.\t+\t.\tID=transcript:T{0};Parent=gene:G{0};biotype=protein_coding\n"
    "{0}\tx\texon\t100\t400\t.\t+\t.\tParent=transcript:T{0}\n"
    "{0}\tx\tCDS\t103\t390\t.\t+\t0\tID=CDS:P{0};Parent=transcript:T{0}\n"
)


def sequence(seed: int, length: int = LENGTH) -> str:
    """Bases by chance, the same for the same seed."""
    return "".join(random.Random(seed).choices("ACGT", k=length))


def bundle_of(home: Path, bundle_id: str, assembly: str, contigs: dict[str, str], default: bool = False) -> Bundle:
    """An installed bundle of these sequences, in the folder of bundles `home`."""
    folder = home / bundle_id
    folder.mkdir(parents=True)
    (folder / "x.fa").write_text("".join(f">{name}\n{bases}\n" for name, bases in contigs.items()))
    pysam.faidx(str(folder / "x.fa"))
    (folder / "x.gff3").write_text("".join(GENE.format(name) for name in contigs))
    declared = [
        {"name": name, "length": len(bases), "aliases": usual_aliases(name), "genetic_code": 2 if name == "MT" else 1}
        for name, bases in contigs.items()
    ]
    manifest = {"id": bundle_id, "title": f"Title of {bundle_id}", "assembly": assembly, "version": "1"}
    (folder / "bundle.json").write_text(json.dumps(manifest | {"fasta": "x.fa", "gff3": "x.gff3", "contigs": declared}))
    return load_bundle(bundle_id)


def records(bases: str, count: int, contig: str = "1", wrong: int = 0, start: int = 50) -> str:
    """So many records whose REF is that of the sequence, but for the first `wrong` of them."""
    lines = []
    step = max(1, (len(bases) - 2 * start) // max(count, 1))
    for number in range(count):
        pos = start + number * step
        ref = bases[pos - 1]
        if number < wrong:
            ref = "ACGT"[("ACGT".index(ref) + 1) % 4]
        lines.append(f"{contig}\t{pos}\t.\t{ref}\t{'ACGT'[('ACGT'.index(ref) + 2) % 4]}\t.\t.\t.\n")
    return "".join(lines)


def vcf(body: str, *meta: str) -> str:
    """A VCF with these meta lines and records."""
    return "##fileformat=VCFv4.2\n" + "".join(line + "\n" for line in meta) + COLUMNS + body


def build_of(text: str | bytes, *bundles: Bundle) -> FileBuild:
    """What is found out about a whole file with these bundles installed."""
    data = text.encode() if isinstance(text, str) else text
    return detect(read_head(data, whole=True, most_text=1 << 22, most_records=2000), bundles, 5.0)
