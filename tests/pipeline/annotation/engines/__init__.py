"""Tests of the annotation engines."""
