"""Measurements: `python -m util_jobs bench …`. Each starts its own stack in a temporary folder and removes it."""
