"""The job: its states, its record and everything that may change it."""
