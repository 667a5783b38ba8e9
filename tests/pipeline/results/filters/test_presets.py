"""The filters that come with the product fit the columns that sources really bring."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.annotation.engines.vep_fields import EXTRA_COLUMNS
from pipeline.reference.sources.known_publishers import known_columns
from pipeline.reference.sources.publisher_file import InfoField, SourceHeader
from pipeline.results.filters.presets import frequency_column, presets_for, significance_column
from pipeline.results.filters.table import Table
from tests.pipeline.results.filters.cohort import Cohort

BASE = dict.fromkeys(("id", "consequence", "impact", "filter"), "VARCHAR") | {"rid": "BIGINT", "af": "DOUBLE"}


def table(samples: tuple[str, ...] = (), **types: str) -> Table:
    return Table(BASE | types, samples)


def declared(*keys: str) -> dict[str, str]:
    """The columns of a publisher's file with these INFO fields, by name, as DuckDB types."""
    header = SourceHeader.__new__(SourceHeader)
    object.__setattr__(header, "info", {key: InfoField("A", "Float", "") for key in keys})
    preset = "clinvar" if "CLNSIG" in keys else "gnomad"
    types = {"string": "VARCHAR", "integer": "BIGINT", "float": "DOUBLE"}
    return {column.column.name: types[column.column.type] for column in known_columns(header, preset)}


def test_the_columns_of_gnomad_and_clinvar_are_found_as_their_files_bring_them() -> None:
    found = table(**declared("AF", "AF_afr"), **declared("CLNSIG", "CLNREVSTAT", "CLNDN"))
    assert frequency_column(found) == "gnomad_af"
    assert significance_column(found) == "clinvar_significance"


def test_the_columns_of_the_engine_vep_are_found() -> None:
    types = {column.name: "DOUBLE" if column.type == "float" else "VARCHAR" for column in EXTRA_COLUMNS}
    assert frequency_column(table(**types)) == "vep_max_af"
    assert significance_column(table(**types)) == "vep_clin_sig"


def test_columns_of_another_name_are_found_by_what_the_manifest_says_of_them() -> None:
    descriptions = {
        "f": ("Frequency", "Frequency in the population of Estonia (x)"),
        "s": ("Class", "ClinVar significance"),
    }
    assert frequency_column(table(f="DOUBLE", s="VARCHAR")) is None
    assert frequency_column(table(f="DOUBLE", s="VARCHAR"), descriptions) == "f"
    assert significance_column(table(f="DOUBLE", s="VARCHAR"), descriptions) == "s"


def test_the_frequency_in_the_file_itself_is_none_among_people() -> None:
    assert frequency_column(table()) is None
    assert "rare_damaging" not in {preset.id for preset in presets_for(table())}


def test_presets_ask_only_for_columns_and_samples_that_are_there(tmp_path: Path) -> None:
    bare = Table({"rid": "BIGINT", "chrom": "VARCHAR"})
    assert presets_for(bare) == []
    full = presets_for(table(("a", "b"), gnomad_af="DOUBLE", clinvar_significance="VARCHAR", mitomap_disease="VARCHAR"))
    assert {"rare_damaging", "clinvar_pathogenic", "loss_of_function", "private_a", "private_b"} <= {p.id for p in full}
    assert len({preset.id for preset in full}) == len(full)


@pytest.mark.parametrize("name", ["class"])
def test_pathogenic_classes_are_found_in_every_spelling_and_conflicts_are_not(tmp_path: Path, name: str) -> None:
    cohort = Cohort(tmp_path, 3)
    preset = next(p for p in presets_for(table(clinvar_significance="VARCHAR")) if p.id == "clinvar_pathogenic")
    part = preset.group.parts[0].model_copy(update={"column": name})
    found = {cohort.rows[rid]["class"] for rid in cohort.found(preset.group.model_copy(update={"parts": (part,)}))}
    assert found == {"Pathogenic/Likely pathogenic", "Pathogenic; drug response", "pathogenic&benign"}
