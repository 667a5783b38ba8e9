"""What the explorer's plots show, counted in SQL over the variants that a filter lets through."""
