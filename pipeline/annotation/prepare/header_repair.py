"""Repairs meta lines: what htslib would refuse, misread or complain of is rewritten, everything else is kept as it is.

Rules: VCF 4.3 sections 1.2 and 1.4; the VCF 3.3 form `##INFO=DP,1,Integer,"Total Depth"`; the reserved keys are those
that htslib's `bcf_hdr_check_sanity` (vcf.c) holds against the specification.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pipeline.annotation.prepare.header import STRUCTURED, Declaration, VcfHeader, parse_pairs
from pipeline.annotation.prepare.reserved import RESERVED_FORMAT, RESERVED_INFO, TYPES, reserved_declaration

OLD_FIELD = re.compile(r'##(INFO|FORMAT)=([^,<]+),(-?\d+|[.AGR]),([A-Za-z]+)(?:,"?(.*?)"?)?\s*$')
OLD_FILTER = re.compile(r'##(FILTER|ALT)=([^,<]+),"?(.*?)"?\s*$')
ID_ANYWHERE = re.compile(r"\bID\s*=\s*([^,>\s\"]+)")
KEY_OK = re.compile(r"(?:[A-Za-z_][0-9A-Za-z_.]*|1000G)$")
CONTIG_OK = re.compile(r"[0-9A-Za-z!#$%&+./:;?@^_|~-][0-9A-Za-z!#$%&*+./:;=?@^_|~-]*$")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
WHOLE_NUMBER = re.compile(r"[0-9]{1,18}\Z")
VERSION = re.compile(r"##fileformat=VCFv(\d+)\.(\d+)\s*$", re.IGNORECASE)
OLDEST_KEPT = (4, 0)
NEWEST_KNOWN = (4, 5)
DEFAULT_VERSION = "##fileformat=VCFv4.2"
LINES_BETWEEN_CHECKS = 5_000


def quoted(text: str) -> str:
    """A value in double quotes, with backslashes and quotes escaped."""
    clean = CONTROL.sub(" ", text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{clean}"'


def field_line(kind: str, key: str, declaration: Declaration, description: str) -> str:
    """An INFO or FORMAT meta line."""
    return f"##{kind}=<ID={key},Number={declaration.number},Type={declaration.type},Description={quoted(description)}>"


def add_meta_lines(header: VcfHeader, lines: list[str], check: Callable[[], None] = lambda: None) -> None:
    """Put the file's meta lines into `header`, repaired; counts each kind of repair in `header.changes`.

    `check` is called now and then and may raise, so that a large header can be given up.
    """
    versions = [line for line in lines if _is_version(line)]
    header.meta.append(_version_line(versions[0] if versions else "", header))
    for number, line in enumerate(lines):
        if number % LINES_BETWEEN_CHECKS == 0:
            check()
        if not _is_version(line):
            repaired = _repaired(line, header)
            if repaired is not None:
                header.meta.append(repaired)


def _is_version(line: str) -> bool:
    return line[:12].lower() == "##fileformat"


def _version_line(line: str, header: VcfHeader) -> str:
    match = VERSION.match(line)
    if match is None:
        header.changes["fileformat_added"] += 1
        return DEFAULT_VERSION
    version = (int(match.group(1)), int(match.group(2)))
    if not OLDEST_KEPT <= version <= NEWEST_KNOWN:
        header.changes["fileformat_rewritten"] += 1
        return DEFAULT_VERSION
    return f"##fileformat=VCFv{version[0]}.{version[1]}"


def _repaired(line: str, header: VcfHeader) -> str | None:
    key = line[2:].partition("=")[0]
    if key in ("INFO", "FORMAT"):
        return _field(line, key, header)
    if key == "FILTER":
        return _filter(line, header)
    if key == "contig":
        return _contig(line, header)
    return _other(line, key, header)


def _field(line: str, kind: str, header: VcfHeader) -> str | None:
    structured = STRUCTURED.match(line)
    pairs = parse_pairs(structured.group(2)) if structured else None
    change = ""
    if pairs is None:
        change = "meta_line_rewritten"
        pairs = _salvage(line)
    if pairs is None or not KEY_OK.match(pairs.get("ID", "")):
        header.changes["meta_line_dropped"] += 1
        return None
    key = pairs["ID"]
    declared = header.info if kind == "INFO" else header.formats
    if key in declared:
        header.changes["duplicate_meta_line"] += 1
        return None
    given = Declaration(pairs.get("Number", ""), pairs.get("Type", ""))
    kept = _valid(kind, key, given)
    declared[key] = kept
    if kept == given and not change and "Description" in pairs:
        return line
    header.changes[change or "declaration_corrected"] += 1
    return field_line(kind, key, kept, pairs.get("Description", "no description in the uploaded file"))


def _salvage(line: str) -> dict[str, str] | None:
    """What can be read of a broken INFO or FORMAT line, among them those of VCF 3.3."""
    old = OLD_FIELD.match(line)
    if old:
        number = "." if old.group(3) == "-1" else old.group(3)
        return {"ID": old.group(2), "Number": number, "Type": old.group(4), "Description": old.group(5) or ""}
    found = ID_ANYWHERE.search(line)
    if found is None:
        return None
    pairs = {"ID": found.group(1)}
    for name, pattern in (("Number", r"\bNumber\s*=\s*([0-9AGR.]+)"), ("Type", r"\bType\s*=\s*([A-Za-z]+)")):
        part = re.search(pattern, line)
        if part:
            pairs[name] = part.group(1)
    description = re.search(r'\bDescription\s*=\s*"?([^">]*)', line)
    pairs["Description"] = description.group(1) if description else ""
    return pairs


def _valid(kind: str, key: str, given: Declaration) -> Declaration:
    """The declaration, with a Number and a Type that the specification knows."""
    number = given.number if re.match(r"(?:\d+|[AGR.]|L[AGR]|P|M)$", given.number) else "."
    type_ = given.type.capitalize() if given.type.capitalize() in TYPES else "String"
    if type_ == "Flag" and kind == "FORMAT":
        type_ = "String"
    if type_ == "Flag":
        number = "0"
    elif number == "0":
        number = "1"
    return reserved_declaration(RESERVED_INFO if kind == "INFO" else RESERVED_FORMAT, key, Declaration(number, type_))


def _filter(line: str, header: VcfHeader) -> str | None:
    structured = STRUCTURED.match(line)
    pairs = parse_pairs(structured.group(2)) if structured else None
    old = OLD_FILTER.match(line) if pairs is None else None
    found = ID_ANYWHERE.search(line) if pairs is None and old is None else None
    key = (pairs or {}).get("ID") or (old.group(2) if old else found.group(1) if found else "")
    if not key or key in header.filters or any(sign in key for sign in " ,;"):
        header.changes["duplicate_meta_line" if key in header.filters else "meta_line_dropped"] += key != "PASS"
        return None
    header.filters.add(key)
    if pairs and "Description" in pairs:
        return line
    header.changes["meta_line_rewritten"] += 1
    return f"##FILTER=<ID={key},Description={quoted(old.group(3) if old else '')}>"


def _contig(line: str, header: VcfHeader) -> str | None:
    structured = STRUCTURED.match(line)
    pairs = parse_pairs(structured.group(2)) if structured else None
    name = (pairs or {}).get("ID", "")
    if not CONTIG_OK.match(name):
        header.changes["meta_line_dropped"] += 1
        return None
    if name in header.contigs:
        header.changes["duplicate_meta_line"] += 1
        return None
    length = (pairs or {}).get("length", "")
    header.contigs[name] = int(length) if WHOLE_NUMBER.match(length) else None
    return line


def _other(line: str, key: str, header: VcfHeader) -> str:
    """Any other meta line; one that is not `key=value` becomes a comment line that parsers accept."""
    value = line[2:].partition("=")[2]
    plain = bool(key) and "=" in line and " " not in key
    if plain and not value.startswith("<"):
        return line
    pairs = parse_pairs(value[1:-1]) if plain and value.endswith(">") else None
    if pairs and "ID" in pairs:
        return line
    header.changes["meta_line_rewritten"] += 1
    return f"##comment={quoted(line[2:])}"
