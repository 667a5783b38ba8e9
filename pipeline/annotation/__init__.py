"""Annotation of one VCF: prepare (clean) → engine → sources → outputs. `annotate.annotate` is the way in."""
