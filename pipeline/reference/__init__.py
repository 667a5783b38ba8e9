"""Reference bundles: a genome, its gene models and its annotation sources, installed as one folder each."""
