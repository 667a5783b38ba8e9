"""The whole job as a worker runs it, without the network: in a process of its own that has been started before."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ConfigurationError
from util_jobs.bench.annotation.memory import PeakMemory

# A worker has its modules loaded when a job comes; what it keeps of a bundle between jobs it does not have yet.
PROCESS = """
import json, sys, time
from pathlib import Path
from pipeline.annotation.annotate import annotate
from pipeline.reference.bundle import load_bundle
for line in sys.stdin:
    path, out, bundle = json.loads(line)
    out = Path(out); out.mkdir(parents=True)
    started = time.monotonic()
    result = annotate(Path(path), Path(path).name, load_bundle(bundle), out, out)
    print(json.dumps({"seconds": time.monotonic() - started, "counts": result.counts}), flush=True)
"""


@dataclass(frozen=True)
class Measured:
    """What one job took."""

    seconds: float
    peak_mb: float
    read: int
    annotated: int


def run(vcf: Path, bundle_id: str, out: Path, environment: dict[str, str]) -> Measured:
    """Annotate the file once. Raises ConfigurationError if the job fails."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROCESS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    with PeakMemory(process.pid) as memory:
        answer, _ = process.communicate(json.dumps([str(vcf), str(out), bundle_id]) + "\n")
    if process.returncode != 0:
        raise ConfigurationError("The job that was measured failed; its message is above.", code="bench_failed")
    document = json.loads(answer.splitlines()[-1])
    counts = document["counts"]
    return Measured(document["seconds"], memory.peak_mb, counts["read"], counts["annotated"])
