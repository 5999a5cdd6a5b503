"""How numbers, moments and spans are written for people."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from analytics.zones import zone

MARKDOWN = re.compile(r"[\\`*_{}\[\]<>()#+.!|$~:-]")
OPTION = re.compile(r" (Name|Choose|Use) [^.:]*: --[a-z].*?(\.(?=\s|$)|$)")
HARD = "\u00a0"
# What a window of a panel's own is called beside its title.
OWN = {
    "5m": "5 min",
    "15m": "15 min",
    "1h": "1 hour",
    "24h": "24 h",
    "7d": "7 days",
    "30d": "30 days",
    "90d": "90 days",
    "365d": "12 months",
}
STEPS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))


def number(value: float | None, unit: str = "count", *, compact: bool = False) -> str:
    """A value in its unit: 18,432 · 498K · 96.8% · $41.20 · 2.41 s · 62 h · 3.2 MB; nothing is a dash."""
    if value is None or math.isnan(value := float(value)):
        return "–"
    if unit in WRITTEN:
        return WRITTEN[unit](value)
    return money(value, compact=compact) if unit == "usd" else count(value, compact=compact)


def percent(ratio: float) -> str:
    """96.8%"""
    return f"{ratio * 100:.1f}%"


def points(difference: float) -> str:
    """+3.2 pt: what lies between two shares, which no percentage is."""
    return f"{difference * 100:+.1f} pt"


def chance(p_value: float) -> str:
    """0.037 · < 0.001: never nothing, as nothing is ruled out."""
    return f"{p_value:.3f}" if p_value >= 0.001 else "< 0.001"


def hours(amount: float) -> str:
    """35 min · 5.2 h · 1,245 h: work is counted in hours, however many."""
    if abs(amount) < 1:
        return f"{amount * 60:.0f} min"
    return f"{amount:,.0f} h" if abs(amount) >= 10 or amount == round(amount) else f"{amount:.1f} h"


def count(value: float, *, compact: bool = False) -> str:
    """18,432; with `compact` and from 100,000 on 498K; fractions only where the value has one."""
    if compact and abs(value) >= 100_000:
        return short(value)
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"


def short(value: float) -> str:
    """Three digits that count and a letter: 498K · 1.25M · 20.4B."""
    for step, letter in STEPS:
        # 999,950 would be written 1000K; it is 1.00M.
        if abs(value) >= step * 0.9995:
            scaled = value / step
            digits = 0 if abs(scaled) >= 99.95 else 1 if abs(scaled) >= 9.995 else 2
            return f"{scaled:.{digits}f}{letter}"
    return f"{value:,.0f}"


# A millionth of a dollar: less is what sums of fractions are off by.
LEAST_PLACES = 6


def money(usd: float, *, compact: bool = False) -> str:
    """$41.20; $0.372, $0.016 and $0.00042 under a dollar; with `compact` $4,121, from $100,000 on $498K."""
    sign, amount = ("-" if usd < 0 else ""), abs(usd)
    if compact and amount >= 100_000:
        return f"{sign}${short(amount)}"
    if 0 < amount < 0.5 * 10**-LEAST_PLACES:
        return f"{sign}<${10**-LEAST_PLACES:.{LEAST_PLACES}f}"
    if amount < 0.995:
        # A cent is a large part of so little; zeros after the cents say nothing.
        digits = max(3 if amount >= 0.1 else 4, places(amount))
        whole, _, part = f"{amount:.{digits}f}".partition(".")
        return f"{sign}${whole}.{part.rstrip('0'):0<2}"
    # Beside thousands cents say nothing at a glance.
    return f"{sign}${amount:,.0f}" if compact and amount >= 999.5 else f"{sign}${amount:,.2f}"


def places(usd: float) -> int:
    """How many decimals show two digits that count of an amount: cents, and of less than ten cents more."""
    if not 0 < abs(usd) < 0.1:
        return 2
    return min(LEAST_PLACES, 1 - math.floor(math.log10(abs(usd))))


def duration(ms: float) -> str:
    """412 ms · 2.41 s · 3 min 20 s · 2 h 5 min · 5 d 2 h."""
    sign, ms = ("-" if ms < 0 else ""), abs(ms)
    if ms < 10:
        return f"{sign}{ms:.3g} ms"
    if ms < 999.5:
        return f"{sign}{ms:.0f} ms"
    if ms < 59_995:
        return f"{sign}{ms / 1000:.2f} s"
    seconds = round(ms / 1000)
    pairs = (("d", 86_400, "h", 3_600), ("h", 3_600, "min", 60), ("min", 60, "s", 1))
    big, length, small, rest = next(pair for pair in pairs if seconds >= pair[1])
    whole, left = divmod(seconds, length)
    return f"{sign}{whole:,} {big} {left // rest} {small}" if left // rest else f"{sign}{whole:,} {big}"


def size(amount: float) -> str:
    """412 B · 3.2 MB · 1.4 GB, by thousands."""
    for step, name in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if abs(amount) >= step:
            return f"{amount / step:,.1f} {name}"
    return f"{amount:,.0f} B"


WRITTEN: dict[str, Callable[[float], str]] = {
    "ratio": percent,
    "points": points,
    "chance": chance,
    "ms": duration,
    "hours": hours,
    "bytes": size,
}


def change(value: float | None, before: float | None, unit: str) -> str | int | None:
    """What a number did against the one before: 6.2% · 0.9 pt · $3.10; 0 for none, None where one lacks.

    Counts under a thousand say the difference, larger ones the share: "+50%" of four is noise.
    """
    if value is None or before is None or math.isnan(value) or math.isnan(before):
        return None
    step = value - before
    if unit == "ratio":
        text = f"{step * 100:.1f} pt"
    elif unit == "count" and before >= 1000:
        text = f"{step / before * 100:.1f}%"
    else:
        text = number(step, unit)
    return text if any(digit in "123456789" for digit in text) else 0


def moment(instant: datetime, timezone: str, now: datetime | None = None) -> str:
    """21 Nov, 20:23 on the clock of `timezone`, with the year where it is not the year of `now`."""
    local = instant.astimezone(zone(timezone))
    if now is None or local.year == now.astimezone(zone(timezone)).year:
        return f"{local.day} {local:%b, %H:%M}"
    return f"{local.day} {local:%b %Y, %H:%M}"


def span(start: datetime, end: datetime, timezone: str, now: datetime | None = None) -> str:
    """A window in words: 16 Nov, 19:42 to 19 Nov, 04:23 · 16 Nov, 19:42 to 20:10."""
    first, last = (instant.astimezone(zone(timezone)) for instant in (start, end))
    if first.date() == last.date():
        return f"{moment(start, timezone, now)} to {last:%H:%M}"
    return f"{moment(start, timezone, now)} to {moment(end, timezone, now)}"


def length(stretch: timedelta) -> str:
    """How long a window is, in one unit where one fits: 24 h · 7 d · 45 min · 2.5 d."""
    hours = stretch / timedelta(hours=1)
    if hours < 1:
        return f"{hours * 60:.0f} min"
    amount, name = (hours, "h") if hours <= 48 else (hours / 24, "d")
    return f"{amount:.0f} {name}" if abs(amount - round(amount)) < 0.05 else f"{amount:.1f} {name}"


def window(text: str, now: datetime | None = None) -> str:
    """The window of an address in words: 12 Sep 2015 · 6 Sep to 12 Sep 2015 · 12 Sep 2015, 19:42 to 20:42.

    With `now` a day of the same year says none.
    """
    start, end = ends(text)
    clock = "T" in text
    if start.date() == end.date():
        return day(end, now) + (f", {start:%H:%M} to {end:%H:%M}" if clock else "")
    if clock:
        return f"{day(start, now)}, {start:%H:%M} to {day(end, now)}, {end:%H:%M}"
    first = day(start, start if start.year == end.year else now)
    return f"{first} to {day(end, now)}"


def days(text: str, now: datetime) -> str:
    """The days of a window where there is little room: 12 Sep · 6–12 Sep · 28 Nov–4 Dec · 6–12 Sep 2015."""
    start, end = ends(text)
    if start.date() == end.date():
        return day(end, now)
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{day(end, now)}"
    return f"{day(start, start if start.year == end.year else now)}–{day(end, now)}"


def ends(text: str) -> tuple[datetime, datetime]:
    """The local times that the window of an address names."""
    first, _, last = text.partition("~")
    return datetime.fromisoformat(first), datetime.fromisoformat(last)


def day(local: datetime, now: datetime | None = None) -> str:
    """21 Nov, with the year where it is not the year of `now`."""
    year = "" if now is not None and local.year == now.year else f" {local.year}"
    return f"{local.day} {local:%b}{year}"


def age(newest: datetime, now: datetime, timezone: str) -> str:
    """How old the data are: 2 minutes ago; from two days on, the moment."""
    old = now - newest
    return ago(old) if old < timedelta(days=2) else f"until {moment(newest, timezone, now)}"


def ago(age: timedelta) -> str:
    """How long since: just now · 35 seconds · 2 minutes · 3 hours · 9 days ago."""
    seconds = age.total_seconds()
    if seconds < 10:
        return "just now"
    for name, length in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        if seconds >= length * (2 if name == "day" else 1):
            whole = int(seconds // length)
            return f"{whole} {name}{'' if whole == 1 else 's'} ago"
    return "just now"


def shorten(text: str, limit: int = 26) -> str:
    """A label that fits its place."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def quiet(words: str) -> str:
    """A fact beside a title, in small letters; a line ends between facts, not in one."""
    return f":small[:gray[{words.replace(' ', HARD)}]]"


def plain(text: str) -> str:
    """A text from the data where Markdown is read: its signs are shown, not obeyed."""
    return MARKDOWN.sub(r"\\\g<0>", " ".join(text.split()))


def worded(text: str) -> str:
    """A sentence of ours where Markdown is read: the names that it has in backticks are shown as such."""
    parts = re.split(r"(`[^`\n]+`)", text)
    shown = (part if place % 2 else MARKDOWN.sub(r"\\\g<0>", part) for place, part in enumerate(parts))
    return "".join(shown)


def on_the_page(text: str) -> str:
    """A sentence without the options of the command line that it names: the page has its own ways."""
    return OPTION.sub("", text)


def tenants(chosen: Sequence[str], names: Mapping[str, str]) -> str:
    """All tenants · Northwind Logistics · 3 tenants."""
    if not chosen:
        return "All tenants"
    if len(chosen) > 1:
        return f"{len(chosen)} tenants"
    return shorten(names.get(chosen[0], chosen[0]))
