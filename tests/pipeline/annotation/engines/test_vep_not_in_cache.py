"""Contigs that Ensembl's cache lacks: bcftools csq annotates them, whatever else is in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.annotation.options import AnnotationOptions
from pipeline.reference.bundle import load_bundle
from pipeline.reference.vep_cache import MANIFEST, CacheManifest
from pipeline.settings import get_settings
from tests.pipeline.annotation.helpers import ask, complaints, records_of, run_job, vcf_text
from tests.vepyr import acting_vepyr

# Says the same of every allele that it is shown.
BODY = """
for line in Path(option('-i')).read_text().splitlines():
    if not line.startswith('#'):
        print(line + ';CSQ=A|stop_gained|HIGH|SHOWN|' + '|' * 75)
"""


@pytest.fixture(autouse=True)
def cache_of_one_contig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache for GRCh37 that holds chromosome 2 only."""
    monkeypatch.setenv("GAS_VEP_COMMAND", str(acting_vepyr(tmp_path, BODY)))
    get_settings.cache_clear()
    folder = get_settings().resolved_vep_caches_dir() / "GRCh37-115"
    folder.mkdir(parents=True)
    manifest = CacheManifest(
        assembly="GRCh37", release=115, contigs=("chr2",), made_by="vepyr 0.10.0", files={}, sha256=""
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json())


def test_a_contig_that_the_cache_lacks_is_annotated_by_csq_beside_one_that_it_holds_C40(tmp_path: Path) -> None:
    records = ["1 879085 . G A . . .", "2 220462640 . G T . . .", "8 81083598 . AAAGCCCGAGTCC A . . ."]
    text = vcf_text(*records).replace("##contig=<ID=MT,length=16569>\n", "")
    bundle = load_bundle("grch37-demo")
    result = run_job(tmp_path, text, bundle, options=AnnotationOptions(engine="vep"))
    assert ask(result, "select chrom, consequence, gene from variants order by rid") == [
        ("1", "missense_variant", "SAMD11"),
        ("2", "stop_gained", "SHOWN"),
        ("8", "inframe_deletion", "TPD52"),
    ]
    entries = [line[7].partition("CSQ=")[2].partition(";")[0] for line in records_of(result.files["vcf"])]
    assert ["|by_bcftools_csq|" in entry for entry in entries] == [True, False, True]
    assert complaints(result.files["vcf"]) == ""
    assert (result.counts["read"], result.counts["annotated"]) == (3, 3)
    parameters = result.provenance["engine"]["parameters"]
    assert "1" in parameters["not_in_cache"].split(",") and "2" not in parameters["not_in_cache"].split(",")
    assert parameters["by_csq"].startswith("1,")


def test_the_log_says_what_was_not_annotated_by_vep(tmp_path: Path) -> None:
    records = ["1 879085 . G A . . .", "2 220462640 . G T . . .", "MT 3308 . T C . . ."]
    bundle = load_bundle("grch37-demo")
    result = run_job(tmp_path, vcf_text(*records), bundle, options=AnnotationOptions(engine="vep"))
    [note] = [note for note in result.notes if "engine vep cannot annotate" in note]
    assert note.startswith("2 records lie on contigs that the engine vep cannot annotate (1,MT)")
    assert note in result.files["log"].read_text()


def test_where_the_cache_holds_all_nothing_is_said(tmp_path: Path) -> None:
    text = vcf_text("2 220462640 . G T . . .").replace("##contig=<ID=MT,length=16569>\n", "")
    result = run_job(tmp_path, text, load_bundle("grch37-demo"), options=AnnotationOptions(engine="vep"))
    assert [note for note in result.notes if "engine vep" in note] == []
