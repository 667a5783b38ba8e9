"""The formats of exports, one file each; `catalogue.py` lists them."""
