"""The steps of a job in their order, as the worker takes them and the job page shows them."""

from __future__ import annotations

from pipeline.annotation.annotate import STEPS

FETCH = ("fetch", "Fetching the file")
STORE = ("store", "Storing the results")
ALL_STEPS: tuple[tuple[str, str], ...] = (FETCH, *STEPS, STORE)
TITLES = dict(ALL_STEPS)
