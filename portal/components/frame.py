"""The frame around every Dash page: bar with product, jobs, account and theme; then the page itself."""

from __future__ import annotations

from dash import dcc, html, page_container
from dash.development.base_component import Component
from flask_wtf.csrf import generate_csrf

from pipeline.accounts.store import User
from portal import PRODUCT
from portal.auth.current import optional_user
from portal.components.account import PLAN_NAMES, initials
from portal.plain.outbox import has_outbox
from portal.static_files import asset_url

CONTENT_ID = "content"


def layout() -> Component:
    """The frame for the signed-in user; without one (Dash's check at start) only the empty container."""
    user = optional_user()
    if user is None:
        return html.Div(page_container)
    return html.Div(
        [
            html.A("Skip to the content", href=f"#{CONTENT_ID}", className="gas-skip"),
            navbar(user),
            html.Div(id="gas-notice", className="gas-notice", role="status", **{"aria-live": "polite"}),
            html.Div(id="gas-said", className="gas-notice", role="status", **{"aria-live": "polite"}),
            html.Main(page_container, id=CONTENT_ID, className="gas-container", tabIndex=-1),
        ]
    )


def navbar(user: User) -> Component:
    """The bar on top; `templates/_navbar.html` is its twin on plain pages."""
    return html.Header(
        html.Nav(
            [
                dcc.Link(_brand(), href="/jobs", className="gas-brand"),
                dcc.Link("Jobs", href="/jobs", className="gas-nav-link"),
                html.Div(className="flex-grow-1"),
                theme_button(),
                account_menu(user),
            ],
            className="gas-container gas-bar",
            **{"aria-label": "Main"},
        ),
        className="gas-header",
    )


def _brand() -> list[Component]:
    return [
        html.Img(src=asset_url("favicon.svg"), alt="", width=28, height=28),
        html.Span(PRODUCT, className="gas-brand-long"),
        html.Span("GAS", className="gas-brand-short"),
    ]


def theme_button() -> Component:
    """Switches between light and dark; `assets/theme.js` listens to the attribute."""
    return html.Button(
        html.Span(className="gas-theme-icon"),
        type="button",
        className="gas-icon-button",
        title="Light or dark",
        **{"aria-label": "Switch between light and dark", "data-theme-toggle": ""},
    )


def account_menu(user: User) -> Component:
    """Name, plan, account page, sign-out. Signing out changes something, so it is a form, never a link (C06)."""
    return html.Details(
        [
            html.Summary(
                html.Span(initials(user), className="gas-avatar", **{"aria-hidden": "true"}),
                className="gas-icon-button",
                title="Your account",
                **{"aria-label": f"Your account {initials(user)}"},
            ),
            html.Div(
                [
                    html.Div(user.name or user.email, className="gas-menu-name"),
                    html.Div(user.email, className="gas-menu-email") if user.name else None,
                    html.Span(PLAN_NAMES[user.plan], className=f"gas-plan gas-plan-{user.plan}"),
                    html.Hr(),
                    html.A("Account", href="/account", className="gas-menu-item"),
                    html.A("Plans", href="/plans", className="gas-menu-item"),
                    html.A("Outbox", href="/outbox", className="gas-menu-item") if has_outbox() else None,
                    html.Form(
                        [
                            dcc.Input(type="hidden", name="csrf_token", value=generate_csrf()),
                            html.Button("Sign out", type="submit", className="gas-menu-item"),
                        ],
                        action="/logout",
                        method="post",
                    ),
                ],
                className="gas-menu-panel",
            ),
        ],
        className="gas-menu",
    )


def message_card(title: str, sentence: str, href: str = "/jobs", link: str = "Back to your jobs") -> Component:
    """A page that has only something to say: not found, gone, not possible."""
    return html.Section(
        [
            html.H1(title, className="gas-title"),
            html.P(sentence, className="gas-lead"),
            dcc.Link(link, href=href, className="btn btn-primary"),
        ],
        className="gas-card gas-message",
    )
