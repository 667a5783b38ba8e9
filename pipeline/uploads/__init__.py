"""Uploads: a record and a multipart upload before there is a job."""
