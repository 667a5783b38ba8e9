"""What the portal asks of a finished job's tables."""
