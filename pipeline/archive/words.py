"""What the owner of a result is told while it comes back from the archive."""

from __future__ import annotations

EXPECTED_S = {"Expedited": 5 * 60, "Standard": 5 * 3600, "Bulk": 12 * 3600}  # AWS's upper figures, Flexible Retrieval
SENTENCES = {
    "Expedited": "Your result is being brought back from the archive. This usually takes 1 to 5 minutes.",
    "Standard": "Your result is being brought back from the archive. This usually takes 3 to 5 hours.",
    "Bulk": "Your result is being brought back from the archive. This usually takes 5 to 12 hours.",
}


def restore_sentence(tier: str) -> str:
    """What happens now and how long it usually takes."""
    return SENTENCES[tier]


def expected_seconds(tier: str) -> int:
    """The longest that a retrieval of this tier usually takes."""
    return EXPECTED_S[tier]
