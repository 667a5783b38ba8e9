"""Which genome build a file was made with, shown by evidence, and which installed bundle fits it (C39)."""
