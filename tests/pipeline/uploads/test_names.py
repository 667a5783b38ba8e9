"""File names as users have them are kept as text, and never lead anywhere (C09)."""

from __future__ import annotations

import pytest

from pipeline.uploads import store
from pipeline.uploads.names import MAX_FILE_NAME, clean_file_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("test.vcf", "test.vcf"),
        ("../../etc/passwd .vcf", "passwd .vcf"),
        ("C:\\Users\\ada\\my file.vcf", "my file.vcf"),
        ("a.b~c:d=é.vcf.gz", "a.b~c:d=é.vcf.gz"),
        ("<script>alert(1)</script>.vcf", "script>.vcf"),
        ("<img src=x onerror=alert(1)>.vcf", "<img src=x onerror=alert(1)>.vcf"),
        ("line\nbreak\x00\x1b[31m.vcf", "linebreak[31m.vcf"),
        ("gpj\u202efcv.exe", "gpjfcv.exe"),
        ("\ud800.vcf", ".vcf"),
        ("..", "unnamed.vcf"),
        ("folder/", "folder"),
        ("", "unnamed.vcf"),
        ("  \t ", "unnamed.vcf"),
    ],
)
def test_a_hostile_name_is_shown_without_what_could_mislead_C09(given: str, kept: str) -> None:
    assert clean_file_name(given) == kept


def test_a_name_that_is_too_long_keeps_its_end() -> None:
    name = clean_file_name("x" * 5000 + ".vcf.gz")
    assert len(name) == MAX_FILE_NAME
    assert name.endswith(".vcf.gz")


def test_the_key_holds_nothing_of_the_name_C09_C10(moto_aws: object) -> None:
    upload = store.new("u1", "../../etc/passwd ~:é.vcf", 10)
    assert upload.key == f"uploads/u1/{upload.upload_id}/input"
