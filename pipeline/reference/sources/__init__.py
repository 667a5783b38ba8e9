"""Turning a publisher's file into a source of a bundle: reading it, choosing columns, converting it."""
