"""Annotation of one VCF: prepare (clean) → engine → sources → outputs. `annotate.annotate` is the way in."""

from pipeline.annotation.without_pandas import leave_pandas_out

leave_pandas_out()
