"""`embed-bundle`: makes the demonstration bundle (GRCh37) out of the gene regions of bcftools' own tests."""
