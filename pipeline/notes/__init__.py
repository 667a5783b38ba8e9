"""Notes and tags that people put on the variants of a result."""
