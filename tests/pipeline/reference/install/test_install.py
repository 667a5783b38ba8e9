"""Installing from publishers that break off, lie, move their files: whole or not at all, and the next try goes on."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError, LimitError, RetryableError
from pipeline.reference.bundle import load_bundle
from pipeline.reference.install import download, install
from pipeline.reference.install.checksums import slow_sum, sum_of
from pipeline.reference.install.fetching import told_bytes
from pipeline.reference.install.install import Installed, InstallRequest, install_bundle
from pipeline.reference.install.publishers import local_path, publisher_bundle
from pipeline.reference.verify import differences
from pipeline.settings import get_settings
from tests.pipeline.reference.install.publisher_server import PublisherServer, publish


@pytest.fixture
def bundles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bundles"
    monkeypatch.setenv("GAS_BUNDLES_DIR", str(folder))
    monkeypatch.setattr(download, "PAUSE_S", 0.01)
    monkeypatch.setattr(download.time, "sleep", lambda seconds: None)
    get_settings.cache_clear()
    return folder


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PublisherServer]:
    publish(tmp_path / "site")
    with PublisherServer(tmp_path / "site") as running:
        yield running


def name_of(role: str) -> str:
    entry = publisher_bundle("GRCh38")
    urls = {"fasta": entry.fasta.url, "gff3": entry.gff3.url, "clinvar": entry.sources[0].files[0].url}
    return urls[role].rsplit("/", 1)[-1]


def go(bundles: Path, mirror: str, *wanted: str, **words: object) -> Installed:
    request = InstallRequest("GRCh38", wanted, mirror, **words)  # type: ignore[arg-type]
    return install_bundle(request, bundles, lambda text: None)


def nothing_is_listed(bundles: Path) -> bool:
    return not [path for path in bundles.iterdir() if not path.name.startswith(".")]


def test_a_bundle_is_fetched_checked_and_built(bundles: Path, server: PublisherServer) -> None:
    done = go(bundles, server.address)
    assert done.built and done.sources == {"clinvar": {"read": 2, "contig_not_held": 1, "kept": 1}}
    assert differences(bundles / "GRCh38", lambda text: None) == []
    bundle = load_bundle("GRCh38")
    assert bundle.genetic_codes == {"1": 1, "2": 1, "MT": 2}
    assert [source.id for source in bundle.sources] == ["clinvar"]
    assert bundle.sources[0].version == "2026-10-04"
    assert not (bundles / ".downloads").exists(), "what was fetched goes when the bundle stands"


def test_an_optional_source_is_added_to_an_installed_bundle(bundles: Path, server: PublisherServer) -> None:
    go(bundles, server.address)
    asked = len(server.asked)
    done = go(bundles, server.address, "dbsnp")
    assert not done.built and list(done.sources) == ["dbsnp"]
    assert not [name for _, name, _ in server.asked[asked:] if name == name_of("fasta")]
    with pytest.raises(ConfigurationError, match="installed already"):
        go(bundles, server.address, "dbsnp")
    with pytest.raises(ConfigurationError, match="no optional part 'clinvr'; there are dbsnp, gnomad"):
        go(bundles, server.address, "clinvr")


def test_a_broken_connection_is_resumed_where_it_broke(bundles: Path, server: PublisherServer) -> None:
    size = (server.root / local_path(publisher_bundle("GRCh38").fasta.url)).stat().st_size
    server.break_after = {name_of("fasta"): [500, 300]}
    go(bundles, server.address)
    ranges = [asked for method, name, asked in server.asked if (method, name) == ("GET", name_of("fasta"))]
    assert ranges == [None, "bytes=500-", "bytes=800-"]
    assert server.sent[name_of("fasta")] == size


def test_a_server_without_ranges_begins_anew(bundles: Path, server: PublisherServer) -> None:
    server.ranges = False
    server.break_after = {name_of("gff3"): [100]}
    go(bundles, server.address)
    assert differences(bundles / "GRCh38", lambda text: None) == []


def test_a_connection_that_breaks_for_good_leaves_no_bundle_and_the_next_run_goes_on(
    bundles: Path, server: PublisherServer
) -> None:
    server.break_after = {name_of("clinvar"): [120] + [0] * 20}
    with pytest.raises(RetryableError, match="goes on where it stopped"):
        go(bundles, server.address)
    assert nothing_is_listed(bundles)
    server.break_after = {}
    server.asked.clear()
    go(bundles, server.address)
    fetched = [(name, asked) for method, name, asked in server.asked if method == "GET"]
    assert (name_of("clinvar"), "bytes=120-") in fetched
    assert not [name for name, _ in fetched if name in (name_of("fasta"), name_of("gff3"))], "those are here already"


def test_a_file_that_changed_on_the_server_is_fetched_anew(bundles: Path, server: PublisherServer) -> None:
    server.break_after = {name_of("clinvar"): [120] + [0] * 20}
    with pytest.raises(RetryableError):
        go(bundles, server.address)
    server.break_after = {}
    paths = publish(server.root)
    paths["clinvar"].write_bytes(paths["clinvar"].read_bytes() + gzip.compress(b""))
    digest = hashlib.md5(paths["clinvar"].read_bytes(), usedforsecurity=False).hexdigest()
    paths["clinvar"].with_name("clinvar.vcf.gz.md5").write_text(f"{digest}  clinvar.vcf.gz\n")
    go(bundles, server.address)
    assert server.sent[name_of("clinvar")] == 120 + paths["clinvar"].stat().st_size


@pytest.mark.parametrize("role", ["fasta", "clinvar"])
def test_a_wrong_checksum_is_refused_and_the_file_thrown_away(
    bundles: Path, server: PublisherServer, role: str
) -> None:
    path = next(server.root.rglob(name_of(role)))
    right = path.read_bytes()
    path.write_bytes(right[:-20] + bytes(20))
    with pytest.raises(RetryableError, match="differs from the checksum") as refused:
        go(bundles, server.address)
    assert refused.value.code == "checksum_differs" and nothing_is_listed(bundles)
    assert not list((bundles / ".downloads").rglob(name_of(role)))
    path.write_bytes(right)
    assert go(bundles, server.address).built


def test_a_file_that_is_gone_is_named_with_what_to_do(bundles: Path, server: PublisherServer) -> None:
    next(server.root.rglob(name_of("gff3"))).unlink()
    with pytest.raises(ConfigurationError, match=rf"{name_of('gff3')} answers 404 .*--manifest.*--mirror"):
        go(bundles, server.address)


def test_a_missing_checksum_is_refused(bundles: Path, server: PublisherServer) -> None:
    next(server.root.rglob("clinvar.vcf.gz.md5")).write_text(f"{'0' * 32}  a.vcf.gz\n{'0' * 32}  b.vcf.gz\n")
    with pytest.raises(ConfigurationError, match=r"does not name clinvar\.vcf\.gz"):
        go(bundles, server.address)


def test_a_checksum_file_of_one_line_may_name_the_dated_release(bundles: Path, server: PublisherServer) -> None:
    listing = next(server.root.rglob("clinvar.vcf.gz.md5"))
    listing.write_text(listing.read_text().replace("clinvar.vcf.gz", "/panfs/x/clinvar_20261004.vcf.gz"))
    assert go(bundles, server.address).built


def test_a_busy_server_is_asked_again(bundles: Path, server: PublisherServer) -> None:
    server.statuses = {name_of("fasta"): [503, 503]}
    assert go(bundles, server.address).built


def test_a_server_that_is_not_there(bundles: Path) -> None:
    with pytest.raises(RetryableError, match="out of reach"):
        go(bundles, "http://127.0.0.1:9")


def test_a_folder_serves_as_mirror(bundles: Path, tmp_path: Path) -> None:
    paths = publish(tmp_path / "copy")
    assert go(bundles, str(tmp_path / "copy"), "dbsnp").built
    assert all(path.exists() for path in paths.values()), "the mirror's files stay"
    assert load_bundle("GRCh38").versions == {"GRCh38": "Ensembl 115", "clinvar": "2026-10-04", "dbsnp": "157"}


def test_a_full_disk_is_found_out_before_anything_is_fetched(
    bundles: Path, server: PublisherServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "SPACE_FACTOR", 1e15)
    with pytest.raises(LimitError, match="bytes while it is installed"):
        go(bundles, server.address)
    assert {method for method, _, _ in server.asked} == {"HEAD"}


def test_a_list_of_the_operators_own_and_its_extra_files(
    bundles: Path, server: PublisherServer, tmp_path: Path
) -> None:
    entry = publisher_bundle("GRCh38")
    extra = {"name": "cache", "files": [{"url": entry.gff3.url}]}
    own = {"bundles": {"mine": entry.model_dump(mode="json") | {"sources": [], "extra": [extra]}}}
    (tmp_path / "own.json").write_text(json.dumps(own))
    request = InstallRequest("mine", ("cache",), server.address, tmp_path / "own.json")
    assert install_bundle(request, bundles, lambda text: None).extra == ["cache"]
    assert [path.name for path in (bundles / ".extra/mine/cache").iterdir()] == [name_of("gff3")]
    (tmp_path / "own.json").write_text('{"bundles": {"mine": {}}}')
    with pytest.raises(ConfigurationError, match=r"own.json is wrong at bundles.mine"):
        install_bundle(request, bundles, lambda text: None)


@pytest.mark.parametrize("url", ["https://x.org/../../etc/passwd", "https://x.org/a//b", "https://x.org/a/./b"])
def test_an_address_never_leads_out_of_the_folder_of_downloads(url: str) -> None:
    with pytest.raises(ConfigurationError, match="not the address of a file"):
        local_path(url)


def test_an_unknown_bundle_is_refused_with_those_there_are(bundles: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"it has GRCh38, GRCh37"):
        install_bundle(InstallRequest("GRCh99"), bundles, lambda text: None)


def test_the_shipped_list_has_a_checksum_for_every_file() -> None:
    for bundle_id in ("GRCh38", "GRCh37"):
        entry = publisher_bundle(bundle_id)
        files = [entry.fasta, entry.gff3, *(file for source in entry.sources for file in source.files)]
        assert all(file.checksum and file.bytes for file in files)
        assert {source.name for source in entry.sources if source.optional} == {"dbsnp", "gnomad"}
        gnomad = entry.sources[2].files[0].expanded
        assert len(gnomad) == 24 and not any("{" in file.url for file in gnomad)


def test_the_checksum_of_ensembl_is_that_of_the_command_sum(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(bytes(range(256)) * 41 + b"end")
    assert sum_of(tmp_path / "x") == (slow_sum(tmp_path / "x"), 11)


def test_killed_in_the_middle_of_a_download_the_next_run_goes_on(bundles: Path, server: PublisherServer) -> None:
    server.break_after = {name_of("clinvar"): [100] + [0] * 10_000}
    command = [sys.executable, "-m", "util_jobs", "reference", "install", "GRCh38", "--mirror", server.address]
    process = subprocess.Popen(command, env=os.environ | {"GAS_BUNDLES_DIR": str(bundles)}, stderr=subprocess.DEVNULL)
    part = bundles / ".downloads" / local_path(publisher_bundle("GRCh38").sources[0].files[0].url + ".part")
    deadline = time.monotonic() + 60
    while not (part.exists() and part.stat().st_size == 100) and time.monotonic() < deadline:
        time.monotonic()
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert part.exists() and nothing_is_listed(bundles)
    server.break_after = {}
    assert go(bundles, server.address).built
    assert ("GET", name_of("clinvar"), "bytes=100-") in server.asked


def test_progress_is_told_with_a_bar() -> None:
    assert told_bytes(50_000_000, 200_000_000) == "[#####...............] 25 % of 200.0 MB"
    assert told_bytes(1_500_000, 0) == "1.5 MB"
