"""The table that a filter is applied to: its columns and samples, which are the only names that SQL may hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.results.columns import Kind, kind_of
from pipeline.results.filters.reading import FilterError
from pipeline.results.table_schema import identifier

SEARCHED = ("gene", "id", "consequence", "hgvs_c", "hgvs_p", "region")
CALL_TABLE_NEEDED = "This result has no samples: it knows no genotypes."


@dataclass(frozen=True)
class Table:
    """Columns of `variants.parquet` (name → DuckDB type), and the samples of `genotypes.parquet`, in the file's order.

    `tagged` are the rows (`rid`) of this job's variants that somebody marked, by tag.
    """

    types: Mapping[str, str]
    samples: Sequence[str] = ()
    tagged: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def column(self, name: str) -> str:
        """The column as SQL takes it, of the table `v`. FilterError where there is none of this name."""
        if name not in self.types:
            raise FilterError(f"This result has no column {name}.")
        return f"v.{identifier(name)}"

    def kind(self, name: str) -> Kind:
        """Whether a column holds text, whole numbers or decimals. FilterError where there is none of this name."""
        self.column(name)
        return kind_of(self.types[name])

    def sample(self, name: str) -> str:
        """A sample's name, if the file has it. FilterError otherwise."""
        if not self.samples:
            raise FilterError(CALL_TABLE_NEEDED)
        if name not in self.samples:
            raise FilterError(f"The file has no sample {name}.")
        return name

    @property
    def searched(self) -> tuple[str, ...]:
        """The columns that a text is looked for in."""
        return tuple(name for name in SEARCHED if name in self.types)
