"""Annotates one VCF: the way in for the worker and for `python -m util_jobs annotate`. Needs no cloud."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pipeline.annotation.build.chosen import bundle_for
from pipeline.annotation.children import ChildFamily, disk_full, is_disk_full
from pipeline.annotation.engines.registry import engine_named
from pipeline.annotation.job import Job, Upload
from pipeline.annotation.memory import use_little_memory
from pipeline.annotation.options import USUAL, AnnotationOptions
from pipeline.annotation.prepare.sniff import check_is_file
from pipeline.annotation.result import STEPS, AnnotationResult, Progress
from pipeline.reference.bundle import Bundle
from pipeline.settings import get_settings

__all__ = ["STEPS", "AnnotationResult", "Progress", "annotate"]


def annotate(
    input_path: Path,
    input_name: str,
    bundle: Bundle | None,
    out_dir: Path,
    work_dir: Path,
    *,
    on_progress: Callable[[Progress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    job_id: str | None = None,
    options: AnnotationOptions = USUAL,
) -> AnnotationResult:
    """Annotate `input_path` and write the outputs into `out_dir`, which must exist.

    `input_name` is what the user called the file; it is only ever shown. Temporary files live in a folder of their own
    under `work_dir` and are gone afterwards; after a failure nothing is left in `out_dir` either. `cancelled` is asked
    several times a second, also from another thread. `options` are the engine and the sources to apply. Without a
    `bundle` the installed one is taken that fits the file's genome build best; one of another build is refused.

    Raises InputError or LimitError (the file's fault, with its line; `wrong_build`), CancelledError, RetryableError
    (`disk_full`), PermanentError (`engine_failed`), ConfigurationError (an engine or a source that is not installed).
    """
    use_little_memory()
    check_is_file(input_path)
    choice = bundle_for(input_path, bundle, options)
    bundle = choice.bundle
    engine = engine_named(options.engine, bundle)
    if options.sources is not None:
        bundle = bundle.with_sources(options.sources)
    work = Path(tempfile.mkdtemp(prefix=".annotate-", dir=work_dir)).resolve()
    staging = work / "results"
    try:
        staging.mkdir()
        with ChildFamily(work, get_settings(), cancelled) as family:
            upload = Upload(input_path.resolve(), input_name, job_id)
            result = Job(upload, bundle, engine, staging, work, family, on_progress, choice, options).run()
        files = {role: _moved(path, out_dir) for role, path in result.files.items()}
        return replace(result, files=files, build=choice.document())
    except OSError as error:
        if is_disk_full(error) or "No space left" in str(error):
            raise disk_full() from error
        raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _moved(path: Path, folder: Path) -> Path:
    target = folder / path.name
    shutil.move(path, target)
    return target
