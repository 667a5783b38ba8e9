"""Every setting: name, type, default, meaning. `docs/settings.md` is generated from this file.

Each is read from the environment variable `GAS_<NAME>`. `AWS_ENDPOINT_URL`, `AWS_REGION` and AWS's
own credential variables are read by boto3 itself.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_ENGINE = "csq"
MEBIBYTE = 1024 * 1024
GIBIBYTE = 1024 * MEBIBYTE


class Settings(BaseSettings):
    """The declared list. A test holds it equal to docs/settings.md."""

    model_config = SettingsConfigDict(env_prefix="GAS_", extra="ignore")

    # Where it runs
    environment: Literal["local", "production"] = Field(
        "local", description="`local` allows demo accounts and plain-HTTP cookies; `production` refuses both."
    )
    stack_name: str = Field("gas", description="Prefix of every AWS resource's name.")
    aws_region: str = Field("us-east-1", description="Region of every resource.")
    aws_account_id: str = Field(
        "000000000000", description="Account that holds the resources; part of bucket names and topic ARNs."
    )
    aws_public_endpoint_url: str | None = Field(
        None,
        description="Object store address as the *browser* reaches it, where it differs from `AWS_ENDPOINT_URL`.",
    )
    data_dir: Path = Field(Path(".data"), description="Folder for caches, work files and local state.")
    bundles_dir: Path | None = Field(
        None, description="Folder of installed reference bundles; default `<data_dir>/bundles`."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least severe line logged.")
    log_format: Literal["json", "console"] = Field("json", description="`json` lines or readable `console` lines.")

    # Web
    secret_key: SecretStr | None = Field(
        None,
        description="Signs session cookies; required in production, made and kept under `data_dir` locally.",
    )
    web_port: int = Field(8050, description="Port of the portal.")
    portal_url: str | None = Field(
        None,
        description="Public address of the portal (`https://gas.example.org`), without a path; the only origin that the buckets allow.",
    )
    web_bind_host: str = Field("127.0.0.1", description="Address that the portal binds to.")
    web_threads: int = Field(8, description="Threads of a gunicorn worker.")
    web_workers: int = Field(1, description="gunicorn worker processes.")
    web_request_timeout_s: int = Field(120, description="gunicorn kills a worker whose heartbeat is older than this.")
    login_rate_limit: str = Field(
        "10 per minute", description="Sign-in attempts for each address (Flask-Limiter's notation)."
    )
    register_rate_limit: str = Field("5 per minute", description="Registrations for each address.")
    letter_rate_limit: str = Field(
        "5 per hour", description="Letters (confirm an address, forgotten password) for each address and each browser."
    )
    confirm_link_s: int = Field(3 * 86400, description="A link that confirms an e-mail address works for so long.")
    reset_link_s: int = Field(3600, description="A link for a forgotten password works for so long.")
    trusted_proxies: int = Field(
        0,
        description="Reverse proxies in front of the portal whose `X-Forwarded-For`, `-Proto` and `-Host` are believed.",
    )
    max_request_bytes: int = Field(
        5 * MEBIBYTE, description="Largest body of a request to the portal (files go to the object store)."
    )
    static_cache_bytes: int = Field(64 * MEBIBYTE, description="Memory for compressed scripts and style sheets.")
    session_lifetime_s: int = Field(14 * 86400, description="Seconds after which a session ends by itself.")
    poll_active_ms: int = Field(1000, description="How often a page asks for news while a job is active.")
    poll_storage_ms: int = Field(
        5000, description="How often a page asks for news while a result moves to the archive or back, or is about to."
    )
    storage_watch_s: int = Field(
        600, description="A page watches a result that falls due for the archive within this time."
    )

    notice_window_s: int = Field(
        86400, description="A page tells of jobs that ended elsewhere if they were submitted within this time."
    )
    notice_max_jobs: int = Field(
        1000, description="Newest jobs of that time that are looked at for it; the answer says if there were more."
    )
    outbox_timeout_s: float = Field(5.0, description="The page Outbox waits so long for the embedded AWS (local only).")

    # Uploads and plans
    payment_provider: Literal["auto", "demo", "none"] = Field(
        "auto",
        description="How users change their plan: `demo` is a checkout without money, which only a local portal has; "
        "`none` leaves it to the operator; `auto` is `demo` locally and `none` in production.",
    )
    free_max_upload_bytes: int = Field(50 * MEBIBYTE, description="Largest input file of a free user.")
    premium_max_upload_bytes: int = Field(5 * GIBIBYTE, description="Largest input file of a premium user.")
    free_max_active_jobs: int = Field(20, description="Jobs that a free user may have pending or running at once.")
    premium_max_active_jobs: int = Field(
        1000, description="Jobs that a premium user may have pending or running at once."
    )
    upload_part_bytes: int = Field(
        5 * MEBIBYTE, description="Size of an upload part (S3: at least 5 MiB, at most 10,000 parts)."
    )
    upload_url_ttl_s: int = Field(900, description="Lifetime of a presigned part URL; the browser asks for new ones.")
    upload_ttl_s: int = Field(7 * 86400, description="An upload not finished after this long is removed.")
    max_open_uploads: int = Field(50, description="Unfinished uploads a user may have at once.")
    rerun_copy_s: int = Field(3600, description="A copy of a file for a rerun that takes longer than this is removed.")
    max_reruns: int = Field(100, description="Times that one job may be run again.")
    account_delete_jobs: int = Field(
        100, description="Jobs of a deleted account that are removed in one go; then other users have their turn."
    )
    upload_files_at_once: int = Field(2, description="Files that one page uploads at the same time; others wait.")
    upload_parts_at_once: int = Field(3, description="Parts of one file that a page sends at the same time.")
    upload_rate_limit: str = Field(
        "600 per minute",
        description="Uploads started, submitted, or pasted texts read, for each user (each kind counted alone).",
    )
    inspect_head_bytes: int = Field(
        384 * 1024, description="Start of a file that the browser sends to find out its genome build before the upload."
    )
    inspect_records: int = Field(500, description="Records that are compared with the installed bundles then.")
    inspect_check_s: float = Field(1.5, description="Longest time that this comparison takes.")
    inspect_rate_limit: str = Field("120 per minute", description="Files looked at in this way, for each user.")
    paste_max_bytes: int = Field(256 * 1024, description="Longest text of pasted variants.")
    api_max_body_bytes: int = Field(1 * MEBIBYTE, description="Largest body of a JSON request.")
    download_url_ttl_s: int = Field(600, description="Lifetime of a presigned download URL.")

    # Queues and workers
    receive_wait_s: int = Field(10, description="Long-poll time of a queue receive (SQS: at most 20).")
    visibility_timeout_s: int = Field(60, description="A message is hidden for this long; the heartbeat extends it.")
    heartbeat_interval_s: float = Field(10.0, description="How often a busy worker renews its message and its lease.")
    cancel_check_s: float = Field(
        1.0, description="How often a busy worker looks whether its job was cancelled, deleted or lost."
    )
    lease_s: int = Field(60, description="A running job whose lease is older than this belongs to nobody.")
    max_work_failures: int = Field(3, description="After this many failures reported by the work the job is FAILED.")
    max_lost_leases: int = Field(
        10, description="After its worker was lost this many times in the midst of the work the job is FAILED."
    )
    retry_delay_s: int = Field(10, description="Delay before a failed message is tried again; doubles each time.")
    max_receive_count: int = Field(
        20, description="Receives of a message before the queue itself moves it to the dead letters."
    )
    stop_timeout_s: int = Field(
        30, description="A process that got SIGTERM finishes or hands back its work within this time."
    )
    worker_health_port: int | None = Field(
        None, description="Port of a worker's health probe; default `PORT`, else none."
    )
    worker_health_bind_host: str = Field("127.0.0.1", description="Address that a worker's health probe binds to.")
    worker_stuck_after_s: int = Field(120, description="The health probe fails when the loop was silent for this long.")
    annotate_concurrency: int = Field(1, description="Jobs that one annotate process works on at once.")
    sweep_interval_s: float = Field(
        15.0, description="How often the sweep looks for jobs whose record and messages disagree."
    )
    pending_grace_s: int = Field(60, description="A PENDING job is announced again after this long; doubles each time.")

    # Annotation
    default_bundle: str = Field(
        "grch37-demo", description="Bundle that is taken where several fit a file equally well, or none does."
    )
    work_dir: Path | None = Field(None, description="Folder for a job's temporary files; default `<data_dir>/work`.")
    annotate_threads: int = Field(2, description="Compression threads of a child process.")
    child_timeout_s: int = Field(3600, description="Longest time a child process may run.")
    source_timeout_s: int = Field(86400, description="Longest time for the conversion of one annotation source.")
    child_memory_bytes: int = Field(4 * GIBIBYTE, description="Address space of a child process.")
    vep_command: Path | None = Field(
        None,
        description="The `vepyr` command of the engine `vep`; default `.venv-vep/bin/vepyr`, as `make vep` makes it.",
    )
    vep_caches_dir: Path | None = Field(
        None, description="Folder of the caches of the engine `vep`; default `<data_dir>/vep-caches`."
    )
    vep_batch_alleles: int = Field(
        50_000, description="Alleles that vepyr gets at once; the records that they come from wait in memory meanwhile."
    )
    vep_memory_bytes: int = Field(16 * GIBIBYTE, description="Address space of a vepyr process.")
    vep_install_timeout_s: int = Field(86400, description="Longest time that installing a cache of `vep` may take.")
    read_block_bytes: int = Field(
        1 * MEBIBYTE, description="The annotation reads, and works on, so many bytes of a VCF at once."
    )
    max_line_bytes: int = Field(32 * MEBIBYTE, description="Longest line of a VCF.")
    max_header_bytes: int = Field(64 * MEBIBYTE, description="Largest VCF header.")
    max_uncompressed_bytes: int = Field(200 * GIBIBYTE, description="Largest input after decompression.")
    max_compression_ratio: int = Field(1000, description="A gzip file that grows more than this is refused (zip bomb).")
    max_contigs: int = Field(200_000, description="Largest number of different contigs that the records name.")
    max_contigs_listed: int = Field(
        200, description="Contigs listed by name in notes, log and summary of a job; the others are counted."
    )
    build_head_bytes: int = Field(
        4 * MEBIBYTE, description="Start of a file, packed and unpacked, from which its genome build is found out."
    )
    build_sample_records: int = Field(
        500, description="Records whose REF is compared with the installed bundles to find out the genome build."
    )
    build_check_s: float = Field(5.0, description="Longest time that this comparison takes; what was compared counts.")
    max_samples: int = Field(100_000, description="Largest number of samples.")
    phase_probe_records: int = Field(
        10_000, description="First records of a file that tell whether its genotypes are phased."
    )
    max_haplotype_bytes: int = Field(
        256 * MEBIBYTE, description="Memory for the phased genotypes of neighbouring coding variants."
    )
    max_unsorted_records: int = Field(20_000_000, description="Largest number of records that are sorted by position.")
    progress_interval_s: float = Field(1.0, description="A job's progress is written at most this often.")

    # The life of a result
    retention_s: int = Field(
        300, ge=0, le=365 * 86400, description="A free user's result moves to the archive this long after completion."
    )
    archive_store: Literal["s3", "vault"] = Field(
        "s3", description="Where results go: `s3` (S3's Glacier storage classes) or `vault` (Glacier vaults)."
    )
    archive_storage_class: Literal["GLACIER", "GLACIER_IR", "DEEP_ARCHIVE"] = Field(
        "GLACIER",
        description="Storage class of the `s3` store: `GLACIER` (minutes to hours), `GLACIER_IR` (at once), `DEEP_ARCHIVE` (half a day to two days; no Expedited).",
    )
    archive_min_bytes: int = Field(0, description="A file smaller than this stays where it is.")
    restored_copy_days: int = Field(
        7, ge=1, le=365, description="How long S3 keeps the temporary copy of a file that it retrieved."
    )
    vault_name: str | None = Field(None, description="Glacier vault of the `vault` store; default the stack's name.")
    vault_part_bytes: int = Field(
        16 * MEBIBYTE,
        ge=MEBIBYTE,
        le=4 * GIBIBYTE,
        description="Size of a part of a large upload to a vault: 1 MiB times a power of two (memory for each upload).",
    )
    vault_inventory_s: int = Field(
        86400,
        ge=0,
        le=86400,
        description="The vault's inventory is read this often, and archives that no record names are removed; 0: never.",
    )
    restore_tier: Literal["Expedited", "Standard", "Bulk"] = Field(
        "Expedited", description="Tier of retrievals; Standard where Expedited is refused."
    )
    thaw_interval_s: int = Field(60, description="How often a result that is coming back is looked at.")

    # Exports
    export_ttl_s: int = Field(
        3 * 86400, ge=60, le=6 * 86400, description="An export can be downloaded for this long; then it is removed."
    )
    max_active_exports: int = Field(5, description="Exports of a user that may wait or be made at once.")
    max_exports: int = Field(100, description="Exports of a user that are kept at once.")
    export_block_rows: int = Field(245_760, description="Rows that an export worker holds in memory at once.")
    report_variants: int = Field(50, description="Variants that a report lists one by one.")

    # E-mails
    mail_sender: str | None = Field(
        None,
        description="Sender of the e-mails (`Annotation <gas@example.org>`), an identity that SES has verified; the notify worker needs it in production.",
    )
    mail_name_letters: int = Field(80, ge=8, description="A longer file name is cut in an e-mail, and ends with `…`.")

    # Local stack (`make run`)
    emulator_port: int = Field(4566, description="Port of the embedded AWS.")
    emulator_save_interval_s: float = Field(
        1.0, description="The embedded AWS saves its state this often while something changes."
    )
    worker_port_base: int = Field(8060, description="First port of the workers' health probes; the others follow.")
    local_start_timeout_s: int = Field(
        90, description="`make run` gives up when a process is not healthy after this long."
    )
    local_restart_longest_s: float = Field(
        30.0, description="Longest pause before `make run` starts a process again that keeps ending."
    )
    local_log_bytes: int = Field(
        10 * MEBIBYTE, description="Size at which a process's log file is set aside; three older ones are kept."
    )

    # Results
    result_cache_bytes: int = Field(20 * GIBIBYTE, description="Size of the local cache of result tables.")
    result_cache_idle_s: int = Field(
        7 * 86400, description="A cached table that nobody read for this long goes at the next clean-up."
    )
    result_cache_check_s: int = Field(
        86400, description="A cached table that nobody opened for this long stays only while its job exists."
    )
    query_memory_bytes: int = Field(1 * GIBIBYTE, description="Memory of one DuckDB connection.")
    query_threads: int = Field(2, description="Threads of one DuckDB connection.")
    query_concurrency: int = Field(2, description="Questions that a process asks DuckDB at once; others wait.")
    query_timeout_s: float = Field(20.0, description="A query of the explorer is stopped after this long.")
    plot_columns_rows: int = Field(
        200_000,
        description="A result of at least so many rows gets its plot columns unpacked on disk when it is opened.",
    )
    query_selection_bytes: int = Field(
        256 * MEBIBYTE, description="Memory of one process for what recent filters let through, and its orders."
    )
    max_saved_filters: int = Field(100, description="Filters that one user can keep under names.")
    saved_filter_bytes: int = Field(
        200 * 1024, description="Largest filter that can be kept under a name; a record of DynamoDB holds 400 KB."
    )
    table_block_rows: int = Field(100, description="Rows of one block of the variant table.")
    table_cell_letters: int = Field(
        200, description="A longer text is cut in a table cell, which then says how long it is."
    )
    variant_text_letters: int = Field(
        20_000, description="A longer text is cut in the drawer of a variant, which then says how long it is."
    )
    variant_transcripts: int = Field(500, description="Transcripts that the drawer of a variant lists at most.")
    calls_at_once: int = Field(50, description="Samples on one page of a variant's genotypes.")
    record_search_bytes: int = Field(
        16 * MEBIBYTE, description="Compressed bytes of a VCF that are read at most to find one record."
    )
    record_index_bytes: int = Field(32 * MEBIBYTE, description="Largest index of a VCF in which a record is looked up.")
    reference_range_bytes: int = Field(
        8 * MEBIBYTE, description="Largest stretch of a reference sequence that the genome browser gets at once."
    )
    genome_browser_transcripts: int = Field(
        5_000, description="Transcripts that the genome browser shows at most in one stretch."
    )
    compare_rows_at_once: int = Field(
        200_000, description="Rows of two results that are compared in one stretch: what bounds the memory for it."
    )
    compare_timeout_s: float = Field(90.0, description="The comparison of two results is stopped after this long.")
    max_compared_changes: int = Field(
        20_000_000, description="Largest number of differing values that a comparison of two results lists."
    )
    compare_download_rows: int = Field(
        500_000, description="Largest number of differing values that the portal writes into one download."
    )
    max_shared_variants: int = Field(
        30_000_000, description="Rows that the results have in all whose shared variants are looked for."
    )
    shared_rows_at_once: int = Field(
        1_000_000, description="Rows of which shared variants are looked for in one stretch: what bounds the memory."
    )
    max_notes_per_job: int = Field(2_000, description="Variants of one job that can have a note.")
    max_note_letters: int = Field(2_000, description="Letters of the note on a variant.")
    max_log_view_bytes: int = Field(
        256 * 1024, description="Part of a summary log that the job page shows; the download is whole."
    )

    @field_validator("vault_part_bytes")
    @classmethod
    def _is_a_part_of_a_tree(cls, value: int) -> int:
        """A vault takes parts of 1 MiB times a power of two only, because its checksum is a tree of such blocks."""
        if value.bit_count() != 1:
            raise ValueError("must be 1 MiB times a power of two, such as 16777216")
        return value

    def resolved_vault_name(self) -> str:
        """Name of the Glacier vault."""
        return self.vault_name or self.stack_name

    def resolved_bundles_dir(self) -> Path:
        """Folder of installed bundles."""
        return (self.bundles_dir or self.data_dir / "bundles").absolute()  # children run in folders of their own

    def resolved_work_dir(self) -> Path:
        """Folder of temporary files."""
        return self.work_dir or self.data_dir / "work"

    def resolved_vep_caches_dir(self) -> Path:
        """Folder of the caches of the engine `vep`."""
        return (self.vep_caches_dir or self.data_dir / "vep-caches").absolute()

    def max_upload_bytes(self, plan: str) -> int:
        """Largest input file of a plan, in bytes."""
        return self.premium_max_upload_bytes if plan == "premium_user" else self.free_max_upload_bytes

    def max_active_jobs(self, plan: str) -> int:
        """How many pending or running jobs a plan allows at once."""
        return self.premium_max_active_jobs if plan == "premium_user" else self.free_max_active_jobs


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The process's settings, read once. Tests call `get_settings.cache_clear()` after changing the environment."""
    return Settings()
