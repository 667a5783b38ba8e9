"""Keys whose meaning the VCF specification fixes, with their Number and Type as htslib's header check knows them."""

from __future__ import annotations

from pipeline.annotation.prepare.header import Declaration

TYPES = ("Flag", "Integer", "Float", "Character", "String")


def _table(text: str) -> dict[str, Declaration]:
    rows = (entry.split(":") for entry in text.split())
    return {key: Declaration(number, type_) for key, number, type_ in rows}


RESERVED_INFO = _table(
    "AD:R:Integer ADF:R:Integer ADR:R:Integer AC:A:Integer AF:A:Float CIGAR:A:String AA:1:String AN:1:Integer "
    "BQ:1:Float DB:0:Flag DP:1:Integer END:1:Integer H2:0:Flag H3:0:Flag MQ:1:Float MQ0:1:Integer NS:1:Integer "
    "SB:4:Integer SOMATIC:0:Flag VALIDATED:0:Flag 1000G:0:Flag"
)
RESERVED_FORMAT = _table(
    "AD:R:Integer ADF:R:Integer ADR:R:Integer EC:A:Integer GL:G:Float GP:G:Float PL:G:Integer PP:G:Integer "
    "DP:1:Integer LEN:1:Integer FT:1:String GQ:1:Integer GT:1:String HQ:2:Integer MQ:1:Integer PQ:1:Integer "
    "PS:1:Integer"
)


def reserved_declaration(table: dict[str, Declaration], key: str, given: Declaration) -> Declaration:
    """The declaration with the Number of the specification (a `.` is let stand). The Type is left as it is:
    it must fit the values, which only the records show."""
    fixed = table.get(key)
    if fixed is None or given.number in (fixed.number, "."):
        return given
    return Declaration(fixed.number if given.type == fixed.type else ".", given.type)


def guessed_declaration(table: dict[str, Declaration], key: str, has_value: bool, bare: bool) -> Declaration:
    """A declaration for a key that the file uses and does not declare."""
    fixed = table.get(key)
    if fixed is not None and (fixed.type == "Flag") == (not has_value):
        return fixed
    if not has_value and bare:
        return Declaration("0", "Flag")
    return Declaration(".", "String")
