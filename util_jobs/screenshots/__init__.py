"""`python -m util_jobs screenshots`: walks through a real run of the whole service, pictures taken on the way."""
