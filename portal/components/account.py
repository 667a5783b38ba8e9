"""How an account is written: the names of the plans, the initials in the menu."""

from __future__ import annotations

from pipeline.accounts.store import Plan, User

PLAN_NAMES: dict[Plan, str] = {"free_user": "Free", "premium_user": "Premium"}


def initials(user: User) -> str:
    """One or two letters for a person: of the name, else of the e-mail address."""
    words = [word for word in (user.name or user.email).split() if word[0].isalnum()]
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "") if words else user.email[0]
    return letters.upper()
