"""What a job leaves: the annotated VCF, three Parquet tables, the summary, the log and the manifest."""
