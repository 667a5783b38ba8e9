"""The page that compares two to five jobs: what they share, what each has alone, what they say differently."""
