"""The steps of a job with their times, and how far the running one is."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from dash import html
from dash.development.base_component import Component

from pipeline import clock
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from pipeline.jobs.steps import ALL_STEPS, TITLES
from pipeline.settings import get_settings
from portal.components.words import duration, large, size, time

WAITING = "Waiting"


def stepper(job: Job) -> html.Ol:
    """Submitted, then every step of the work: done with its time, under way, or still to come."""
    items = [_item("Submitted", "done", time(job.submit_time))]
    items += [_work_item(job, step) for step in _each_once(job.steps)]
    if job.is_active:
        begun = {step.get("key") for step in job.steps}
        items += [_item(title, "next", None) for key, title in ALL_STEPS if key not in begun]
    elif job.job_status == JobStatus.CANCELLED:
        items.append(_item("Cancelled", "failed", _ended(job)))
    elif job.job_status == JobStatus.COMPLETED and not job.steps:  # the original systems kept no steps
        items.append(_item("Completed", "done", _ended(job)))
    return html.Ol(items, className="gas-steps", **{"aria-label": "Steps of the job"})


def _each_once(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A step that was begun again (the file's records asked for it) stands once, with the time of all its turns."""
    found: dict[str, dict[str, Any]] = {}
    for step in steps:
        before = found.get(str(step.get("key")))
        found[str(step.get("key"))] = step if before is None else _together(before, step)
    return list(found.values())


def _together(first: dict[str, Any], then: dict[str, Any]) -> dict[str, Any]:
    """Both turns as one that began so much earlier as the first of them took."""
    started, ended, again = first.get("started_at"), first.get("ended_at"), then.get("started_at")
    if started is None or ended is None or again is None:
        return then
    return then | {"started_at": again - (ended - started)}


def _ended(job: Job) -> Component | None:
    return time(job.complete_time) if job.complete_time is not None else None


def _work_item(job: Job, step: dict[str, Any]) -> html.Li:
    title = str(step.get("title", ""))
    started, ended = step.get("started_at"), step.get("ended_at")
    if started is not None and ended is not None:
        return _item(title, "done", duration(ended - started))
    if job.job_status == JobStatus.RUNNING:
        return _item(title, "now", duration(clock.now() - started) if started is not None else None)
    return _item(title, "failed" if job.job_status == JobStatus.FAILED else "next", None)


def _item(title: str, state: str, detail: Component | str | None) -> html.Li:
    current = {"aria-current": "step"} if state == "now" else {}
    words = {"done": "done", "now": "under way", "next": "to come", "failed": "stopped here"}
    return html.Li(
        [
            html.Span(className="gas-step-mark", **{"aria-hidden": "true"}),
            html.Span(title, className="gas-step-title"),
            html.Span(f" ({words[state]})", className="visually-hidden"),
            html.Span(detail, className="gas-step-detail gas-number"),
        ],
        className=f"gas-step gas-step-{state}",
        **current,
    )


def progress(job: Job) -> Component | None:
    """The bar of an active job, in per cent of the input's bytes, with the speed."""
    if not job.is_active:
        return None
    waiting = job.job_status == JobStatus.PENDING
    percent = min(100.0, max(0.0, float(job.progress.get("percent") or 0)))
    step = WAITING if waiting else current_step(job)
    return html.Div(
        [
            html.Div(
                [html.Span(step), html.Span(_silence(job) or _speed(job.progress), className="gas-muted gas-number")],
                className="gas-progress-words",
            ),
            html.Div(
                html.Div(style={"width": f"{percent:.1f}%"}, className="gas-progress-bar"),
                className="gas-progress gas-progress-waiting" if waiting else "gas-progress",
                role="progressbar",
                **{
                    "aria-label": "Progress",
                    "aria-valuemin": "0",
                    "aria-valuemax": "100",
                    "aria-valuenow": f"{percent:.0f}",
                    "aria-valuetext": step if waiting else f"{step}, {percent:.0f} per cent",
                },
            ),
        ],
        className="gas-job-progress",
    )


def current_step(job: Job) -> str:
    """What a running job is at, in words."""
    key = str(job.progress.get("step") or "")
    if key:
        return TITLES.get(key, key)
    return str(job.steps[-1].get("title", "")) if job.steps else "Starting"


def _silence(job: Job) -> str:
    """What to say of a running job whose process has not been heard of for a while; empty while it is heard."""
    settings = get_settings()
    if job.job_status != JobStatus.RUNNING or job.lease_expires_at is None:
        return ""
    silent_s = clock.now() - (job.lease_expires_at - settings.lease_s)
    if silent_s < 2 * settings.heartbeat_interval_s:
        return ""
    return f"No news for {silent_s:.0f} s; if it has stopped, it starts again by itself within a minute or two"


def _speed(progress: dict[str, Any]) -> str:
    parts = []
    if progress.get("percent") is not None:
        parts.append(f"{float(progress['percent']):.0f} %")
    if progress.get("records"):
        parts.append(_amount(_records(int(progress["records"])), progress.get("records_per_s"), large))
    elif progress.get("bytes"):
        done = f"{size(int(progress['bytes']))} of {size(int(progress.get('total_bytes') or progress['bytes']))}"
        parts.append(_amount(done, progress.get("bytes_per_s"), size))
    return " · ".join(parts)


def _amount(done: str, speed: float | None, write: Callable[[int], str]) -> str:
    """`1.2 million records, 140,000 a second`."""
    if not speed or speed < 1:
        return done
    rough = round(speed, 2 - int(math.log10(speed)))  # three digits: a speed that flickers cannot be read
    return f"{done}, {write(int(rough))} a second"


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{large(count)} records"
