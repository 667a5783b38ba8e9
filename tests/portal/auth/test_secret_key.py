"""The key that signs sessions."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from pipeline.settings import Settings
from portal.auth.secret_key import FILE_NAME, secret_key


def test_production_refuses_to_start_without_a_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="GAS_SECRET_KEY is not set"):
        secret_key(Settings(environment="production", data_dir=tmp_path))
    assert not (tmp_path / FILE_NAME).exists()


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="shorter than 32"):
        secret_key(Settings(environment="production", data_dir=tmp_path, secret_key="secret"))


def test_one_machine_makes_its_key_once_and_only_its_user_can_read_it_C04(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")
    key = secret_key(settings)
    assert len(key) == 64
    assert secret_key(settings) == key
    assert stat.S_IMODE((tmp_path / "new" / FILE_NAME).stat().st_mode) == 0o600
    assert [p.name for p in (tmp_path / "new").iterdir()] == [FILE_NAME]


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    barrier = threading.Barrier(8)
    keys: list[str] = []

    def start() -> None:
        barrier.wait()
        keys.append(secret_key(settings))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_an_empty_key_file_is_an_error_with_a_name(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("")
    with pytest.raises(ConfigurationError, match="Delete the file"):
        secret_key(Settings(data_dir=tmp_path))
