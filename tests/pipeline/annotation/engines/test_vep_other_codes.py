"""C42: what has another than the standard genetic code never goes to vepyr, even where its cache holds the contig."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.annotation.options import AnnotationOptions
from pipeline.reference.vep_cache import MANIFEST, CacheManifest
from pipeline.settings import get_settings
from tests.pipeline.annotation.helpers import ask, complaints, records_of, run_job, vcf_text
from tests.vepyr import acting_vepyr


def test_the_mitochondrion_is_annotated_by_csq_in_a_vep_job_C42(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAS_VEP_COMMAND", str(acting_vepyr(tmp_path, "sys.exit('vepyr was asked')")))
    get_settings.cache_clear()
    folder = get_settings().resolved_vep_caches_dir() / "rCRS-115"
    folder.mkdir(parents=True)
    manifest = CacheManifest(
        assembly="rCRS", release=115, contigs=("chrMT",), made_by="vepyr 0.10.0", files={}, sha256=""
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json())
    text = vcf_text("MT 3308 . T C . . .", "MT 6930 . G A . . .", "MT 7445 . A G . . .", "MT 16300 . A G . . .")
    result = run_job(tmp_path, text, options=AnnotationOptions(engine="vep"))
    assert ask(result, "select gene, consequence, amino_acids from variants order by rid")[:3] == [
        ("MT-ND1", "start_lost", "M/T"),
        ("MT-CO1", "stop_gained", "G/*"),
        ("MT-CO1", "stop_retained_variant", "*"),
    ]
    entries = [line[7].partition("CSQ=")[2].partition(";")[0] for line in records_of(result.files["vcf"])]
    assert entries[0].startswith("C|start_lost|HIGH|MT-ND1||Transcript|ENST00000361390|protein_coding|")
    assert ["|by_bcftools_csq|" in entry for entry in entries] == [True, True, True, False]
    assert complaints(result.files["vcf"]) == ""
    assert result.provenance["engine"]["parameters"]["by_csq"].startswith("MT (bcftools csq")
