"""The explorer: plots, filters and a table of one result, which filter each other."""
