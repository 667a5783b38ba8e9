"""How numbers, sizes and times are written for people. `assets/grid.js` has the same rules for table cells."""

from __future__ import annotations

from datetime import UTC, datetime

from dash import html

SIZE_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")
MINUTE_S = 60
HOUR_S = 3600


def number(value: int) -> str:
    """12,345."""
    return f"{value:,}"


def large(value: int) -> str:
    """`12,345`, `1.2 million`: as exact as somebody who watches can read."""
    if value < 1_000_000:
        return f"{value:,}"
    return f"{value / 1_000_000:,.1f} million"


def counted(value: int, singular: str, plural: str | None = None) -> str:
    """`1 record`, `1,024 records`."""
    return f"{value:,} {singular if value == 1 else plural or singular + 's'}"


def size(value: int | None) -> str:
    """Bytes in the largest unit that leaves a number of at least 1: `824 bytes`, `1.4 MiB`."""
    if value is None:
        return ""
    amount, unit = float(value), 0
    while amount >= 1023.95 and unit < len(SIZE_UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    return counted(value, "byte") if unit == 0 else f"{amount:,.1f} {SIZE_UNITS[unit]}"


def bases(value: int) -> str:
    """A length on the genome: `1 base`, `50 bases`, `10 kb`, `2.5 Mb`."""
    for unit, length in (("Mb", 1_000_000), ("kb", 1_000)):
        if value >= length:
            return f"{value / length:,.4g} {unit}"
    return counted(value, "base")


def duration(seconds: float) -> str:
    """`< 0.1 s`, `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 9.95:
        return "< 0.1 s" if seconds < 0.05 else f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < MINUTE_S:
        return f"{whole} s"
    if whole < HOUR_S:
        return f"{whole // MINUTE_S} min {whole % MINUTE_S} s"
    return f"{whole // HOUR_S:,} h {whole % HOUR_S // MINUTE_S} min"


def time(epoch_s: float) -> html.Time:
    """A moment, which `assets/localtime.js` rewrites in the reader's own zone (C43)."""
    moment = datetime.fromtimestamp(epoch_s, UTC)
    return html.Time(
        f"{moment:%Y-%m-%d %H:%M} UTC", dateTime=moment.strftime("%Y-%m-%dT%H:%M:%SZ"), **{"data-local": ""}
    )


def with_code(sentence: str) -> list[str | html.Code]:
    """A sentence whose `commands` between backticks are set as code."""
    parts = sentence.split("`")
    return [html.Code(part) if odd % 2 else part for odd, part in enumerate(parts) if part]
