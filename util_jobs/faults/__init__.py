"""A deterministic simulation: the real workers against an AWS in this process, under faults of every kind."""
