"""What an allele does to each transcript near it, worked out from the gene model by Ensembl's definitions."""
