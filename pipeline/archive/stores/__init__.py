"""The two archives behind one protocol: S3's Glacier storage classes, and Glacier vaults."""

from __future__ import annotations

from pipeline.archive.stores.base import ArchiveStore
from pipeline.archive.stores.vault_markers import noted_under
from pipeline.settings import get_settings


def store_named(name: str) -> ArchiveStore:
    """The store that an archived file names."""
    if name == "vault":
        from pipeline.archive.stores.vaults import VaultStore

        return VaultStore()
    from pipeline.archive.stores.s3_classes import S3ClassStore

    return S3ClassStore()


def default_store() -> ArchiveStore:
    """The store into which results go from now on (setting `archive_store`)."""
    return store_named(get_settings().archive_store)


def remove_under(prefix: str) -> int:
    """Remove what moves may have left under an archive prefix, in whichever store; gives how many things went. Glacier
    is asked only where vaults are the setting, or something under the prefix was put into one."""
    removed = 0
    if get_settings().archive_store == "vault" or noted_under(prefix):
        removed = store_named("vault").remove_under(prefix)
    return removed + store_named("s3").remove_under(prefix)
