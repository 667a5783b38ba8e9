"""Builds a bundle of any species from local files: FASTA, GFF3, and sources where there are some."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from pipeline.annotation.children import ChildFamily
from pipeline.errors import ConfigurationError, InputError, PermanentError
from pipeline.reference.contigs import MITOCHONDRIAL, aliases_of
from pipeline.reference.fasta import Sequence, write_fasta
from pipeline.reference.gene_model import load_gene_model
from pipeline.reference.gff3 import write_gff3
from pipeline.reference.manifest import BundleManifest, ManifestContig
from pipeline.reference.staging import building, checked_id, checksums_of, locked, write_manifest
from pipeline.settings import get_settings

MITOCHONDRIAL_CODE = 2  # NCBI translation table of vertebrate mitochondria
GENETIC_CODES = (*range(1, 7), *range(9, 17), *range(21, 34))  # NCBI translation tables
Progress = Callable[[str], None]


@dataclass(frozen=True)
class BuildRequest:
    """What a bundle is made of. `genetic_codes` are NCBI translation tables by contig (its name in the FASTA)."""

    id: str
    fasta: Path
    gff3: Path
    title: str = ""
    assembly: str = ""
    version: str = "1"
    genetic_codes: dict[str, int] = field(default_factory=dict)
    default_code: int = 1
    attribution: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Built:
    """A bundle that stands, and what was left out of its GFF3 and why."""

    folder: Path
    contigs: int
    bases: int
    gene_lines: Counter[str]


def build_bundle(
    request: BuildRequest, bundles_dir: Path, progress: Progress, finish: Callable[[Path], None] = lambda folder: None
) -> Built:
    """Build the bundle below `bundles_dir`; `finish` may add sources to the folder before it gets its place.

    Raises InputError for files that are not what they should be, ConfigurationError where the id is taken.
    """
    with locked(bundles_dir, checked_id(request.id)):
        return build_in_lock(request, bundles_dir, progress, finish)


def build_in_lock(
    request: BuildRequest, bundles_dir: Path, progress: Progress, finish: Callable[[Path], None]
) -> Built:
    """`build_bundle` for a caller that holds the bundle's lock."""
    with building(bundles_dir, request.id) as folder:
        fasta, sequences = write_fasta(request.fasta, folder, progress)
        contigs = _contigs(sequences, request)
        names = {alias: item.name for item in contigs for alias in item.aliases} | {
            item.name: item.name for item in contigs
        }
        gff3, with_genes, counts = write_gff3(
            request.gff3, folder, {item.name: item.length for item in contigs}, names, progress
        )
        contigs = [item.model_copy(update={"has_genes": item.name in with_genes}) for item in contigs]
        manifest = _manifest(request, fasta, gff3, contigs)
        progress("trying the gene models")
        _try_engine(folder, manifest)
        load_gene_model(folder / gff3)  # a large one is kept in a form that jobs open at once
        progress("checksums")
        write_manifest(folder, manifest.model_copy(update={"checksums": checksums_of(folder)}))
        finish(folder)
    return Built(bundles_dir / request.id, len(contigs), sum(item.length for item in contigs), counts)


def _contigs(sequences: list[Sequence], request: BuildRequest) -> list[ManifestContig]:
    names = {sequence.name for sequence in sequences}
    unknown = set(request.genetic_codes) - names
    if unknown:
        raise ConfigurationError(
            f"A genetic code is given for {', '.join(sorted(unknown))}, which the FASTA does not hold."
        )
    wrong = {request.default_code, *request.genetic_codes.values()} - set(GENETIC_CODES)
    if wrong:
        raise ConfigurationError(
            f"{wrong.pop()} is no genetic code: give the number of one of NCBI's translation tables."
        )
    taken = set(names)
    found = []
    for sequence in sequences:
        aliases = aliases_of(sequence.name, sequence.length, sequence.m5, taken)
        taken.update(aliases)
        usual = MITOCHONDRIAL_CODE if sequence.name in MITOCHONDRIAL else request.default_code
        found.append(
            ManifestContig(
                name=sequence.name,
                length=sequence.length,
                aliases=aliases,
                genetic_code=request.genetic_codes.get(sequence.name, usual),
                m5=sequence.m5,
            )
        )
    return found


def _manifest(request: BuildRequest, fasta: str, gff3: str, contigs: list[ManifestContig]) -> BundleManifest:
    try:
        return BundleManifest(
            id=request.id,
            title=request.title or request.id,
            assembly=request.assembly or request.id,
            version=request.version,
            fasta=fasta,
            gff3=gff3,
            contigs=tuple(contigs),
            attribution=request.attribution,
            notes=request.notes,
        )
    except ValidationError as error:
        raise ConfigurationError(f"The bundle cannot be described: {error.errors()[0]['msg']}.") from error


def _try_engine(folder: Path, manifest: BundleManifest) -> None:
    """Let bcftools csq read sequence and gene models once, with no variant: what it refuses is refused now."""
    header = "##fileformat=VCFv4.2\n"
    header += "".join(
        f"##contig=<ID={item.name},length={item.length}>\n" for item in manifest.contigs if item.has_genes
    )
    header += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    with ChildFamily(folder, get_settings(), lambda: False) as family:
        files = ["-f", manifest.fasta, "-g", manifest.gff3]
        child = family.start(
            ["csq", "--no-version", "-l", "-v", "0", *files, "-Ou", "-o", "/dev/null", "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
        try:
            child.stdin.write(header.encode())
            child.stdin.close()
        except BrokenPipeError:
            child.stdin.close()
        try:
            family.finish([child])
        except PermanentError as error:
            raise InputError(
                f"bcftools cannot read these gene models. {error.message}", code="bad_gene_models"
            ) from error
