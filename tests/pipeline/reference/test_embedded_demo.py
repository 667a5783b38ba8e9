"""The embedded demonstration: true coordinates, whole transcripts, nothing that has no licence or origin."""

from __future__ import annotations

import hashlib
from itertools import groupby, pairwise
from operator import attrgetter

import pysam
import pytest

from pipeline.reference.bundle import Bundle, load_bundle
from pipeline.reference.contigs import REFSEQ
from pipeline.reference.gene_model import load_gene_model
from util_jobs.embedded_bundle.csq_cases import Feature, features_of

COMPLEMENT = str.maketrans("ACGT", "TGCA")
STOPS = {"TAA", "TAG", "TGA"}
LARGEST_BYTES = 6_000_000
# Places that dbSNP knows in GRCh37: the start codons of TLR8 (rs3764880 is its first base) and of HRNR (rs750258622).
START_CODONS = {"X:12924826+", "1:152195729-"}


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle("grch37-demo")


def coding_sequences(bundle: Bundle) -> dict[str, tuple[list[Feature], str]]:
    """Pieces in order of position, and the sequence in reading direction from its first whole codon, by transcript."""
    pieces = [f for f in features_of(bundle.gff3) if f.type == "CDS" and f.contig != "MT"]
    pieces.sort(key=lambda f: (f.parents, f.start))
    found = {}
    with pysam.FastaFile(str(bundle.fasta)) as fasta:
        for parent, group in groupby(pieces, key=lambda f: f.parents[0]):
            own = list(group)
            bases = "".join(fasta.fetch(f.contig, f.start - 1, f.end) for f in own)
            first = own[0] if own[0].strand == "+" else own[-1]
            reading = bases if first.strand == "+" else bases.translate(COMPLEMENT)[::-1]
            found[parent.removeprefix("transcript:")] = own, reading[int(first.phase) :]
    return found


def test_contigs_have_the_lengths_of_grch37(bundle: Bundle) -> None:
    nuclear = {name: contig.length for name, contig in bundle.contigs.items() if name != "MT"}
    assert len(nuclear) == 16
    assert nuclear == {name: REFSEQ["GRCh37"][name][0] for name in nuclear}
    with pysam.FastaFile(str(bundle.fasta)) as fasta:
        assert dict(zip(fasta.references, fasta.lengths, strict=True)) == nuclear | {"MT": 16569}


def test_every_coding_sequence_is_known_and_has_no_stop_inside(bundle: Bundle) -> None:
    sequences = coding_sequences(bundle)
    assert len(sequences) == 53
    for transcript, (_, bases) in sequences.items():
        assert not set(bases) - set("ACGT"), transcript
        codons = [bases[at : at + 3] for at in range(0, len(bases) - 3, 3)]
        assert not STOPS & set(codons), transcript


def test_known_start_codons_are_where_grch37_has_them(bundle: Bundle) -> None:
    starts = set()
    for pieces, bases in coding_sequences(bundle).values():
        first = pieces[0] if pieces[0].strand == "+" else pieces[-1]
        if bases.startswith("ATG"):
            position = first.start if first.strand == "+" else first.end
            starts.add(f"{first.contig}:{position}{first.strand}")
    assert starts >= START_CODONS
    assert len(starts) >= 30


def test_every_transcript_has_its_whole_sequence_and_its_gene(bundle: Bundle) -> None:
    model = load_gene_model(bundle.gff3)
    nuclear = [transcript for transcript in model.transcripts.values() if transcript.contig != "MT"]
    assert len(nuclear) == 66
    assert len({transcript.gene_id for transcript in nuclear}) == 47
    assert bundle.demonstration_regions == 43
    with pysam.FastaFile(str(bundle.fasta)) as fasta:
        for transcript in nuclear:
            assert "N" not in fasta.fetch(transcript.contig, transcript.start - 1, transcript.end), transcript.id


def test_exons_of_a_transcript_do_not_overlap(bundle: Bundle) -> None:
    exons = sorted((f for f in features_of(bundle.gff3) if f.type == "exon"), key=lambda f: (f.parents, f.start))
    for _, group in groupby(exons, key=lambda f: f.parents[0]):
        own = list(group)
        assert all(left.end < right.start for left, right in pairwise(own))


def test_the_mitochondrial_part_is_that_of_the_bundle_rcrs(bundle: Bundle) -> None:
    rcrs = load_bundle("rcrs")
    assert bundle.contigs["MT"] == rcrs.contigs["MT"]
    assert bundle.sources == rcrs.sources
    for source in rcrs.sources:
        assert bundle.path(source.file).read_bytes() == rcrs.path(source.file).read_bytes()
    with pysam.FastaFile(str(bundle.fasta)) as ours, pysam.FastaFile(str(rcrs.fasta)) as theirs:
        assert ours.fetch("MT") == theirs.fetch("MT")
    ours_mt, theirs_mt = (
        {t for t in load_gene_model(b.gff3).transcripts.values() if t.contig == "MT"} for b in (bundle, rcrs)
    )
    assert sorted(ours_mt, key=attrgetter("id")) == sorted(theirs_mt, key=attrgetter("id"))


def test_files_are_those_of_the_manifest_small_and_with_their_licence(bundle: Bundle) -> None:
    files = {path.name for path in bundle.folder.iterdir()} - {"bundle.json"}
    assert files == set(bundle.checksums)
    for name, checksum in bundle.checksums.items():
        assert hashlib.sha256(bundle.path(name).read_bytes()).hexdigest() == checksum, name
    assert sum(bundle.path(name).stat().st_size for name in files) < LARGEST_BYTES
    assert "Permission is hereby granted" in bundle.path("LICENSE-bcftools.txt").read_text("utf-8")
    assert any("MIT" in line and "bcftools" in line for line in bundle.attribution)
    assert "demonstration" in bundle.title and any(note.startswith("A demonstration") for note in bundle.notes)
