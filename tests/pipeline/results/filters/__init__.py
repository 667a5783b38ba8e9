"""Filters of a result's variants."""
