"""SnpEff as a peer, where it is installed: the same genome, gene models and file."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

from pipeline.errors import ConfigurationError
from util_jobs.bench.annotation.genome import Genome

NAMES = ("snpEff", "snpeff")
HEAP = "-Xmx4g"


def command() -> str | None:
    """The program, or None where it is not installed."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def seconds(vcf: Path, genome: Genome, folder: Path) -> float | None:
    """Seconds of `snpEff ann` without its statistics; building its database is not counted. None: not installed."""
    program = command()
    if program is None:
        return None
    data = folder / "data" / "bench"
    data.mkdir(parents=True)
    shutil.copy(genome.fasta, data / "sequences.fa")
    shutil.copy(genome.gff3, data / "genes.gff")
    config = folder / "snpEff.config"
    config.write_text(f"data.dir = {folder / 'data'}\nbench.genome : bench\n")
    setup = [program, HEAP]
    _run([*setup, "build", "-c", str(config), "-gff3", "-noCheckCds", "-noCheckProtein", "bench"], folder / "build.log")
    started = time.monotonic()
    _run([*setup, "ann", "-c", str(config), "-noStats", "-noLog", "bench", str(vcf)], folder / "annotated.vcf")
    return time.monotonic() - started


def _run(arguments: list[str], out: Path) -> None:
    with out.open("wb") as sink:
        done = subprocess.run(arguments, stdout=sink, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise ConfigurationError(f"SnpEff failed: {' '.join(last)}", code="peer_failed")
