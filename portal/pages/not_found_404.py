"""The page for an address that leads nowhere; Dash Pages finds it by its file name."""

from __future__ import annotations

import dash
from dash.development.base_component import Component

from portal import PRODUCT
from portal.auth.current import current_user
from portal.components import frame

dash.register_page(__name__, title=f"Not found · {PRODUCT}")


def layout(**_: str) -> Component:
    """A sentence and the way back."""
    current_user()
    return frame.message_card(
        "There is nothing here",
        "This page does not exist, or what it showed was deleted. Check the address, or go on from your jobs.",
    )
