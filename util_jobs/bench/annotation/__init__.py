"""Measures the annotation of a made-up genome, side by side with the bare bcftools steps and a peer."""
