"""The upload box: drop area, file button, sample, paste box, choice of reference, list of uploads in progress.

Only the frame is made here; `assets/upload*.js` brings it to life. Uploads go on while the user visits other
pages, so their rows are drawn by the script and not by Dash.
"""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from pipeline.accounts.store import User
from pipeline.reference.bundle import Bundle, list_bundles
from pipeline.settings import get_settings
from pipeline.uploads.limits import mebibytes
from portal.auth.current import current_user
from portal.components import sample

BOX_ID = "upload-box"
REFRESH_STORE_ID = "jobs-refresh"  # a dcc.Store of the jobs page; the script sets it after each submit
PASTE_EXAMPLE = "chrM 3243 A G\nMT:8344A>G\nm.11778G>A"


def upload_box() -> html.Section:
    """The box for the signed-in user, with the limits of the plan."""
    user = current_user()
    return html.Section(
        [
            _drop_area(user),
            _paste_area(),
            html.Ul([], id="upload-list", className="gas-uploads", **{"aria-label": "Uploads"}),
            html.P("", id="upload-announcer", className="visually-hidden", role="status"),
        ],
        id=BOX_ID,
        className="gas-upload",
        **{"aria-label": "Add a file", **_limits(user)},
    )


def _limits(user: User) -> dict[str, str]:
    """What the script needs to know; the server decides all the same."""
    settings = get_settings()
    return {
        "data-max-bytes": str(settings.max_upload_bytes(user.plan)),
        "data-plan": "Premium" if user.plan == "premium_user" else "free",
        "data-files-at-once": str(settings.upload_files_at_once),
        "data-parts-at-once": str(settings.upload_parts_at_once),
        "data-inspect-bytes": str(settings.inspect_head_bytes),
        "data-sample-url": sample.URL,
        "data-refresh-store": REFRESH_STORE_ID,
        "data-local": "yes" if settings.environment == "local" else "no",
    }


def _drop_area(user: User) -> html.Div:
    limit = mebibytes(get_settings().max_upload_bytes(user.plan))
    return html.Div(
        [
            html.Span(className="gas-upload-icon", **{"aria-hidden": "true"}),
            html.H2("Drop VCF files here", className="gas-upload-title"),
            html.P(
                f"VCF, plain or compressed (.vcf, .vcf.gz), or BCF, up to {limit} each.", className="gas-upload-hint"
            ),
            html.Div(
                [
                    html.Button("Choose files", id="upload-choose", type="button", className="btn btn-primary"),
                    html.Button(
                        "Try the sample", id="upload-sample", type="button", className="btn btn-outline-secondary"
                    ),
                    html.Button(
                        "Paste variants",
                        id="upload-paste-open",
                        type="button",
                        className="btn btn-outline-secondary",
                        **{"aria-expanded": "false", "aria-controls": "upload-paste"},
                    ),
                ],
                className="gas-upload-actions",
            ),
            _reference(list_bundles()),
            *_demonstration_note(list_bundles()),
            html.P(sample.NOTE, className="gas-upload-note"),
            *_local_note(),
        ],
        className="gas-upload-drop",
    )


def _demonstration_note(bundles: list[Bundle]) -> list[Component]:
    """Says plainly that nothing but a demonstration is installed, where that is so."""
    shown = [bundle for bundle in bundles if bundle.demonstration_regions]
    whole = [
        bundle for bundle in bundles if not bundle.demonstration_regions and len(bundle.contigs) > 1
    ]  # one contig alone is the mitochondrial genome
    if not shown or whole:
        return []
    text = (
        f"Installed is a demonstration of {shown[0].assembly}: the mitochondrial genome and "
        f"{shown[0].demonstration_regions:,} gene regions. Records elsewhere are kept, without annotation."
    )
    return [html.P(text, className="gas-upload-note")]


def _local_note() -> list[Component]:
    if get_settings().environment != "local":
        return []
    text = "Unfinished uploads are lost if the service itself restarts; jobs and results stay."
    return [html.P(text, className="gas-upload-note")]


def _reference(bundles: list[Bundle]) -> html.Div:
    """The choice of reference for the files that follow, and whether each file's options are to be seen first."""
    if not bundles:
        return html.Div("No reference is installed. Ask your operator.", className="gas-upload-reference")
    default = get_settings().default_bundle
    ordered = sorted(bundles, key=lambda bundle: (bundle.id != default, bundle.title))
    options = [html.Option("Automatic, by genome build", value="")]
    options += [html.Option(bundle.title, value=bundle.id) for bundle in ordered]
    return html.Div(
        [
            html.Label("Reference", htmlFor="upload-bundle"),
            html.Select(options, id="upload-bundle", className="form-select form-select-sm"),
            # Dash has no plain checkbox; the script switches this one, and remembers it.
            html.Button(
                [html.Span(className="gas-switch", **{"aria-hidden": "true"}), "Ask me before annotating"],
                id="upload-ask",
                type="button",
                role="switch",
                className="gas-upload-ask",
                title="Show each file’s options, and wait until I press Annotate",
                **{"aria-checked": "false"},
            ),
        ],
        className="gas-upload-reference",
    )


def _paste_area() -> html.Div:
    limit = f"{get_settings().paste_max_bytes // 1024:,} KiB"
    return html.Div(
        [
            html.Label("Variants, one a line", htmlFor="upload-paste-text"),
            html.Textarea(
                id="upload-paste-text",
                className="form-control",
                rows=6,
                spellCheck="false",
                autoComplete="off",
                placeholder=PASTE_EXAMPLE,
                **{"aria-describedby": "upload-paste-help upload-paste-status"},
            ),
            html.P(
                "Chromosome, position, reference, other allele; or MT:3243A>G, m.3243A>G, A3243G (mitochondrial); "
                f"or lines of a VCF. Up to {limit}.",
                id="upload-paste-help",
                className="gas-upload-hint",
            ),
            html.Div([], id="upload-paste-status", className="gas-paste-status", role="status"),
            html.Div(
                [
                    html.Button("Annotate these", id="upload-paste-send", type="button", className="btn btn-primary"),
                    html.Button("Close", id="upload-paste-close", type="button", className="btn btn-outline-secondary"),
                ],
                className="gas-upload-actions",
            ),
        ],
        id="upload-paste",
        className="gas-paste",
        hidden=True,
    )
