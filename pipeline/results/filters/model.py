"""What a filter is: a tree of conditions that a variant (one row, one alternate allele) meets or does not."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

MOST_TEXT = 200  # letters of a searched text, a value, a sample's name
MOST_VALUES = 20_000  # a gene panel
MOST_REGIONS = 10_000
MOST_PARTS = 64
MOST_DEPTH = 5

Text = Annotated[str, Field(max_length=MOST_TEXT)]
Name = Annotated[str, Field(min_length=1, max_length=MOST_TEXT)]
Call = Literal["het", "hom", "absent", "missing"]
Pattern = Literal["de_novo", "recessive", "compound_het"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OneOf(_Part):
    """The cell is one of the values; `None` among them is an empty cell. With `terms`: one of its terms, which
    `&`, `/`, `;`, `,` or `|` separate."""

    kind: Literal["one_of"] = "one_of"
    column: Name
    values: Annotated[tuple[Text | None, ...], Field(min_length=1, max_length=MOST_VALUES)]
    negated: bool = False
    terms: bool = False


class Range(_Part):
    """A number from `least` to `most`, both included; None: no bound. With `or_unknown` an empty cell passes too, as a
    frequency does that no source knows."""

    kind: Literal["range"] = "range"
    column: Name
    least: float | None = None
    most: float | None = None
    or_unknown: bool = False

    @field_validator("least", "most")
    @classmethod
    def _finite(cls, value: float | None) -> float | None:
        if value is not None and not math.isfinite(value):
            raise ValueError("Write a number.")
        return value

    @model_validator(mode="after")
    def _in_order(self) -> Range:
        if self.least is None and self.most is None:
            raise ValueError("Write a least or a greatest value.")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"The least value, {self.least:g}, is greater than the greatest, {self.most:g}.")
        return self


class Contains(_Part):
    """The text stands somewhere in one of the columns, in capitals or not; no columns: in those that are searched."""

    kind: Literal["contains"] = "contains"
    text: Name
    columns: Annotated[tuple[Name, ...], Field(max_length=MOST_PARTS)] = ()


class Known(_Part):
    """The cell holds something, or (`known` false) is empty."""

    kind: Literal["known"] = "known"
    column: Name
    known: bool = True


class Region(_Part):
    """A stretch of a contig, 1-based, both ends included; without ends the whole contig."""

    contig: Name
    start: Annotated[int, Field(ge=1, le=2**31 - 1)] = 1
    end: Annotated[int, Field(ge=1, le=2**31 - 1)] = 2**31 - 1

    @model_validator(mode="after")
    def _in_order(self) -> Region:
        if self.start > self.end:
            raise ValueError(f"The region {self.contig}:{self.start}-{self.end} ends before it begins.")
        return self


class InRegions(_Part):
    """The reference allele touches one of the regions."""

    kind: Literal["regions"] = "regions"
    regions: Annotated[tuple[Region, ...], Field(min_length=1, max_length=MOST_REGIONS)]


class Carries(_Part):
    """What one sample's call is: it holds this allele beside another one (`het`), nothing else (`hom`), was made
    without it (`absent`), or is not whole (`missing`). The bounds are for calls that hold the allele."""

    kind: Literal["carries"] = "carries"
    sample: Name
    calls: Annotated[tuple[Call, ...], Field(min_length=1, max_length=4)]
    least_depth: Annotated[int, Field(ge=0)] | None = None  # reads
    least_quality: Annotated[float, Field(ge=0)] | None = None  # GQ, Phred-scaled
    least_balance: Annotated[float, Field(ge=0, le=1)] | None = None  # reads of the allele by reads of both


class Inherited(_Part):
    """How a child of two parents came to the variant. `de_novo`: neither parent has it; `recessive`: the child holds
    nothing else, each parent one copy; `compound_het`: with a second one in the same gene, one from each parent. That
    one has to meet the other conditions of the same group too."""

    kind: Literal["inherited"] = "inherited"
    pattern: Pattern
    child: Name
    mother: Name
    father: Name

    @model_validator(mode="after")
    def _three(self) -> Inherited:
        if len({self.child, self.mother, self.father}) < 3:
            raise ValueError("Choose three different samples as child, mother and father.")
        return self


class PrivateTo(_Part):
    """Only these samples hold the allele, and at least one of them does."""

    kind: Literal["private"] = "private"
    samples: Annotated[tuple[Name, ...], Field(min_length=1, max_length=MOST_VALUES)]


class Tagged(_Part):
    """Somebody marked the variant with one of these tags."""

    kind: Literal["tagged"] = "tagged"
    tags: Annotated[tuple[Name, ...], Field(min_length=1, max_length=MOST_PARTS)]


class Group(_Part):
    """All of the parts hold (`all`), or at least one does (`any`). An empty `all` holds always."""

    kind: Literal["group"] = "group"
    join: Literal["all", "any"] = "all"
    parts: Annotated[tuple[Part, ...], Field(max_length=MOST_PARTS)] = ()


Part = Annotated[
    OneOf | Range | Contains | Known | InRegions | Carries | Inherited | PrivateTo | Tagged | Group,
    Field(discriminator="kind"),
]
Group.model_rebuild()
NOTHING = Group()
