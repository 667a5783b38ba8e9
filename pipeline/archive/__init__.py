"""The life of a result after its job: to the archive, and back."""
