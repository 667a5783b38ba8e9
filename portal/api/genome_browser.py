"""What the genome browser of a variant reads: the sequence and genes of the job's reference, in bounded stretches.

The job's VCF and its index it gets from the object store, by presigned addresses.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request, send_file, url_for
from werkzeug.datastructures import Range

from pipeline.errors import InputError, LimitError, NotFoundError
from pipeline.jobs.model import Job
from pipeline.jobs.store import get_owned
from pipeline.reference.bundle import Bundle, list_bundles
from pipeline.reference.gene_stretch import DrawnTranscript, transcripts_between
from pipeline.settings import get_settings
from portal.auth.current import current_user

blueprint = Blueprint("genome_browser_api", __name__, url_prefix="/api/jobs")

PAST_ANY_PLACE = 2**53 - 1  # the greatest whole number that JavaScript tells from its neighbours
NOT_HERE = (
    "The reference sequence of this result is not on this server, so there is nothing to draw it on. "
    "Open the annotated VCF in IGV on your own machine instead."
)


def _bundle(job_id: str) -> tuple[Job, Bundle]:
    """The reader's job and its reference, where it is at hand."""
    job = get_owned(job_id, current_user().user_id)
    found = next((each for each in list_bundles() if each.id == job.bundle_id), None)
    if found is None or not all(path.exists() for path in _files(found).values()):
        raise NotFoundError(NOT_HERE, code="no_reference")
    return job, found


def _files(bundle: Bundle) -> dict[str, Any]:
    fasta = bundle.fasta
    found = {"sequence": fasta, "index": fasta.with_name(f"{fasta.name}.fai")}
    return found | ({"blocks": fasta.with_name(f"{fasta.name}.gzi")} if fasta.suffix == ".gz" else {})


@blueprint.get("/<job_id>/browser")
def browser(job_id: str) -> dict[str, Any]:
    """What there is to draw: title and files of the reference, other names of its contigs."""
    job, bundle = _bundle(job_id)
    if not job.has_results or not {"vcf", "index"} <= job.outputs.keys():
        raise NotFoundError("The annotated VCF is not here now, so there is nothing to draw.", code="no_result")
    return {
        "id": bundle.id,
        "title": bundle.title,
        "vcf_name": str(job.outputs["vcf"].get("name", "")),
        "aliases": url_for(".aliases", job_id=job_id),
        "files": {name: url_for(".reference", job_id=job_id, name=name) for name in _files(bundle)},
    }


@blueprint.get("/<job_id>/reference/aliases")
def aliases(job_id: str) -> Response:
    """The names of each contig, a line each, the reference's own first (UCSC's alias format)."""
    _, bundle = _bundle(job_id)
    lines = ["\t".join([contig.name, *contig.aliases]) + "\n" for contig in bundle.contigs.values()]
    return Response("".join(lines), mimetype="text/plain")


@blueprint.get("/<job_id>/reference/<name>")
def reference(job_id: str, name: str) -> Response:
    """A file of the reference. Of the sequence a range is asked for, of at most `reference_range_bytes`."""
    _, bundle = _bundle(job_id)
    path = _files(bundle).get(name)
    if path is None:
        raise NotFoundError("The reference has no such file.")
    if name == "blocks":
        return _blocks(path, _files(bundle)["sequence"].stat().st_size)
    if name == "sequence":
        _check_range(request.range, path.stat().st_size)
    return send_file(path, mimetype="application/octet-stream", conditional=True)


def _blocks(path: Path, end: int) -> Response:
    """The index of the compressed sequence (htslib's .gzi: a count, then pairs of compressed and plain offsets) with
    one pair more, at the file's end: igv.js reads a block up to where the next one starts, so the last never."""
    index = path.read_bytes()
    (count,) = struct.unpack_from("<Q", index)
    answer = Response(
        struct.pack("<Q", count + 1) + index[8:] + struct.pack("<QQ", end, PAST_ANY_PLACE),
        mimetype="application/octet-stream",
    )
    answer.add_etag()
    return answer.make_conditional(request)


def _check_range(asked: Range | None, size: int) -> None:
    stretch = asked.range_for_length(size) if asked else (0, size)
    most = get_settings().reference_range_bytes
    if stretch and stretch[1] - stretch[0] > most:
        raise LimitError(
            f"Ask for at most {most:,} bytes of the sequence at once (reference_range_bytes).", code="range_too_long"
        )


@blueprint.get("/<job_id>/reference-genes")
def genes(job_id: str) -> Response:
    """Transcripts of a stretch: `contig`, `start` and `end` (0-based, end exclusive)."""
    _, bundle = _bundle(job_id)
    try:
        start, end = int(request.args.get("start", "")), int(request.args.get("end", ""))
    except ValueError as error:
        raise InputError("start and end are whole numbers.", code="bad_stretch") from error
    found = transcripts_between(bundle, request.args.get("contig", ""), start, end)
    return Response(json.dumps([_feature(each) for each in found]), mimetype="application/json")


def _feature(drawn: DrawnTranscript) -> dict[str, Any]:
    """A transcript as igv.js draws it: an exon that is not translated as a whole is `utr`."""
    begin, end = drawn.coding or (drawn.end, drawn.end)
    exons = [
        {"start": first, "end": last, "utr": last <= begin or first >= end}
        | ({"cdStart": max(first, begin), "cdEnd": min(last, end)} if last > begin and first < end else {})
        for first, last in drawn.exons
    ]
    coding = {"cdStart": begin, "cdEnd": end} if drawn.coding else {}
    shown = {"name": drawn.gene or drawn.id, "strand": drawn.strand, "start": drawn.start, "end": drawn.end}
    return shown | coding | {"transcript": drawn.id, "biotype": drawn.biotype, "exons": exons}
