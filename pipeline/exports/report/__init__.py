"""The report: one HTML page that needs nothing else, for reading, printing and filing."""
