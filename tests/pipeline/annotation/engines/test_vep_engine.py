"""Jobs with the real vepyr and a real slice of Ensembl's cache (release 115, 22:16-17 Mb)."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import duckdb
import psutil
import pysam
import pytest

from pipeline.annotation.annotate import AnnotationResult
from pipeline.annotation.options import AnnotationOptions
from pipeline.errors import CancelledError, ConfigurationError, LimitError, PermanentError
from pipeline.reference.bundle import Bundle, load_bundle
from pipeline.reference.vep_install import CacheRequest, install_cache
from pipeline.settings import get_settings
from tests.pipeline.annotation.helpers import ask, complaints, make_bundle, records_of, run_job, vcf_text
from tests.shared_data import shared_data
from tests.vepyr import real_vepyr

VEP = AnnotationOptions(engine="vep")
NO_CONTIG = "##contig=<ID=MT,length=16569>\n"


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bundle:
    """Chromosome 22 of the slice and the mitochondrion, as GRCh38, with the slice as its cache."""
    monkeypatch.setenv("GAS_BUNDLES_DIR", str(tmp_path / "bundles"))
    monkeypatch.setenv("GAS_VEP_COMMAND", str(real_vepyr()))
    get_settings.cache_clear()
    install_cache(CacheRequest("GRCh38", 115, shared_data("vep_cache_115_chr22")), lambda _: None)
    with pysam.BGZFile(str(shared_data("chr22/x.fa.gz")), "rb", None) as packed:
        sequence = packed.read()
    (tmp_path / "x.fa").write_bytes(sequence + shared_data("rcrs/rCRS.fa").read_bytes())
    genes = [shared_data(name).read_text() for name in ("chr22/x.gff3", "rcrs/MT.gff3")]
    (tmp_path / "x.gff3").write_text("".join(genes))
    made = make_bundle(tmp_path / "bundles", "GRCh38", tmp_path / "x.fa", tmp_path / "x.gff3")
    manifest = made.folder / "bundle.json"
    manifest.write_text(manifest.read_text().replace('"assembly": "test"', '"assembly": "GRCh38"'))
    return load_bundle("GRCh38")


def vep_job(tmp_path: Path, content: str | Path, bundle: Bundle, **options: Any) -> AnnotationResult:
    """Run a job with the engine vep."""
    return run_job(tmp_path, content, bundle, options=VEP, **options)


def test_consequences_equal_those_of_csq_where_both_speak(bundle: Bundle, tmp_path: Path) -> None:
    """Every substitution of three genes, more than 27,702 pairs of allele and transcript: terms and amino acids."""
    content = shared_data("chr22/x.vcf.gz")
    results = {}
    for engine in ("csq", "vep"):
        folder = tmp_path / engine
        folder.mkdir()
        results[engine] = run_job(folder, content, bundle, options=AnnotationOptions(engine=engine))
        assert results[engine].counts["annotated"] == 15039
    tables = {
        f"{engine}_{name}": str(results[engine].files[name])
        for engine in results
        for name in ("variants", "consequences")
    }
    joined = """
        with csq as (select pos, ref, alt, c.* from read_parquet($csq_variants) v
                     join read_parquet($csq_consequences) c using (rid)),
        vep as (select pos, ref, alt, c.* from read_parquet($vep_variants) v
                join read_parquet($vep_consequences) c using (rid)),
        pairs as (
            select csq.consequence one, vep.consequence two,
                csq.amino_acids is not distinct from vep.amino_acids
                    and csq.protein_position is not distinct from vep.protein_position same_amino_acids,
                csq.gene_id = vep.gene_id and csq.strand = vep.strand and csq.gene = vep.gene same_gene
            from csq join vep using (pos, ref, alt, transcript))
    """
    counts = duckdb.execute(
        joined + "select count(*), count(*) filter (same_amino_acids), count(*) filter (same_gene) from pairs", tables
    ).fetchone()
    assert counts is not None and counts[0] == counts[1] == counts[2] >= 27702
    differing = duckdb.execute(joined + "select one, two from pairs where one <> two", tables).fetchall()
    assert differing == []


def test_fields_of_vep_become_columns_and_stay_in_the_vcf_C38_C45(bundle: Bundle, tmp_path: Path) -> None:
    text = vcf_text("22 16591009 . GAG TTT . . .", "22 16950010 rs1 N A . . .").replace(NO_CONTIG, "")
    result = vep_job(tmp_path, text, bundle)
    row = ask(
        result,
        "select consequence, impact, gene, transcript, amino_acids, protein_position, vep_sift, vep_sift_score, "
        "vep_polyphen, codons, vep_canonical, vep_mane_select from variants where skipped is null",
    )
    assert row == [
        (
            *("missense_variant", "MODERATE", "CCT8L2", "ENST00000359963", "L/K", 514),
            *("deleterious", 0.0, "probably_damaging", "CTC/AAA", "YES", "NM_014406.5"),
        )
    ]
    info = records_of(result.files["vcf"])[0][7]
    assert "CSQ=TTT|missense_variant|MODERATE|CCT8L2|" in info
    assert "ANN_HGVS_P=ENSP00000353048.3:p.Leu514Lys" in info and ";VEP_SIFT=deleterious;VEP_SIFT_SCORE=0" in info
    assert complaints(result.files["vcf"]) == ""
    engine = result.provenance["engine"]
    assert (engine["name"], engine["parameters"]["cache"]) == ("vep", "GRCh38-115")
    assert len(engine["parameters"]["cache_sha256"]) == 64


def test_mitochondrial_variants_keep_their_genetic_code_C42(bundle: Bundle, tmp_path: Path) -> None:
    """vepyr translates TGA with the standard code, as a stop codon; csq annotates the mitochondrion, and it says so."""
    result = vep_job(tmp_path, vcf_text("MT 3308 . T C . . .", "MT 6930 . G A . . .", "MT 8993 . T A,TA . . ."), bundle)
    rows = ask(result, "select gene, consequence, amino_acids from variants order by rid")
    assert rows[:2] == [("MT-ND1", "start_lost", "M/T"), ("MT-CO1", "stop_gained", "G/*")]
    insertion = records_of(result.files["vcf"])[2][7].split("CSQ=")[1].split(";")[0].split(",")[-1]
    assert insertion.startswith("A|frameshift_variant|HIGH|MT-ATP6||Transcript|")
    assert insertion.count("|") == 79
    assert "MT=2" in result.provenance["engine"]["parameters"]["by_csq"]


def test_what_is_left_out_has_the_same_reasons_as_with_csq_C40(bundle: Bundle, tmp_path: Path) -> None:
    records = [
        "chr22 1000 . A G . . .",
        "chr22 16591000 . T A,TGG,* . . .",
        "chr22 16591000 . T A . . .",
        "chr22 16591001 . T <DEL> . . .",
        "chr22 16591003 . AGTC A . . .",
        "chr22 16591009 . AAA C . . .",
        "chrM 3308 . T C . . .",
        "chrUn 5 . A G . . .",
    ]
    text = vcf_text(*records).replace(NO_CONTIG, "")
    seen = {}
    for engine in ("csq", "vep"):
        folder = tmp_path / engine
        folder.mkdir()
        result = run_job(folder, text, bundle, options=AnnotationOptions(engine=engine))
        columns = "chrom, input_pos, input_alt, pos, ref, alt, type, skipped, gene"
        seen[engine] = (result.counts, ask(result, f"select {columns} from variants order by rid"))
    assert seen["csq"] == seen["vep"]
    assert {row[7] for row in seen["vep"][1]} == {
        *(None, "reference_unknown", "symbolic_allele", "spanning_deletion", "reference_mismatch", "unknown_contig")
    }


def test_an_order_that_normalisation_changes_is_put_right(bundle: Bundle, tmp_path: Path) -> None:
    unsorted = [
        f"22 {16591000 + place} . {base} {'A' if base != 'A' else 'C'} . . ." for place, base in ((9, "G"), (0, "T"))
    ]
    result = vep_job(tmp_path, vcf_text(*unsorted).replace(NO_CONTIG, ""), bundle)
    assert ask(result, "select pos, gene from variants order by rid") == [(16591000, "CCT8L2"), (16591009, "CCT8L2")]


def running(word: str) -> list[psutil.Process]:
    """Processes below this one whose command line has this word."""
    found = []
    for child in psutil.Process().children(recursive=True):
        try:
            if child.status() != psutil.STATUS_ZOMBIE and word in " ".join(child.cmdline()):
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found


def test_cancel_stops_vepyr_and_all_else_within_two_seconds_C19_C20(bundle: Bundle, tmp_path: Path) -> None:
    cancelled_at: list[float] = []

    def cancelled() -> bool:
        if not cancelled_at and running("--dir_cache"):
            cancelled_at.append(time.monotonic())
        return bool(cancelled_at)

    with pytest.raises(CancelledError):
        vep_job(tmp_path, shared_data("chr22/x.vcf.gz"), bundle, cancelled=cancelled)
    assert time.monotonic() - cancelled_at[0] < 2
    assert running("vepyr") == [] and running("vep_child") == []
    assert list((tmp_path / "work").iterdir()) == [] and list((tmp_path / "out").iterdir()) == []


def test_a_killed_vepyr_fails_the_job_C19(bundle: Bundle, tmp_path: Path) -> None:
    def kill() -> bool:
        for child in running("--dir_cache"):
            if "vep_child" not in " ".join(child.cmdline()):
                child.kill()
        return False

    with pytest.raises(PermanentError, match=r"vepyr annotate.*signal 9") as failed:
        vep_job(tmp_path, shared_data("chr22/x.vcf.gz"), bundle, cancelled=kill)
    assert failed.value.code == "engine_failed"
    assert list((tmp_path / "work").iterdir()) == [] and list((tmp_path / "out").iterdir()) == []


def test_a_vepyr_that_needs_more_memory_than_allowed_names_the_setting_C19(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAS_VEP_MEMORY_BYTES", str(600 << 20))
    get_settings.cache_clear()
    with pytest.raises(LimitError, match="vep_memory_bytes") as refused:
        vep_job(tmp_path, vcf_text("22 16591009 . GAG TTT . . .").replace(NO_CONTIG, ""), bundle)
    assert refused.value.code == "memory_limit"


def test_a_damaged_cache_fails_the_job_with_its_reason(bundle: Bundle, tmp_path: Path) -> None:
    """Without a table of transcripts vepyr would call every variant intergenic."""
    cache = get_settings().resolved_vep_caches_dir() / "GRCh38-115"
    shutil.rmtree(cache / "transcript")
    with pytest.raises(ConfigurationError, match="install it again"):
        vep_job(tmp_path, vcf_text("22 16591009 . GAG TTT . . .").replace(NO_CONTIG, ""), bundle)
