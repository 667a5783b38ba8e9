"""The names that files use for a contig: with and without `chr`, and the four spellings of the mitochondrial genome."""

from __future__ import annotations

MITOCHONDRIAL = ("MT", "chrM", "M", "chrMT")


def usual_aliases(name: str) -> tuple[str, ...]:
    """Other spellings of `name`; none of them is `name` itself."""
    if name in MITOCHONDRIAL:
        return tuple(alias for alias in MITOCHONDRIAL if alias != name)
    return (name.removeprefix("chr"),) if name.startswith("chr") else (f"chr{name}",)
