"""One annotation job from the file to the manifest: the order of the steps, and what they hand to each other."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.annotation.batch import Annotator
from pipeline.annotation.build.choice import BundleChoice
from pipeline.annotation.children import ChildFamily
from pipeline.annotation.columnar import IntArray
from pipeline.annotation.contig_plan import ContigPlan, plan_contigs
from pipeline.annotation.engine_stream import EngineStream
from pipeline.annotation.engines.base import Engine, OutOfOrderError
from pipeline.annotation.feed import AlleleReader, BlockFeed, Feed, SeparateFeed
from pipeline.annotation.file_names import safe_name, safe_stem
from pipeline.annotation.haplotypes.column import HAPLOTYPE
from pipeline.annotation.haplotypes.compounds import Compounds
from pipeline.annotation.haplotypes.lookahead import look_ahead
from pipeline.annotation.job_run import JobRun
from pipeline.annotation.notes import change_sentences, notes_for
from pipeline.annotation.options import USUAL, AnnotationOptions
from pipeline.annotation.outputs.indexed_bgzip import finish_index, start_index
from pipeline.annotation.outputs.log import log_text
from pipeline.annotation.outputs.manifest import file_entry, provenance_of
from pipeline.annotation.outputs.provenance_lines import provenance_lines
from pipeline.annotation.outputs.summary import Summary, as_document
from pipeline.annotation.outputs.tables import Tables
from pipeline.annotation.outputs.vcf_header import (
    complete_header,
    full_header,
    own_fields,
    provisional_header,
)
from pipeline.annotation.outputs.vcf_writer import UnreadableFieldError, UnreadableRecordError, VcfWriter
from pipeline.annotation.prepare.blocks import Block
from pipeline.annotation.prepare.first_pass import FirstPass, ReadAgainError
from pipeline.annotation.prepare.prepared import Prepared, bcf_as_text, first_line_at, sort_records
from pipeline.annotation.prepare.retype import declare_as_text
from pipeline.annotation.prepare.sniff import check_looks_like_text, is_bcf
from pipeline.annotation.prepare.survey import Survey, survey
from pipeline.annotation.reference_bases import ReferenceBases
from pipeline.annotation.result import AnnotationResult, Progress, ProgressMeter
from pipeline.errors import CancelledError, InputError, PermanentError
from pipeline.logs import get_logger
from pipeline.reference.bundle import Bundle
from pipeline.settings import Settings, get_settings


@dataclass(frozen=True)
class Surveyed:
    """An input that has been surveyed, and sorted where that was needed; it can be read again and again."""

    prepared: Prepared
    found: Survey
    plan: ContigPlan

    @property
    def survey(self) -> Survey:
        """What is known of the file: a copy, to which each pass adds what it changes in the header."""
        return replace(self.found, changes=self.found.changes.copy())

    def blocks(self, own_keys: Collection[str]) -> Iterator[tuple[Block, IntArray, int]]:
        """Clean blocks; `own_keys` are free, as they were chosen with all keys of the file known."""
        del own_keys
        return self.prepared.blocks()

    def finish(self) -> Survey:
        """The same survey: nothing new is found."""
        return self.survey


@dataclass(frozen=True)
class Upload:
    """The file to annotate; `name` is what its owner called it, only ever shown."""

    path: Path
    name: str
    job_id: str | None


class Job:
    """The order of the steps, and what they hand to each other."""

    def __init__(
        self,
        upload: Upload,
        bundle: Bundle,
        engine: Engine,
        out_dir: Path,
        work: Path,
        family: ChildFamily,
        on_progress: Callable[[Progress], None],
        choice: BundleChoice,
        options: AnnotationOptions = USUAL,
    ) -> None:
        self.upload = upload
        self.bundle = bundle
        self.out_dir = out_dir
        self.work = work
        self.family = family
        settings = get_settings()
        block_bytes = min(settings.read_block_bytes, engine.block_bytes)
        self.settings: Settings = settings.model_copy(update={"read_block_bytes": block_bytes})
        self.engine = engine
        self.on_progress = on_progress
        self.choice = choice
        self.provenance = provenance_of(bundle, engine, options, choice)
        self.as_text: set[tuple[str, str]] = set()
        self.sort_again = False
        self.looked_ahead: dict[Path, Compounds | None] = {}
        self.index: Path | None = None  # of the VCF, where it could be made along
        self.vcf = out_dir / f"{safe_stem(upload.name)}.annot.vcf.gz"

    def run(self) -> AnnotationResult:
        """Do everything; the files of the result lie in `out_dir`."""
        path = self.upload.path
        if is_bcf(path):
            path = bcf_as_text(path, self.work, self.family)
        else:
            check_looks_like_text(path, self.settings)
        self.meter = ProgressMeter(path.stat().st_size, self.on_progress)
        self.meter.start("read")
        return self._finish(*self._annotate(path))

    def _annotate(self, path: Path) -> tuple[Survey, ContigPlan, Summary]:
        """Annotate in one pass; where the records turn out to hold what must be known before, start over."""
        surveyed: Surveyed | None = None
        while True:
            try:
                return self._pass(surveyed or FirstPass(path, self.settings, self.family.raise_if_stopped))
            except ReadAgainError as reason:
                get_logger().info("read_again", reason=str(reason))
                surveyed = self._survey(path)
            except UnreadableFieldError as problem:
                self._take_as_text(problem.kind, problem.key)
            except OutOfOrderError as problem:
                if self.sort_again:
                    raise PermanentError("The annotation engine mixed up its order.", code="engine_failed") from problem
                self.sort_again = True
                surveyed = surveyed or self._survey(path)
                get_logger().info("alleles_sorted_again")
            except UnreadableRecordError as problem:
                raise _record_error(
                    problem, Prepared(self.upload.path, self.settings), is_bcf(self.upload.path)
                ) from problem

    def _take_as_text(self, kind: str, key: str) -> None:
        """Declare a field that contradicts its type as text from now on."""
        if (kind, key) in self.as_text:
            raise InputError(f"The values of the {kind} field {key[:40]!r} cannot be read.", code="unreadable_record")
        self.as_text.add((kind, key))
        get_logger().info("field_declared_as_text", passes=len(self.as_text))

    def _survey(self, path: Path) -> Surveyed:
        self.meter.start("read")
        found = survey(path, self.settings, self._on_read)
        plan = plan_contigs(found, self.bundle, self.choice, self.engine)
        if found.in_order:
            check = self.family.raise_if_stopped
            return Surveyed(Prepared(path, self.settings, rewrites=found.rewrites, check=check), found, plan)
        orders = {name: contig.order for name, contig in plan.contigs.items()}
        prepared = sort_records(path, found, orders, self.work, self.family)
        found.changes["records_sorted"] += 1
        self.meter.total_bytes = prepared.path.stat().st_size
        return Surveyed(prepared, found, plan)

    def _on_read(self, bytes_read: int, records: int) -> None:
        self.family.raise_if_stopped()
        self.meter.at(bytes_read, records)

    def _compounds(self, prepared: Prepared, found: Survey) -> Compounds | None:
        """Consequences of alleles that act together, where the engine tells; looked for once in each file."""
        if HAPLOTYPE not in self.engine.extra_columns:
            return None
        if prepared.path not in self.looked_ahead:
            plan = self._new_plan(found)
            self.looked_ahead[prepared.path] = look_ahead(
                prepared.blocks, found.samples, plan, self.bundle, self.family, self._on_read
            )
        return self.looked_ahead[prepared.path]

    def _new_plan(self, found: Survey) -> ContigPlan:
        """A plan without contigs yet."""
        return ContigPlan(found.header, self.bundle, self.choice, self.engine)

    def _pass(self, source: FirstPass | Surveyed) -> tuple[Survey, ContigPlan, Summary]:
        found = source.survey
        compounds = self._compounds(source.prepared, found)
        self.meter.start("annotate")
        plan = source.plan if isinstance(source, Surveyed) else self._new_plan(found)
        own = own_fields(self.bundle, found, self.engine)
        head = partial(full_header, own, provenance_lines(self.provenance, self.upload.job_id), found.header)
        bases = ReferenceBases(self.bundle.fasta)
        feed = self._feed(source, plan, bases, {field.key for field in own})
        stream = EngineStream(self.engine, self.bundle, plan, self.family, lambda: iter(feed), sort=self.sort_again)
        annotator = Annotator(self.bundle, bases, self.engine, plan, compounds)
        try:
            stream.start()
            with (
                VcfWriter(self.vcf, self.family, self.as_text) as writer,
                Tables(self.out_dir, self.bundle.sources, self.engine.extra_columns) as tables,
            ):
                writer.begin(head(found.header.meta), head(provisional_header(found.header, self.as_text)))
                total = JobRun(feed, stream, found, plan, annotator, own, writer, tables, self.meter).run()
                found = source.finish()
                meta = complete_header(found, plan, self.bundle)
                for kind, key in sorted(self.as_text):
                    meta = declare_as_text(meta, kind, key)
                    found.changes["field_declared_text"] += 1
                self.index = writer.end(head(meta))
        finally:
            self.family.kill_running()
            feed.let_go()
            stream.stop()
            annotator.close()
            bases.close()
        if writer.problems:
            get_logger().warning("output_complaints", count=len(writer.problems), first=writer.problems[0][:200])
        return found, plan, total

    def _feed(
        self, source: FirstPass | Surveyed, plan: ContigPlan, bases: ReferenceBases, own_keys: set[str]
    ) -> BlockFeed:
        def reader() -> AlleleReader:
            return AlleleReader(source.blocks(own_keys), plan, self.engine, self.bundle, bases)

        if self.sort_again:
            return SeparateFeed(reader(), reader())
        return Feed(reader(), self.family.raise_if_stopped)

    def _finish(self, found: Survey, plan: ContigPlan, total: Summary) -> AnnotationResult:
        self.meter.start("finish", found.records)
        last = max(found.last_position.values(), default=0)
        indexing = None if self.index else start_index(self.vcf, last, self.family)
        document = as_document(total, found, plan)
        held = {row["reference"]: row["records"] for row in document["contigs"] if row["reference"]}
        notes = notes_for(document, found, self.bundle) + self.engine.notes(self.bundle, held)
        files = {
            "vcf": self.vcf,
            **{name: self.out_dir / f"{name}.parquet" for name in ("variants", "consequences", "genotypes")},
            "log": self.out_dir / f"{safe_name(self.upload.name)}.count.log",
            "summary": self.out_dir / "summary.json",
        }
        changes = change_sentences(found)
        files["log"].write_text(log_text(document, notes, changes, self._headline()), "utf-8")
        _write_json(files["summary"], document | {"notes": notes, "changes_made": changes})
        counts = {key: document[key] for key in ("read", "alleles", "annotated", "skipped")}
        entries = {role: file_entry(path) for role, path in files.items()}
        if indexing:
            self.index = finish_index(*indexing, self.vcf, self.family)
        assert self.index is not None  # noqa: S101 - one of the two made it
        files["index"], entries["index"] = self.index, file_entry(self.index)
        manifest = {"files": entries, "counts": counts, **self.provenance}
        files["manifest"] = self.out_dir / "manifest.json"
        _write_json(files["manifest"], manifest | {"job_id": self.upload.job_id})
        self.family.raise_if_stopped()
        if self.family.cancelled():
            raise CancelledError("The job was cancelled.")
        self.meter.done(found.records)
        return AnnotationResult(files, counts, notes, self.provenance)

    def _headline(self) -> list[tuple[str, str]]:
        bundle = self.bundle
        data = self.provenance["engine"]["parameters"].get("cache")
        lines = [
            ("Input", " ".join(self.upload.name.split())),
            ("Reference bundle", f"{bundle.id} {bundle.version}: {bundle.title}, {bundle.assembly}"),
            ("Engine", self.engine.version() + (f", data {data}" if data else "")),
        ]
        return lines + [("Source", f"{source.title}, version {source.version}") for source in bundle.sources]


def _record_error(problem: UnreadableRecordError, prepared: Prepared, unnumbered: bool) -> InputError:
    """The error for a record that bcftools refuses, with its line in the upload (a BCF has no lines)."""
    line = None if unnumbered else first_line_at(prepared, problem.contig, problem.pos)
    where = f"Line {line:,}" if line else "The record"
    return InputError(
        f"{where}, at {problem.contig}:{problem.pos}, cannot be read: {problem.reason}.",
        code="unreadable_record",
        line=line,
    )


def _write_json(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n", "utf-8")
