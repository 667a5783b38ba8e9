"""Filters of a result's variants: what they are, how they are read, and the SQL that they become."""
