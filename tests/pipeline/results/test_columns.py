"""What the columns of a result are called, from its manifest."""

from __future__ import annotations

from pipeline.annotation.engines.vep import VepEngine
from pipeline.results.columns import described_by, placed


def test_columns_of_an_engine_are_called_what_the_engine_calls_them() -> None:
    columns = [column.model_dump() for column in VepEngine().extra_columns]
    manifest = {"engine": {"name": "vep", "version": "vepyr 0.10.0", "columns": columns}, "sources": []}
    types = {"chrom": "VARCHAR", "vep_sift": "VARCHAR", "vep_gnomade_af": "DOUBLE", "hgvs_g": "VARCHAR"}
    found = {column.name: column for column in placed(types, described_by(manifest))}
    assert [column.title for column in found.values()] == ["Contig", "SIFT", "gnomAD exomes", "HGVS g."]
    assert found["vep_gnomade_af"].description == "Frequency of the allele in all gnomAD exomes. (vepyr 0.10.0)"


def test_a_result_without_such_a_list_shows_its_columns_all_the_same() -> None:
    manifest = {"engine": {"name": "vep", "version": "vepyr 0.10.0"}}
    assert [column.title for column in placed({"vep_sift": "VARCHAR"}, described_by(manifest))] == ["Vep sift"]
