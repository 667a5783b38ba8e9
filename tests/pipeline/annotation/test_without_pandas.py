"""A process that annotates does without pandas, and one that wants it still gets it."""

from __future__ import annotations

import subprocess
import sys

LOADED = """
import sys
import pipeline.annotation.annotate
assert "pandas" not in sys.modules
import pyarrow as pa
assert pa.array(["a"]).to_pylist() == ["a"]
assert "pandas" not in sys.modules
assert list(pa.table({"x": [1, 2]}).to_pandas()["x"]) == [1, 2]
assert "pandas" in sys.modules
"""
BEFORE = """
import pandas
import pipeline.annotation.annotate
import pyarrow as pa
assert pa.array(pandas.Series([1, None])).null_count == 1
"""


def test_annotation_does_not_load_pandas_which_is_there_when_asked_for() -> None:
    subprocess.run([sys.executable, "-c", LOADED], check=True)


def test_pandas_that_was_there_before_stays_known_to_pyarrow() -> None:
    subprocess.run([sys.executable, "-c", BEFORE], check=True)
