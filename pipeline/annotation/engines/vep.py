"""Ensembl VEP's annotation by vepyr (https://github.com/biodatageeks/vepyr), installed by those who want all of it.

McLaren et al., "The Ensembl Variant Effect Predictor", Genome Biology 2016. Contigs with another than the standard
genetic code go to bcftools csq, as vepyr 0.10 translates everything with the standard code; so do contigs that the
cache lacks, of which vepyr says nothing.
"""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from pipeline.annotation.children import Child, ChildFamily
from pipeline.annotation.engines.base import EngineRun, Segment
from pipeline.annotation.engines.csq import SORT_MEMORY, CsqEngine
from pipeline.annotation.engines.vep_command import PROJECT, require_vep_command, vep_version
from pipeline.annotation.engines.vep_fields import EXTRA_COLUMNS, LAYOUT
from pipeline.annotation.engines.vep_parse import parse_csq
from pipeline.reference.bundle import Bundle, Contig
from pipeline.reference.manifest import SourceColumn
from pipeline.reference.vep_cache import VepCache, require_cache

STANDARD_CODE = 1
BY_CSQ, BY_VEPYR = "csq", "vepyr"  # routes
SHOWN_CONTIGS = 10
CHILD = Path(__file__).with_name("vep_child.py")
FROM_CSQ = """
import resource, sys
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
sys.path.insert(0, sys.argv[2])
from pipeline.annotation.engines.vep_from_csq import main
main()
"""


class VepEngine:
    """The engine `vep`. One object serves one job."""

    name = "vep"
    info_key = "CSQ"
    info_description = f"Consequence annotations from Ensembl VEP. Format: {LAYOUT}"
    extra_columns: tuple[SourceColumn, ...] = EXTRA_COLUMNS
    silent_outside_genes = False
    # An allele has up to 60 KB of CSQ in genes with hundreds of transcripts: blocks of the file must be small, as
    # Arrow holds at most 2 GB of text in one column.
    block_bytes = 1 << 16

    def __init__(self) -> None:
        self._last_turn: Path | None = None
        self._turns = 0
        self._cache: VepCache | None = None

    def version(self) -> str:
        """vepyr's version. Raises ConfigurationError where it is not installed."""
        return f"vepyr {vep_version()}"

    def parameters(self, bundle: Bundle) -> dict[str, str]:
        """The cache with its release and checksum, and what goes to csq. Raises ConfigurationError without a cache."""
        cache = require_cache(bundle)
        parameters = {
            "norm": "-c x",
            "annotate": "--everything",
            "cache": cache.name,
            "cache_sha256": cache.manifest.sha256,
            "cache_sources": ",".join(f"{name}={version}" for name, version in cache.manifest.sources.items()),
        }
        with_genes = [contig for contig in bundle.contigs.values() if contig.has_genes]
        others = [contig.name for contig in with_genes if _route(contig, cache) == BY_CSQ]
        if others:
            csq = CsqEngine()
            options = ",".join(f"{name} {value}" for name, value in csq.parameters(bundle).items())
            parameters["by_csq"] = f"{_listed(others)} ({csq.version()}: {options})"
        silent = [name for name in others if bundle.contigs[name].genetic_code == STANDARD_CODE]
        if silent:
            parameters["not_in_cache"] = _listed(silent)
        return parameters

    def route(self, contig: Contig, bundle: Bundle) -> str:
        """To vepyr, or to csq where vepyr has no right answer. Raises ConfigurationError without a cache."""
        if self._cache is None:
            self._cache = require_cache(bundle)
        return _route(contig, self._cache)

    def notes(self, bundle: Bundle, records: Mapping[str, int]) -> list[str]:
        """Which contigs were annotated by csq, and what they lack."""
        by_csq = [name for name in records if self.route(bundle.contigs[name], bundle) == BY_CSQ]
        if not by_csq:
            return []
        count = sum(records[name] for name in by_csq)
        verb = "record lies" if count == 1 else "records lie"
        return [
            f"{count:,} {verb} on contigs that the engine vep cannot annotate ({_listed(by_csq)}): its data lack them, "
            "or they have another genetic code. bcftools csq told the consequences there; SIFT, PolyPhen, frequencies "
            "and HGVS of transcripts and proteins are empty."
        ]

    def start(self, segment: Segment, bundle: Bundle, family: ChildFamily, *, sort: bool) -> EngineRun:
        """norm, and vepyr over files of so many alleles; or csq where vepyr has no right answer."""
        cache = require_cache(bundle)
        if segment.route == BY_CSQ:
            return self._by_csq(segment, bundle, family, sort=sort)
        # The segment grows while the file is read: all contigs that it may come to hold are looked at.
        held = [name for name, contig in bundle.contigs.items() if fits(contig, segment) and cache.holds(name)]
        return EngineRun(segment, [self._vepyr(bundle, cache, held, family, sort=sort)])

    def parse(self, raw: pa.StringArray) -> pa.Table:
        """CSQ texts as consequence rows."""
        return parse_csq(raw)

    def _by_csq(self, segment: Segment, bundle: Bundle, family: ChildFamily, *, sort: bool) -> EngineRun:
        run = CsqEngine().start(segment, bundle, family, sort=sort)
        if not segment.has_genes:
            return run
        last = run.children[-1]
        command = [sys.executable, "-I", "-c", FROM_CSQ, str(family.settings.child_memory_bytes), str(PROJECT)]
        child = family.start_command("vep from csq", command, stdin=last.stdout, stdout=subprocess.PIPE)
        last.stdout.close()
        return EngineRun(segment, [*run.children, child])

    def _vepyr(self, bundle: Bundle, cache: VepCache, held: list[str], family: ChildFamily, *, sort: bool) -> Child:
        self._turns += 1
        spool = family.work_dir / f"vep-{self._turns}.vcf"
        after, self._last_turn = self._last_turn, spool.with_suffix(".lock")
        fill = [["norm", "--no-version", "-c", "x", "-f", str(bundle.fasta.absolute()), "-Ou" if sort else "-Ov", "-"]]
        if sort:
            fill.append(["sort", "-m", SORT_MEMORY, "-T", str(family.work_dir / f"sort-{self._turns}"), "-Ov", "-"])
        threads = str(family.settings.annotate_threads)
        told = {
            "fill": [family.bcftools(step) for step in fill],
            "spool": str(spool),
            "after": str(after) if after else None,
            "held": held,
            "batch": family.settings.vep_batch_alleles,
            "vepyr": vepyr_command(require_vep_command(), cache, spool, bundle.fasta.absolute()),
            "memory_bytes": family.settings.vep_memory_bytes,
            "environment": {
                "TOKIO_WORKER_THREADS": threads,
                "RAYON_NUM_THREADS": threads,
                "POLARS_MAX_THREADS": threads,
                "MALLOC_ARENA_MAX": threads,
                "HF_HUB_OFFLINE": "1",
            },
        }
        orders = spool.with_suffix(".json")
        orders.write_text(json.dumps(told), "utf-8")
        # The child inherits the lock and holds it as long as it lives; the next run waits for it.
        with self._last_turn.open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            return family.start_command(
                "vepyr annotate",
                [sys.executable, "-I", str(CHILD), str(orders)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pass_fds=(turn.fileno(),),
                memory_setting="vep_memory_bytes",
            )


def _route(contig: Contig, cache: VepCache) -> str:
    return BY_VEPYR if contig.genetic_code == STANDARD_CODE and cache.holds(contig.name) else BY_CSQ


def _listed(names: list[str]) -> str:
    """The first names, and how many more."""
    more = f" and {len(names) - SHOWN_CONTIGS:,} more" if len(names) > SHOWN_CONTIGS else ""
    return ",".join(names[:SHOWN_CONTIGS]) + more


def fits(contig: Contig, segment: Segment) -> bool:
    """Whether the contig may belong to the segment."""
    return (contig.genetic_code, contig.has_genes) == (segment.genetic_code, segment.has_genes)


def vepyr_command(command: Path, cache: VepCache, spool: Path, fasta: Path) -> list[str]:
    """vepyr's command line. A failing vepyr removes its output, so that must not be `/dev/stdout`, which it would
    remove where it runs as root; an entry of `/dev/fd` cannot be removed."""
    return [
        *(str(command), "annotate", "--no_progress"),
        *("-i", str(spool), "-o", "/dev/fd/1"),
        *("--dir_cache", str(cache.folder), "--cache_version", str(cache.manifest.release)),
        *("--fasta", str(fasta), "--fields", LAYOUT.replace("|", ",")),
    ]
