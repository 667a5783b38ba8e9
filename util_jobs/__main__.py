"""`python -m util_jobs <command>`."""

from __future__ import annotations

import sys

from util_jobs.answers import fault
from util_jobs.cli import main

if __name__ == "__main__":
    sys.excepthook = fault
    main()
