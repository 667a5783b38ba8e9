"""Names of the output files. What a user called a file is a title; only plain letters of it reach a path."""

from __future__ import annotations

import re
import unicodedata

EXTENSIONS = re.compile(r"(\.vcf|\.bcf)?(\.gz|\.bgz|\.bgzip)?$", re.IGNORECASE)
LONGEST = 100


def safe_name(name: str) -> str:
    """`../../etc/passwd .vcf` → `passwd_.vcf`: the last part, in ASCII letters, digits, `.`, `_` and `-`."""
    last = re.split(r"[/\\]", name)[-1]
    plain = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode()
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", plain).lstrip("._-")
    return safe[-LONGEST:].lstrip("._-") or "input.vcf"


def safe_stem(name: str) -> str:
    """The safe name without its VCF and compression extensions."""
    return EXTENSIONS.sub("", safe_name(name)).rstrip("._-") or "input"
