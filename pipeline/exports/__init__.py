"""Exports: what a filter lets through as a file of a chosen format, made by a worker and kept for some days."""
