"""The bare bcftools steps, one after the other, as child processes: what the whole job is measured against."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from pipeline.annotation.children import ChildFamily
from pipeline.settings import get_settings
from util_jobs.bench.annotation.genome import Genome

THREADS = ["--threads", "2"]


def run(vcf: Path, genome: Genome, source: Path, fields: list[str], folder: Path) -> dict[str, float]:
    """Seconds of norm, csq, annotate, and view to a bgzipped VCF with its index."""
    folder.mkdir(exist_ok=True)
    columns = ",".join(f"INFO/{field}" for field in fields)
    fasta, gff3 = str(genome.fasta), str(genome.gff3)
    norm, csq, annotated = (str(folder / f"{name}.bcf") for name in ("norm", "csq", "annotated"))
    steps = {
        "norm": ["norm", "-m", "-any", "-c", "x", "-f", fasta, *THREADS, "-Ob", "-W", "-o", norm, str(vcf)],
        "csq": ["csq", "-l", "-v", "0", "-f", fasta, "-g", gff3, *THREADS, "-Ob", "-W", "-o", csq, norm],
        "annotate": ["annotate", "-a", str(source), "-c", columns, *THREADS, "-Ob", "-W", "-o", annotated, csq],
        "view": ["view", *THREADS, "-Oz", "-W=tbi", "-o", str(folder / "out.vcf.gz"), annotated],
    }
    seconds: dict[str, float] = {}
    with ChildFamily(folder, get_settings(), lambda: False) as family:
        for name, arguments in steps.items():
            started = time.monotonic()
            family.finish([family.start(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)])
            seconds[name] = time.monotonic() - started
    return seconds


def to_bcf(vcf: Path, folder: Path) -> Path:
    """The same records as an indexed BCF."""
    out = folder / f"{vcf.stem}.bcf"
    with ChildFamily(folder, get_settings(), lambda: False) as family:
        arguments = ["view", *THREADS, "-Ob", "-W", "-o", str(out), str(vcf)]
        family.finish([family.start(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)])
    return out
