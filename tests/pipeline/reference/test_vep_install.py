"""Installing a cache of the engine vep: whole and described, or not there at all."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import ConfigurationError, LimitError, RetryableError
from pipeline.reference.vep_cache import list_caches
from pipeline.reference.vep_description import verify_cache
from pipeline.reference.vep_install import CacheRequest, install_cache
from pipeline.settings import get_settings
from tests.shared_data import shared_data
from tests.vepyr import acting_vepyr, real_vepyr

# Makes the folders that vepyr makes, from two files that lie ready, and notes how it was called.
MAKES = """
import shutil
ready = Path(__file__).parent / 'ready'
made = Path(option('--dir_cache')) / f"{option('--release')}_{option('--assembly')}_{option('--cache_type')}"
with (ready.parent / 'calls').open('a') as calls:
    calls.write(' '.join(args) + ' ' + os.environ.get('HF_ENDPOINT', '') + '\\n')
print('Downloading 50 %')
"""
WHOLE = MAKES + "shutil.copytree(ready, made, dirs_exist_ok=True)\n"
BREAKS_OFF = (
    MAKES
    + """
(made / 'variation').mkdir(parents=True, exist_ok=True)
if not (made / 'variation' / 'chr21.parquet').exists():
    shutil.copy(ready / 'variation' / 'chr22.parquet', made / 'variation' / 'chr21.parquet')
    sys.exit('vepyr: error: connection reset')
"""
)


@pytest.fixture
def vepyr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a command that stands in for vepyr; tests write its body with `acting_vepyr`."""
    folder = tmp_path / "command"
    for name in ("variation", "transcript"):
        (folder / "ready" / name).mkdir(parents=True)
        table = pa.table({"chrom": ["22"], "source_dbsnp": ["156"], "source_src_1000genomes": ["phase3"]})
        pq.write_table(table, folder / "ready" / name / "chr22.parquet")
    acting_vepyr(folder, WHOLE)
    monkeypatch.setenv("GAS_VEP_COMMAND", str(folder / "vepyr"))
    get_settings.cache_clear()
    return folder


def left() -> list[str]:
    """What lies among the caches, without the lock files."""
    folder = get_settings().resolved_vep_caches_dir()
    return (
        sorted(path.name for path in folder.iterdir() if not path.name.startswith(".lock")) if folder.is_dir() else []
    )


def test_a_published_cache_is_fetched_from_a_mirror_and_described(vepyr: Path) -> None:
    said: list[str] = []
    cache = install_cache(CacheRequest("GRCh38", 116, mirror="http://mirror"), said.append)
    call = (vepyr / "calls").read_text()
    assert call.startswith("download-cache --release 116 --cache_type ensembl --assembly GRCh38")
    assert call.endswith("http://mirror\n")
    assert (cache.name, cache.manifest.contigs, cache.manifest.made_by) == ("GRCh38-116", ("chr22",), "vepyr 0.10.0")
    assert cache.manifest.sources == {"1000genomes": "phase3", "dbsnp": "156"}
    assert said[0] == "Downloading 50 %"
    assert left() == ["GRCh38-116"]
    assert list_caches() == [cache]


def test_what_is_not_published_is_converted_from_the_unpacked_cache_of_ensembl(vepyr: Path, tmp_path: Path) -> None:
    unpacked = tmp_path / "vep" / "homo_sapiens" / "115_GRCh37"
    unpacked.mkdir(parents=True)
    (unpacked / "info.txt").touch()
    assert install_cache(CacheRequest("GRCh37", 115, tmp_path / "vep"), lambda _: None).name == "GRCh37-115"
    assert "build-cache --release 115 --cache_type ensembl --assembly GRCh37" in (vepyr / "calls").read_text()
    assert f"--local_cache {unpacked}" in (vepyr / "calls").read_text()
    with pytest.raises(ConfigurationError, match="a folder 115_GRCh38 with a file"):
        install_cache(CacheRequest("GRCh38", 115, tmp_path / "vep"), lambda _: None)


def test_a_local_cache_of_another_assembly_is_named_and_nothing_is_left(vepyr: Path, tmp_path: Path) -> None:
    """A bundle that was built without --assembly has its own id there."""
    (tmp_path / "unpacked" / "homo_sapiens" / "115_GRCh38").mkdir(parents=True)
    (tmp_path / "unpacked" / "homo_sapiens" / "115_GRCh38" / "info.txt").touch()
    with pytest.raises(ConfigurationError, match=r"115_mine .*115_GRCh38.*--assembly") as refused:
        install_cache(CacheRequest("mine", 115, tmp_path / "unpacked"), lambda _: None)
    assert refused.value.code == "vep_cache_not_found"
    assert left() == []


def test_vepyrs_advice_for_its_own_users_is_not_passed_on(vepyr: Path) -> None:
    acting_vepyr(vepyr, WHOLE + "print('Cache ready: /somewhere')\nprint('Next: vepyr annotate')\n")
    said: list[str] = []
    install_cache(CacheRequest("GRCh38", 116), said.append)
    assert said == ["Downloading 50 %", "checksums"]


def test_a_broken_download_leaves_no_cache_and_is_continued(vepyr: Path) -> None:
    acting_vepyr(vepyr, BREAKS_OFF)
    with pytest.raises(RetryableError, match=r"connection reset.*type the same command again"):
        install_cache(CacheRequest("GRCh38", 116), lambda _: None)
    assert list_caches() == []
    acting_vepyr(vepyr, WHOLE)
    cache = install_cache(CacheRequest("GRCh38", 116), lambda _: None)
    assert cache.manifest.contigs == ("chr21", "chr22"), "what was there before is kept"


def test_a_broken_conversion_begins_anew(vepyr: Path, tmp_path: Path) -> None:
    (tmp_path / "115_GRCh38").mkdir()
    (tmp_path / "115_GRCh38" / "info.txt").touch()
    request = CacheRequest("GRCh38", 115, tmp_path)
    acting_vepyr(vepyr, BREAKS_OFF)
    with pytest.raises(RetryableError):
        install_cache(request, lambda _: None)
    acting_vepyr(vepyr, WHOLE)
    assert install_cache(request, lambda _: None).manifest.contigs == ("chr22",)


def test_a_cache_that_is_there_stays(vepyr: Path) -> None:
    install_cache(CacheRequest("GRCh38", 116), lambda _: None)
    with pytest.raises(ConfigurationError, match="installed already"):
        install_cache(CacheRequest("GRCh38", 116), lambda _: None)


def test_a_cache_without_tables_is_refused(vepyr: Path) -> None:
    acting_vepyr(vepyr, MAKES + "made.mkdir(parents=True)")
    with pytest.raises(ConfigurationError, match="no usable cache"):
        install_cache(CacheRequest("GRCh38", 116), lambda _: None)
    assert list_caches() == []


@pytest.mark.parametrize(("assembly", "release"), [("GRCh38", 110), ("../x", 116), ("", 116)])
def test_what_vepyr_cannot_use_is_refused_before_anything_is_fetched(vepyr: Path, assembly: str, release: int) -> None:
    with pytest.raises(ConfigurationError, match="releases 115 and 116"):
        install_cache(CacheRequest(assembly, release), lambda _: None)
    assert not (vepyr / "calls").exists()


def test_installing_ends_at_its_time_limit_with_all_that_it_started_C19(
    vepyr: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acting_vepyr(vepyr, "import subprocess\nsubprocess.run([sys.executable, '-c', 'import time; time.sleep(300)'])")
    monkeypatch.setenv("GAS_VEP_INSTALL_TIMEOUT_S", "1")
    get_settings.cache_clear()
    began = time.monotonic()
    with pytest.raises(LimitError, match="vep_install_timeout_s"):
        install_cache(CacheRequest("GRCh38", 116), lambda _: None)
    assert time.monotonic() - began < 20
    alive = [child for child in psutil.Process().children(recursive=True) if child.status() != psutil.STATUS_ZOMBIE]
    assert not [child for child in alive if "time.sleep(300)" in " ".join(child.cmdline())]


def test_a_changed_file_is_found(vepyr: Path) -> None:
    cache = install_cache(CacheRequest("GRCh38", 116), lambda _: None)
    verify_cache(cache)
    (cache.folder / "variation" / "chr22.parquet").write_bytes(b"something else")
    with pytest.raises(ConfigurationError, match="is not as it was installed"):
        verify_cache(cache)


def test_the_real_command_converts_a_slice_of_ensembls_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_VEP_COMMAND", str(real_vepyr()))
    get_settings.cache_clear()
    cache = install_cache(CacheRequest("GRCh38", 115, shared_data("vep_cache_115_chr22")), lambda _: None)
    assert cache.manifest.contigs == ("chr22",)
    assert cache.manifest.sources["clinvar"] == "202502" and cache.manifest.sources["gnomadg"] == "v4.1"
    assert cache.holds("22") and cache.holds("chr22") and not cache.holds("MT")
    verify_cache(cache)
