"""The versions behind a result, as its manifest tells them, and whether they are still installed (C45)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.annotation.engines.registry import engine_named
from pipeline.annotation.outputs.manifest import versions_of
from pipeline.reference.bundle import Bundle, load_bundle

# Parameters of an engine that name the data it brings along: version, checksum, and what is in it (which follows).
ENGINE_DATA = ("cache", "cache_sha256", "cache_sources")


@dataclass(frozen=True)
class Version:
    """Version and checksum (empty: not stated) of one thing that makes a result; `key` names it in every manifest."""

    key: str
    title: str
    version: str
    sha256: str = ""

    def differs_from(self, other: Version | None) -> bool:
        """Whether the other is missing or another; what one of them does not state is no difference."""
        if other is None:
            return True
        pairs = ((self.version, other.version), (self.sha256, other.sha256))
        return any(mine and theirs and mine != theirs for mine, theirs in pairs)


def versions_in(manifest: Mapping[str, Any]) -> dict[str, Version]:
    """Every version in a manifest by key, in the order of the page. Manifests of older versions say less."""
    tool, engine, bundle = (manifest.get(part) or {} for part in ("tool", "engine", "bundle"))
    parameters = engine.get("parameters") or {}
    options = "; ".join(f"{name} {value}" for name, value in parameters.items() if name not in ENGINE_DATA)
    data = [_text(parameters[name]) for name in ENGINE_DATA[:2] if name in parameters]
    found = [
        Version("engine", "Annotation engine", _text(engine.get("version"))),
        Version("engine_options", "Options of the engine", options),
        *([Version("engine_data", "Data of the engine", *data)] if data else []),
        Version("bundle", "Reference", " ".join(_text(bundle.get(key)) for key in ("id", "version")).strip()),
        _file("sequence", "Reference sequence", bundle),
        _file("gene_model", "Gene models", bundle),
    ]
    for source in manifest.get("sources") or []:
        name = _text(source.get("id"))
        title = _text(source.get("title")) or name
        found.append(Version(f"source:{name}", title, _text(source.get("version")), _text(source.get("sha256"))))
    found.append(Version("pick_rule", "Rule of the most severe consequence", _numbered(tool.get("pick_rule_version"))))
    found.append(Version("tables", "Layout of the tables", _numbered(tool.get("table_version"))))
    return {version.key: version for version in found}


def _file(key: str, title: str, bundle: Mapping[str, Any]) -> Version:
    stated = bundle.get(key) or {}
    return Version(key, title, _text(stated.get("file")), _text(stated.get("sha256")))


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _numbered(value: Any) -> str:
    return "" if value is None else f"version {value}"


def source_ids_in(manifest: Mapping[str, Any]) -> list[str]:
    """Ids of the sources that were applied."""
    return [str(source["id"]) for source in manifest.get("sources") or [] if source.get("id")]


def installed_versions(manifest: Mapping[str, Any]) -> dict[str, Version]:
    """What a job with this manifest's engine, reference and sources would be made with now; a source that is gone is
    missing. Raises ConfigurationError where engine or reference is not installed."""
    bundle = load_bundle(str((manifest.get("bundle") or {}).get("id")))
    here = {source.id for source in bundle.sources}
    kept = bundle.with_sources([name for name in source_ids_in(manifest) if name in here])
    return versions_now(str((manifest.get("engine") or {}).get("name")), kept)


def versions_now(engine_name: str, bundle: Bundle) -> dict[str, Version]:
    """What this engine and this bundle, with the sources that it has, are now."""
    return versions_in(versions_of(bundle, engine_named(engine_name, bundle)))


def what_changed(then: Mapping[str, Version], now: Mapping[str, Version]) -> list[str]:
    """For each version that is another now, or gone, what it was and what it is."""
    return [_change(was, now.get(key)) for key, was in then.items() if was.differs_from(now.get(key))]


def _change(was: Version, now: Version | None) -> str:
    if now is None:
        return f"{was.title} ({was.version}) is not installed any more"
    if was.version != now.version:
        return f"{was.title} was {was.version} and is {now.version} now"
    return f"{was.title} ({was.version}) has another checksum now"


def digest_of(versions: Mapping[str, Version]) -> str:
    """A checksum over all of them: two equal ones are the same versions."""
    rows = sorted((version.key, version.version, version.sha256) for version in versions.values())
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
