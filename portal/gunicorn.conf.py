# ruff: noqa: N999 - gunicorn's own name for this file
"""gunicorn's settings, all taken from pipeline/settings.py; its own lines are structured like every other line."""

import logging
from pathlib import Path

import structlog

from pipeline.results import cache_upkeep
from pipeline.settings import get_settings

_settings = get_settings()

bind = f"{_settings.web_bind_host}:{_settings.web_port}"
worker_class = "gthread"
workers = _settings.web_workers
threads = _settings.web_threads
timeout = _settings.web_request_timeout_s
graceful_timeout = _settings.stop_timeout_s
keepalive = 75  # longer than a load balancer's 60 s, so that it never meets a connection that is just being closed
# Never preload: DuckDB opened before the fork hangs every worker.
preload_app = False
# The heartbeat file in memory where there is such a place: on a slow disk its writes stall the worker.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - the kernel's own, not a guessable name
# Two stacks of one user would share the socket in their home folder, and nothing here uses it.
control_socket_disable = True
accesslog = None  # portal/access_log.py writes one line a request, without query strings


def post_worker_init(worker: object) -> None:
    """Each web process looks after the copies of results on its machine."""
    cache_upkeep.start()


def _process_name(logger: object, method: str, event: dict[str, object]) -> dict[str, object]:
    return {"process": "web", **event}


logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": [
                _process_name,
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
            ],
            "processor": structlog.processors.JSONRenderer()
            if _settings.log_format == "json"
            else structlog.dev.ConsoleRenderer(colors=False),
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}},
    "root": {"level": logging.getLevelName(logging.WARNING), "handlers": ["stderr"]},
    "loggers": {
        "gunicorn.error": {"level": _settings.log_level, "handlers": ["stderr"], "propagate": False},
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
    },
}
