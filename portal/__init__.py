"""The web process: Dash on Flask. Knows the browser; everything that needs no browser is in `pipeline`."""

PRODUCT = "Genomics Annotation Service"
