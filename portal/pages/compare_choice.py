"""Chooses the job to compare with: the user's other results that may be of the same file."""

from __future__ import annotations

import dash
from botocore.exceptions import BotoCoreError, ClientError
from dash.development.base_component import Component

from pipeline.errors import NotFoundError
from pipeline.jobs.relatives import comparable
from pipeline.jobs.store import get_owned
from portal.auth.current import current_user
from portal.components import changes, states
from portal.components.frame import PRODUCT

# After the page of two jobs, before the page of one: Dash takes the first template that fits.
dash.register_page(__name__, path_template="/jobs/<job_id>/compare", title=f"Compare · {PRODUCT}", order=2)


def layout(job_id: str | None = None, **_: str) -> Component:
    """The list to choose from; the same answer for a job of somebody else and for none (C03)."""
    user = current_user()
    try:
        job = get_owned(job_id, user.user_id)
        return changes.choice(job, comparable(job))
    except (NotFoundError, BotoCoreError, ClientError) as error:
        return states.not_read(error)
