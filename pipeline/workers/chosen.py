"""What a job's owner chose, as the annotation takes it; a rerun with the same versions is held to them (C45)."""

from __future__ import annotations

from pipeline.annotation.options import AnnotationOptions
from pipeline.errors import PermanentError
from pipeline.jobs.model import Job
from pipeline.reference.bundle import Bundle, load_bundle
from pipeline.results.versions import digest_of, versions_now


def bundle_and_options(job: Job) -> tuple[Bundle | None, AnnotationOptions]:
    """The bundle (None: the one that fits best is found by itself) and the options.

    Raises ConfigurationError where the bundle is not installed, PermanentError (`versions_gone`) where versions that
    the job must be made with were replaced since it was asked for.
    """
    sources = None if job.source_ids is None else tuple(job.source_ids)
    options = AnnotationOptions(engine=job.engine, sources=sources)
    bundle = load_bundle(job.bundle_id) if job.bundle_id else None
    if bundle is None or not job.pinned:
        return bundle, options
    kept = bundle.with_sources(sources) if sources is not None else bundle
    if digest_of(versions_now(job.engine, kept)) != job.pinned.get("versions"):
        raise PermanentError(
            "The reference or the engine was replaced after you asked for the same versions. "
            "Run the job again with today's versions.",
            code="versions_gone",
        )
    if job.pinned.get("automatic"):
        # As in the first job, contigs that do not fit are carried through instead of refused.
        return None, AnnotationOptions(engine=job.engine, sources=sources, among=(bundle.id,))
    return bundle, options
