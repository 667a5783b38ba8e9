"""Everything that needs no browser: jobs, accounts, storage, annotation, workers. Imports nothing from portal/."""
