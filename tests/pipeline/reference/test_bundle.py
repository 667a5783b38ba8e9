"""Bundles: what is embedded is whole and right, what is not installed is refused with a sentence."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pysam
import pytest

from pipeline.errors import ConfigurationError
from pipeline.files import sha256_of
from pipeline.reference.bundle import list_bundles, load_bundle
from pipeline.reference.contigs import usual_aliases
from pipeline.reference.gene_model import load_gene_model
from pipeline.settings import get_settings

RCRS_MD5 = "c68f52674c9fb33aef52dcf399755519"  # of the sequence of NC_012920.1, as in SAM's M5


def test_the_embedded_bundle_is_the_revised_cambridge_reference_sequence() -> None:
    bundle = load_bundle("rcrs")
    with pysam.FastaFile(str(bundle.fasta)) as reference:
        sequence = reference.fetch("MT").upper()
    assert len(sequence) == bundle.contigs["MT"].length == 16569
    assert hashlib.md5(sequence.encode(), usedforsecurity=False).hexdigest() == RCRS_MD5
    assert bundle.genetic_codes == {"MT": 2}


def test_the_embedded_bundle_has_37_genes_13_of_them_coding() -> None:
    model = load_gene_model(load_bundle("rcrs").gff3)
    biotypes = [transcript.biotype for transcript in model.transcripts.values()]
    assert (len(biotypes), biotypes.count("protein_coding"), biotypes.count("Mt_tRNA"), biotypes.count("Mt_rRNA")) == (
        37, 13, 22, 2
    )  # fmt: skip
    nd6 = next(transcript for transcript in model.transcripts.values() if transcript.gene == "MT-ND6")
    assert (nd6.strand, nd6.start, nd6.end) == ("-", 14149, 14673)


def test_checksums_and_record_counts_of_the_manifest_hold() -> None:
    bundle = load_bundle("rcrs")
    on_disk = {path.name for path in bundle.folder.iterdir()} - {"bundle.json"}
    assert on_disk == set(bundle.checksums)
    for name, checksum in bundle.checksums.items():
        assert sha256_of(bundle.path(name)) == checksum, name


def test_every_source_says_where_it_is_from_and_what_its_columns_mean() -> None:
    bundle = load_bundle("rcrs")
    assert any("MITOMAP" in text and "CC BY" in text for text in bundle.attribution)
    for source in bundle.sources:
        assert source.title and source.version and source.licence and source.records
        assert all(column.title and column.description for column in source.columns)
    names = [column.name for source in bundle.sources for column in source.columns]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", ["MT", "chrM", "M", "chrMT", "NC_012920.1"])
def test_the_mitochondrial_contig_is_known_by_its_names(name: str) -> None:
    bundle = load_bundle("rcrs")
    found = bundle.contig_for(name)
    assert found is not None and found.name == "MT"
    assert bundle.contig_for(name, 16569) == found
    assert bundle.contig_for(name, 16571) is None, "hg19's own chrM is another sequence"


def test_other_contigs_are_not_held() -> None:
    bundle = load_bundle("rcrs")
    assert [bundle.contig_for(name) for name in ("1", "chr1", "mt", "MT2", "")] == [None] * 5


def test_aliases() -> None:
    assert usual_aliases("1") == ("chr1",)
    assert usual_aliases("chrX") == ("X",)
    assert set(usual_aliases("MT")) == {"chrM", "M", "chrMT"}


def test_a_bundle_that_is_not_installed_is_refused_with_what_to_type() -> None:
    with pytest.raises(ConfigurationError, match="reference list") as refused:
        load_bundle("../../etc")
    assert refused.value.code == "bundle_not_installed"


def test_installed_bundles_are_found_beside_the_embedded_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_BUNDLES_DIR", str(tmp_path))
    get_settings.cache_clear()
    manifest = {
        "id": "x",
        "title": "X",
        "assembly": "X1",
        "version": "1",
        "fasta": "x.fa",
        "gff3": "x.gff3",
        "contigs": [],
    }
    for name, document in (("x", manifest), ("half", None)):
        (tmp_path / name).mkdir()
        if document:
            (tmp_path / name / "bundle.json").write_text(json.dumps(document))
    assert [bundle.id for bundle in list_bundles()] == ["grch37-demo", "rcrs", "x"]
    (tmp_path / "x" / "bundle.json").write_text('{"id": "x"}')
    with pytest.raises(ConfigurationError, match="manifest"):
        load_bundle("x")
