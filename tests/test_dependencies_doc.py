"""docs/dependencies.md says of every package that we ask for why it is here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENT = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*])?==", re.MULTILINE)
ROW = re.compile(r"^\| ([A-Za-z0-9_.-]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


@pytest.mark.parametrize(
    ("requirements", "title"),
    [("requirements.txt", "What runs the service"), ("requirements-dev.txt", "What tests and checks it")],
)
def test_every_package_has_its_line_and_no_line_is_stale(requirements: str, title: str) -> None:
    asked_for = REQUIREMENT.findall((ROOT / requirements).read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    section = page.partition(f"## {title}")[2].partition("\n## ")[0]
    explained = [name for name, _, _ in ROW.findall(section) if name != "Package"]
    assert sorted(explained, key=str.lower) == sorted(asked_for, key=str.lower)


def test_nothing_is_under_the_gpl() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    licences = [licence for _, _, licence in ROW.findall(page)]
    assert licences
    assert not [licence for licence in licences if "GPL" in licence]
