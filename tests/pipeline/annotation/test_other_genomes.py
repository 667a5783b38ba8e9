"""The same code with other bundles: several contigs, masked sequence, standard code, comparison with VEP."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import pytest

from pipeline.annotation.options import AnnotationOptions
from pipeline.errors import InputError
from pipeline.settings import get_settings
from tests.pipeline.annotation.helpers import ask, complaints, make_bundle, run_job, vcf_text
from tests.shared_data import shared_data


@pytest.fixture
def bundles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bundles"
    monkeypatch.setenv("GAS_BUNDLES_DIR", str(folder))
    get_settings.cache_clear()
    return folder


def test_contigs_codes_and_masks_in_one_file(bundles: Path, tmp_path: Path) -> None:
    fasta, gff3 = shared_data("mini_grch37/mini.fa.gz"), shared_data("mini_grch37/mini.gff3")
    bundle = make_bundle(bundles, "mini", fasta, gff3)
    records = [
        "chrM 6930 . G A . . .",
        "chr22 1000 . A G . . .",
        "chr22 18079901 . T C . . .",
        "chrX 12937251 . C CA . . .",
        "chrUn 5 . A G . . .",
    ]
    text = vcf_text(*records).replace("##contig=<ID=MT,length=16569>\n", "")
    result = run_job(tmp_path, text, bundle)
    rows = ask(result, "select chrom, gene, consequence, skipped from variants order by rid")
    assert rows == [
        ("chrM", "MT-CO1", "stop_gained", None),
        ("chr22", None, None, "reference_unknown"),
        ("chr22", "PEX26", "synonymous_variant", None),
        ("chrX", "TLR8", "frameshift_variant", None),
        ("chrUn", None, None, "unknown_contig"),
    ]
    assert result.counts["skipped"] == {"reference_unknown": 1, "unknown_contig": 1}
    assert complaints(result.files["vcf"]) == ""


def test_an_indel_that_moves_through_a_long_repeat(bundles: Path, tmp_path: Path) -> None:
    """bcftools norm keeps records in order within 1,000 bases; this deletion moves by 5,997."""
    chance = random.Random(5)
    sequence = "".join(chance.choices("ACGT", k=5000)) + "CA" * 3000 + "G" + "".join(chance.choices("ACGT", k=5000))
    (tmp_path / "r.fa").write_text(f">9\n{sequence}\n")
    (tmp_path / "r.gff3").write_text(
        "9\tx\tgene\t100\t400\t.\t+\t.\tID=gene:G1;Name=G1;biotype=protein_coding;gene_id=G1\n"
        "9\tx\tmRNA\t100\t400\t.\t+\t.\tID=transcript:T1;Parent=gene:G1;biotype=protein_coding\n"
        "9\tx\texon\t100\t400\t.\t+\t.\tParent=transcript:T1\n"
        "9\tx\tCDS\t103\t390\t.\t+\t0\tID=CDS:P;Parent=transcript:T1\n"
    )
    bundle = make_bundle(bundles, "repeat", tmp_path / "r.fa", tmp_path / "r.gff3")
    places = range(5101, 11000, 50)
    records = [f"9 {place} . {sequence[place - 1]} G . . ." for place in places]
    deletion = 10996
    records.append(f"9 {deletion} . {sequence[deletion - 1 : deletion + 2]} {sequence[deletion - 1]} . . .")
    records.append(f"9 11500 . {sequence[11499]} {'A' if sequence[11499] != 'A' else 'C'} . . .")
    records.sort(key=lambda record: int(record.split()[1]))
    result = run_job(tmp_path, vcf_text(*records).replace("##contig=<ID=MT,length=16569>\n", ""), bundle)
    assert result.counts["annotated"] == len(records)
    first = ask(result, "select input_pos, type, pos <= 5001 from variants order by rid limit 1")
    assert first == [(deletion, "deletion", True)]
    positions = [row[0] for row in ask(result, "select pos from variants order by rid")]
    assert positions == sorted(positions)


def test_a_file_of_another_build_is_refused_and_noticed_where_that_is_overridden_C39(
    bundles: Path, tmp_path: Path
) -> None:
    fasta, gff3 = shared_data("mini_grch37/mini.fa.gz"), shared_data("mini_grch37/mini.gff3")
    bundle = make_bundle(bundles, "mini", fasta, gff3)
    records = [f"22 {18079000 + index} . {'ACGT'[index % 4]} N . . ." for index in range(40)]
    text = vcf_text(*(record.replace(" N ", " G " if " G " not in record else " A ") for record in records))
    with pytest.raises(InputError) as refused:
        run_job(tmp_path, text, bundle)
    assert refused.value.code == "wrong_build"
    result = run_job(tmp_path, text, bundle, options=AnnotationOptions(any_build=True))
    assert result.counts["skipped"]["reference_mismatch"] > 10
    assert any("another genome build" in note for note in result.notes)


def test_terms_amino_acids_and_positions_equal_those_of_vep(bundles: Path, tmp_path: Path) -> None:
    """Every substitution in and beside the coding sequence of three genes, on each of their transcripts."""
    fasta, gff3 = shared_data("chr22/x.fa.gz"), shared_data("chr22/x.gff3")
    bundle = make_bundle(bundles, "chr22", fasta, gff3)
    result = run_job(tmp_path, shared_data("chr22/x.vcf.gz"), bundle)
    vep = shared_data("chr22/x.vep.parquet")
    compared = """
        with vep as (
            select start pos, ref, alt, unnest(Feature) transcript, unnest(Consequence) terms,
                unnest(Amino_acids) amino_acids, unnest(Protein_position) protein_position
            from read_parquet($vep)
        ), ours as (
            select v.pos, v.ref, v.alt, c.*
            from read_parquet($variants) v join read_parquet($consequences) c using (rid)
        )
        select count(*), count(distinct (pos, ref, alt)),
            count(*) filter (ours.consequence = vep.terms),
            count(*) filter (ours.amino_acids is not distinct from vep.amino_acids),
            count(*) filter (ours.protein_position is not distinct from try_cast(vep.protein_position as bigint))
        from ours join vep using (pos, ref, alt, transcript)
        """
    files = {name: str(result.files[name]) for name in ("variants", "consequences")}
    rows = duckdb.connect().execute(compared, {"vep": str(vep), **files}).fetchall()
    assert rows == [(36639, 15039, 36639, 36639, 36639)]
