"""Sources: tables matched by allele, tracks matched by overlap, the neighbourhood of genes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.annotation.gene_context import neighbours
from pipeline.annotation.sources.allele_source import AlleleSource
from pipeline.annotation.sources.track import Track
from pipeline.reference.gene_model import ContigGenes
from pipeline.reference.manifest import Source, SourceColumn


def source(kind: str, name: str, type_: str = "integer") -> Source:
    column = SourceColumn(name=name, field=name.upper(), type=type_, title=name)  # type: ignore[arg-type]
    return Source(id="s", title="s", kind=kind, file="f", version="1", licence="x", columns=(column,))  # type: ignore[arg-type]


def test_an_allele_matches_by_contig_position_ref_and_alt_only(tmp_path: Path) -> None:
    table = pa.table(
        {
            "contig": ["1", "1", "1", "2"],
            "pos": [10, 10, 20, 10],
            "ref": ["A", "A", "AC", "A"],
            "alt": ["G", "T", "A", "G"],
            "N": [1, 2, 3, 4],
        }
    )
    pq.write_table(table, tmp_path / "t.parquet", row_group_size=1)
    alleles = AlleleSource(source("alleles", "n"), tmp_path / "t.parquet")
    pos = np.array([10, 10, 10, 20, 20, 30])
    ref, alt = pa.array(["A", "A", "A", "AC", "A", "A"]), pa.array(["G", "T", "C", "A", "G", "G"])
    assert alleles.lookup("1", pos, ref, alt)["n"].to_pylist() == [1, 2, None, 3, None, None]
    assert alleles.lookup("2", pos, ref, alt)["n"].to_pylist() == [4, None, None, None, None, None]
    assert alleles.lookup("3", pos, ref, alt)["n"].to_pylist() == [None] * 6
    assert alleles.lookup("1", np.zeros(0, np.int64), ref[:0], alt[:0])["n"].to_pylist() == []


def test_a_track_names_what_overlaps(tmp_path: Path) -> None:
    (tmp_path / "t.bed").write_text("# comment\n1\t10\t20\touter\n1\t14\t16\tinner\n1\t30\t31\tpoint\n")
    track = Track(source("track", "region", "string"), tmp_path / "t.bed")
    pos = np.array([10, 11, 15, 20, 21, 31, 29, 32])
    length = np.array([1, 1, 1, 1, 1, 1, 2, 1])
    assert track.lookup("1", pos, length)["region"].to_pylist() == [
        None, "outer", "outer; inner", "outer", None, "point", None, None
    ]  # fmt: skip
    assert track.lookup("1", np.array([29]), np.array([3]))["region"].to_pylist() == ["point"]
    assert track.lookup("2", pos, length)["region"].null_count == 8


def test_the_nearest_gene_and_its_side() -> None:
    genes = ContigGenes(
        starts=np.array([1000, 2000, 20000]),
        ends=np.array([9000, 2500, 21000]),
        reach=np.array([9000, 9000, 21000]),
        reaching=np.array([0, 0, 2]),
        forward=np.array([True, False, False]),
        names=["LONG", "INNER", "BACK"],
    )
    found = neighbours(np.array([500, 9400, 15000, 14999, 22000, 30000, 5000]), np.ones(7, np.int64), genes)
    assert found.consequence.to_pylist() == [
        "upstream_gene_variant",  # before a gene on the forward strand
        "downstream_gene_variant",  # after it; INNER ends earlier
        "downstream_gene_variant",  # 5,000 before a gene on the reverse strand
        "intergenic_variant",
        "upstream_gene_variant",  # after a gene on the reverse strand
        "intergenic_variant",
        "sequence_variant",  # inside a gene about which the engine is silent
    ]
    assert found.gene.to_pylist() == ["LONG", "LONG", "BACK", None, "BACK", None, "LONG"]
    assert found.distance.to_pylist() == [500, 400, 5000, None, 1000, None, 0]
