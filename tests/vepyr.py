"""The real `vepyr` for tests that need it, and a small command that stands in for it where its words are the matter."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pipeline.annotation.engines.vep_command import DEFAULT_COMMAND


def real_vepyr() -> Path:
    """The command that `make vep` installed, or the one in TEST_VEPYR; without either the calling test is skipped."""
    command = Path(os.environ.get("TEST_VEPYR", DEFAULT_COMMAND))
    if not command.is_file():
        pytest.skip("needs the second engine: type `make vep`, or name its command in TEST_VEPYR")
    return command


def acting_vepyr(folder: Path, body: str) -> Path:
    """A command `vepyr` that tells a version and else does what `body` says (Python; `args` are its arguments)."""
    command = folder / "vepyr"
    command.write_text(
        f"#!{sys.executable}\nimport os, sys, time\nfrom pathlib import Path\nargs = sys.argv[1:]\n"
        "if args == ['--version']:\n    print('vepyr 0.10.0')\n    sys.exit()\n"
        "option = lambda name: args[args.index(name) + 1]\n" + body
    )
    command.chmod(0o755)
    return command
