"""Makes the files of a schedule files of more than one part: the sizes of parts shrink, the files stay as they are."""

from __future__ import annotations

from moto.s3 import models as moto_s3

from pipeline import storage
from pipeline.archive.stores import tree_hash, vault_upload
from pipeline.settings import get_settings
from util_jobs.faults import as_it_is_vault_things, as_it_is_vaults
from util_jobs.faults.patches import Patches

BLOCK_BYTES = 32  # in place of the MiB of Glacier's tree hash
PART_BYTES = 64  # a recorded result file has 71 bytes or more


def cut(patches: Patches) -> None:
    """Until `patches` are undone, what is longer than 64 bytes is stored, copied and fetched in parts."""
    for module in (tree_hash, as_it_is_vaults, as_it_is_vault_things):
        patches.set(module, "BLOCK_BYTES", BLOCK_BYTES)
    patches.set(storage, "PART_BYTES", PART_BYTES)
    patches.set(storage, "COPY_WHOLE_BYTES", PART_BYTES)
    patches.set(vault_upload, "WHOLE_BYTES", PART_BYTES)
    patches.set(moto_s3, "S3_UPLOAD_PART_MIN_SIZE", 1)
    get_settings().vault_part_bytes = PART_BYTES


def whole_again(patches: Patches) -> None:
    """Back to the sizes of AWS."""
    patches.undo()
    get_settings().vault_part_bytes = type(get_settings()).model_fields["vault_part_bytes"].default
