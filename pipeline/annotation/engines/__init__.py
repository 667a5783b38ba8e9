"""Engines say what a variant does to genes; each runs as child processes behind the protocol in `base`."""
