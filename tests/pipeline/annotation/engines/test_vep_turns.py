"""A job whose contigs need several runs of vepyr has one of them running at a time, and reads them in their order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pysam
import pytest

from pipeline.annotation.children import ChildFamily
from pipeline.annotation.engine_stream import engine_header, read_rows
from pipeline.annotation.engines.base import EngineRun, Segment
from pipeline.annotation.engines.vep import VepEngine
from pipeline.reference.bundle import Bundle, Contig, load_bundle
from pipeline.reference.vep_cache import MANIFEST, CacheManifest
from pipeline.settings import get_settings
from tests.vepyr import acting_vepyr

BODY = """
journal = Path(__file__).parent / 'journal'
with journal.open('a') as said:
    said.write('begins\\n')
time.sleep(0.3)
for line in Path(option('-i')).read_text().splitlines():
    if not line.startswith('#'):
        print(line + ';CSQ=G|' + line.split()[0])
sys.stdout.flush()
with journal.open('a') as said:
    said.write('ends\\n')
"""


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bundle:
    """Three contigs of A's, all of them in the cache."""
    monkeypatch.setenv("GAS_VEP_COMMAND", str(acting_vepyr(tmp_path, BODY)))
    get_settings.cache_clear()
    names = ("1", "2", "3")
    (tmp_path / "a.fa").write_text("".join(f">{name}\n{'A' * 60}\n" for name in names))
    pysam.faidx(str(tmp_path / "a.fa"))
    folder = get_settings().resolved_vep_caches_dir() / "T-115"
    folder.mkdir(parents=True)
    manifest = CacheManifest(assembly="T", release=115, contigs=names, made_by="vepyr 0.10.0", files={}, sha256="")
    (folder / MANIFEST).write_text(manifest.model_dump_json())
    contigs = {name: Contig(name, 60) for name in names}
    return replace(load_bundle("rcrs"), assembly="T", contigs=contigs, fasta=tmp_path / "a.fa")


def test_runs_take_turns(bundle: Bundle, tmp_path: Path) -> None:
    segments = [Segment({name: order}, 1, True) for order, name in enumerate(bundle.contigs)]
    engine = VepEngine()
    with ChildFamily(tmp_path, get_settings(), lambda: False) as family:
        runs: list[EngineRun] = []
        for segment in segments:  # as the feeding thread does: it never waits for what comes out
            run = engine.start(segment, bundle, family, sort=False)
            name = next(iter(segment.contigs))
            run.children[0].stdin.write(
                engine_header(segment, bundle) + f"{name}\t5\t.\tA\tG\t.\t.\tK={name}\n".encode()
            )
            run.children[0].stdin.close()
            runs.append(run)
        found = []
        for run in runs:
            found += [text for rows in read_rows(run) for text in rows.raw.to_pylist()]
            family.finish(run.children)
    assert found == ["G|1", "G|2", "G|3"]
    assert (tmp_path / "journal").read_text().split() == ["begins", "ends"] * 3


def test_a_second_pass_of_the_job_does_not_wait_for_a_killed_run(bundle: Bundle, tmp_path: Path) -> None:
    engine = VepEngine()
    segment = Segment({"1": 0}, 1, True)
    with ChildFamily(tmp_path, get_settings(), lambda: False) as family:
        engine.start(segment, bundle, family, sort=False)
        family.kill_running()
        run = engine.start(segment, bundle, family, sort=True)
        run.children[0].stdin.write(
            engine_header(segment, bundle) + b"1\t9\t.\tA\tG\t.\t.\tK=1\n1\t5\t.\tA\tG\t.\t.\tK=2\n"
        )
        run.children[0].stdin.close()
        rows = [key for batch in read_rows(run) for key in batch.key.tolist()]
        family.finish(run.children)
    assert rows == [2, 1]
