"""Addresses of gene pages: a gene's name may hold any letter, so it travels percent-encoded."""

from __future__ import annotations

from urllib.parse import quote, unquote

from pipeline.results.gene import filter_of
from portal.explore.view import View


def gene_address(job_id: str, gene: str) -> str:
    """The page of a gene."""
    return f"/jobs/{job_id}/genes/{quote(gene, safe='')}"


def gene_of(part: str | None) -> str:
    """The name in an address."""
    return unquote(part or "")


def explore_address(job_id: str, gene: str) -> str:
    """The explorer, filtered for the gene."""
    return f"/jobs/{job_id}/explore?view={View(filter_of(gene)).address}"
