"""`python -m util_jobs <command>`."""

from __future__ import annotations

from util_jobs.cli import main

if __name__ == "__main__":
    main()
