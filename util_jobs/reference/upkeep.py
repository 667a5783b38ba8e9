"""`reference verify` and `reference remove`."""

from __future__ import annotations

import sys
from typing import Any

import click

from pipeline.errors import ConfigurationError
from pipeline.reference.bundle import EMBEDDED_DIR, is_embedded, load_bundle
from pipeline.reference.remove import remove_bundle
from pipeline.reference.staging import checked_id, installed_folder
from pipeline.reference.vep_cache import VepCache, cache_for
from pipeline.reference.vep_description import verify_cache
from pipeline.reference.verify import differences
from pipeline.settings import get_settings
from util_jobs.answers import Meter, as_json_option, run

DIFFERENT_EXIT = 1


@click.command("verify")
@click.argument("bundle_id", metavar="ID")
@as_json_option
def verify_command(bundle_id: str, as_json: bool) -> None:
    """Check the files of the bundle ID, and of the cache that the engine vep has for it, against what was installed;
    exit 1 and name each difference where there is one."""
    found: list[str] = []

    def work() -> dict[str, Any]:
        bundles_dir = get_settings().resolved_bundles_dir()
        folder = (EMBEDDED_DIR if is_embedded(checked_id(bundle_id)) else bundles_dir) / bundle_id
        if not folder.is_dir():
            folder = installed_folder(bundles_dir, bundle_id)
        meter = Meter()
        found.extend(differences(folder, meter.show))
        cache = None if found else cache_for(load_bundle(bundle_id))
        if cache is not None:
            meter.show(f"cache {cache.name}")
            found.extend(_differences_of(cache))
        meter.end()
        return {
            "status": "DIFFERENT" if found else "VERIFIED",
            "id": bundle_id,
            "vep_cache": cache.name if cache else None,
            "differences": found,
        }

    run(work, as_json, _tell)
    if found:
        sys.exit(DIFFERENT_EXIT)


def _differences_of(cache: VepCache) -> list[str]:
    try:
        verify_cache(cache)
    except ConfigurationError as error:
        return [error.message]
    return []


def _tell(document: dict[str, Any]) -> None:
    for sentence in document["differences"]:
        click.echo(sentence)
    if not document["differences"]:
        click.echo(f"{document['id']}: every file is as the manifest says.")
        if document["vep_cache"]:
            click.echo(f"{document['vep_cache']}, the cache of the engine vep: every file is as it was installed.")


@click.command("remove")
@click.argument("bundle_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Needed: jobs that use the bundle cannot be run again without it.")
@as_json_option
def remove_command(bundle_id: str, yes: bool, as_json: bool) -> None:
    """Remove the installed bundle ID from this machine."""

    def work() -> dict[str, Any]:
        bundles_dir = get_settings().resolved_bundles_dir()
        installed_folder(bundles_dir, bundle_id)
        if not yes:
            raise ConfigurationError(
                f"Removing the bundle {bundle_id} cannot be undone. Add --yes if that is meant.", code="not_confirmed"
            )
        remove_bundle(bundles_dir, bundle_id)
        return {"status": "REMOVED", "id": bundle_id}

    run(work, as_json, lambda document: click.echo(f"{document['id']} was removed."))
