"""Where the `vepyr` command is, and which version it has."""

from __future__ import annotations

import re
import subprocess
from functools import lru_cache
from pathlib import Path

from pipeline.errors import ConfigurationError
from pipeline.settings import get_settings

PROJECT = Path(__file__).resolve().parents[3]
DEFAULT_COMMAND = PROJECT / ".venv-vep" / "bin" / "vepyr"
VERSION_WAIT_S = 60


def vep_command() -> Path | None:
    """The command, where it is installed. Looks at the file system only."""
    chosen = get_settings().vep_command or DEFAULT_COMMAND
    return chosen.absolute() if chosen.is_file() else None


def require_vep_command() -> Path:
    """The command. Raises ConfigurationError, with what the operator types, where it is not installed."""
    command = vep_command()
    if command is None:
        raise ConfigurationError(
            "The annotation engine vep is not installed on this machine. Choose the engine csq, or ask your operator "
            "to run `make vep` (or to set GAS_VEP_COMMAND).",
            code="engine_not_installed",
        )
    return command


def vep_version() -> str:
    """Version of vepyr, such as 0.10.0. Asks the command once in the life of this process."""
    command = require_vep_command()
    return _version_of(command, command.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _version_of(command: Path, _modified: int) -> str:
    try:
        said = subprocess.run(
            [str(command), "--version"], capture_output=True, text=True, timeout=VERSION_WAIT_S, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise _broken(command) from error
    found = re.search(r"\d+(?:\.\d+)+\S*", said)
    if found is None:
        raise _broken(command)
    return found.group()


def _broken(command: Path) -> ConfigurationError:
    return ConfigurationError(
        f"The annotation engine vep does not start ({command}). Choose the engine csq, or ask your operator to run "
        "`make vep` again.",
        code="engine_not_installed",
    )
