"""Structured logs: one line an event, ids bound with `bound(...)`, never personal data or file contents."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from pipeline.settings import get_settings


def configure(process: str) -> None:
    """Set up logging for this process; `process` (web, annotate, sweep, …) stands on every line."""
    settings = get_settings()
    level = logging.getLevelNamesMapping()[settings.log_level]
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _name_process(process),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _name_process(process: str) -> structlog.types.Processor:
    """Puts the process's name on every line, also on those of threads (context variables do not reach them)."""

    def add(_logger: Any, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
        event.setdefault("process", process)
        return event

    return add


def get_logger() -> Any:
    """A structlog logger: `log.info("job_claimed", attempt=2)`."""
    return structlog.get_logger()


@contextmanager
def bound(**ids: str | int) -> Iterator[None]:
    """Put ids (job_id, message_id, attempt) on every line logged inside the block."""
    with structlog.contextvars.bound_contextvars(**ids):
        yield
