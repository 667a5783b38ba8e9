"""The header of the annotated VCF: the input's own lines, what they left out, our fields and the provenance."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pipeline.annotation.contig_plan import ContigPlan
from pipeline.annotation.engines.base import Engine
from pipeline.annotation.prepare.header import Declaration, VcfHeader
from pipeline.annotation.prepare.header_repair import field_line, quoted
from pipeline.annotation.prepare.reserved import RESERVED_FORMAT, RESERVED_INFO, guessed_declaration
from pipeline.annotation.prepare.retype import declare_as_text
from pipeline.annotation.prepare.survey import Survey
from pipeline.reference.bundle import Bundle

TOOL = "Genomics Annotation Service"
UNDECLARED = "Not declared in the uploaded file"


@dataclass(frozen=True)
class OwnField:
    """An INFO key that we add: `column` of the batch it shows; `key` is free in this file."""

    key: str
    column: str
    number: str
    type: str
    description: str

    def line(self) -> str:
        """Its meta line."""
        return field_line("INFO", self.key, Declaration(self.number, self.type), self.description)


def own_fields(bundle: Bundle, survey: Survey, engine: Engine) -> list[OwnField]:
    """Our INFO keys; one that the file uses already gets a number (BCSQ_2): nothing of the input is replaced."""
    taken = set(survey.info_keys) | set(survey.header.info)
    wanted = [
        OwnField(
            engine.info_key,
            "raw",
            ".",
            "String",
            engine.info_description,
        ),
        OwnField(
            "ANN_CONSEQUENCE", "consequence", "A", "String", "Most severe consequence of the allele (Sequence Ontology)"
        ),
        OwnField(
            "ANN_IMPACT",
            "impact",
            "A",
            "String",
            "Impact of that consequence (HIGH, MODERATE, LOW, MODIFIER; Ensembl's table)",
        ),
        OwnField("ANN_GENE", "gene", "A", "String", "Gene of that consequence"),
        OwnField("ANN_AMINO_ACIDS", "amino_acids", "A", "String", "Amino acid change of that consequence"),
        OwnField("ANN_HGVS_G", "hgvs_g", "A", "String", "HGVS description on the contig"),
        OwnField("ANN_HGVS_C", "hgvs_c", "A", "String", "HGVS description on the transcript of that consequence"),
        OwnField("ANN_HGVS_P", "hgvs_p", "A", "String", "HGVS description of the protein of that transcript"),
        OwnField("ANN_SKIPPED", "skipped", "A", "String", "Why the allele was carried through without annotation"),
    ]
    types = {"string": "String", "integer": "Integer", "float": "Float"}
    for column in engine.extra_columns:
        text = f"{column.title}: {column.description} Of that consequence, by {engine.version()}."
        wanted.append(OwnField(column.field, column.name, "A", types[column.type], text))
    for source in bundle.sources:
        for column in source.columns:
            text = f"{column.title}: {column.description} Source: {source.title} {source.version}. {source.licence}."
            wanted.append(OwnField(column.field, column.name, "A", types[column.type], text))
    return [
        OwnField(_free(field.key, taken), field.column, field.number, field.type, field.description) for field in wanted
    ]


def _free(key: str, taken: set[str]) -> str:
    name, number = key, 2
    while name in taken:
        name, number = f"{key}_{number}", number + 1
    taken.add(name)
    return name


def complete_header(survey: Survey, plan: ContigPlan, bundle: Bundle) -> list[str]:
    """The repaired meta lines with a declaration for everything that the records use. Counts what was added."""
    header = survey.header
    lines = list(header.meta)
    lines += _undeclared_fields(
        "INFO", header.info, {key: (use.with_value, use.bare) for key, use in survey.info_keys.items()}, survey
    )
    lines += _undeclared_fields("FORMAT", header.formats, dict.fromkeys(survey.format_keys, (True, False)), survey)
    used = {name for text in survey.filters for name in text.split(";")} - {"."}
    for name in sorted(used - header.filters):
        lines.append(f"##FILTER=<ID={name},Description={quoted(UNDECLARED)}>")
        survey.changes["filter_declared"] += 1
    for name, contig in plan.contigs.items():
        if name not in header.contigs:
            length = f",length={contig.target.length}" if contig.target else ""
            lines.append(f"##contig=<ID={name}{length}>")
            survey.changes["contig_declared"] += 1
    return lines


def provisional_header(header: VcfHeader, as_text: Collection[tuple[str, str]]) -> list[str]:
    """Meta lines to read records with before it is known what they use: reserved keys count as declared."""
    lines = list(header.meta)
    for kind, declared, reserved in (
        ("INFO", header.info, RESERVED_INFO),
        ("FORMAT", header.formats, RESERVED_FORMAT),
    ):
        for key, declaration in reserved.items():
            if key not in declared and (kind, key) not in as_text and declaration.type != "Flag":
                lines.append(field_line(kind, key, declaration, UNDECLARED))
        for _, key in sorted(pair for pair in as_text if pair[0] == kind and pair[1] in declared):
            lines = declare_as_text(lines, kind, key)
    return lines


def _undeclared_fields(
    kind: str, declared: dict[str, Declaration], used: dict[str, tuple[bool, bool]], survey: Survey
) -> list[str]:
    reserved = RESERVED_INFO if kind == "INFO" else RESERVED_FORMAT
    lines = []
    for key, (with_value, bare) in used.items():
        if key not in declared:
            lines.append(field_line(kind, key, guessed_declaration(reserved, key, with_value, bare), UNDECLARED))
            survey.changes[f"{kind.lower()}_declared"] += 1
    return lines


def provenance_lines(bundle: Bundle, engine: Engine, job_id: str | None) -> list[str]:
    """Header lines that say what was annotated with what."""
    parameters = ";".join(f"{name} {value}" for name, value in engine.parameters(bundle).items())
    lines = [
        f"##annotationTool={TOOL}",
        f"##annotationEngine=<ID={engine.name},Version={quoted(engine.version())},Parameters={quoted(parameters)}>",
        f"##annotationBundle=<ID={bundle.id},Assembly={quoted(bundle.assembly)},Version={quoted(bundle.version)},"
        f"SHA256={quoted(bundle.checksums.get(bundle.fasta.name, ''))}>",
    ]
    lines += [
        f"##annotationSource=<ID={source.id},Title={quoted(source.title)},Version={quoted(source.version)},"
        f"Licence={quoted(source.licence)},SHA256={quoted(bundle.checksums.get(source.file, ''))}>"
        for source in bundle.sources
    ]
    if job_id:
        lines.append(f"##annotationJob={job_id}")
    return lines


def full_header(own: list[OwnField], provenance: list[str], header: VcfHeader, meta: list[str]) -> bytes:
    """The header's bytes."""
    return "\n".join([*meta, *(field.line() for field in own), *provenance, header.column_line(), ""]).encode()
