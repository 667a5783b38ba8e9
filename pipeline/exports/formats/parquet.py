"""Parquet: the columns with their types, and the provenance in the metadata of the file."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.exports.contents import Contents
from pipeline.results import connection

METADATA = b"gas"  # key of the provenance, a JSON object


def write_parquet(contents: Contents, target: Path) -> int:
    """A row group for each block of rows, packed with zstd; the number of rows."""
    select = contents.plain_select()
    empty = connection.arrow_table(f"SELECT {select} FROM {contents.source.sql} LIMIT 0", contents.source.parameters)
    schema = pa.schema(empty.schema).with_metadata({METADATA: json.dumps(dict(contents.provenance())).encode()})
    rows = 0
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for block in contents.blocks(select):
            writer.write_table(block.cast(schema))
            rows += block.num_rows
    return rows
