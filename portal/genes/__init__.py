"""The page of one gene in one result."""
