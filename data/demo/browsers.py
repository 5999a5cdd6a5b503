"""What browsers tell: where their people are, what was measured; and programs that pass for people."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from data.demo import planted
from data.demo.columns import Flags, Floats, Ints, facts, numbers, pick, same
from data.demo.story import HOUR_US, Story

COUNTRIES = ("US", "DE", "GB", "SG", "AU", "BR", "IN", "PL", "FR")
_COUNTRY_ODDS = (0.34, 0.14, 0.13, 0.05, 0.07, 0.1, 0.08, 0.04, 0.05)
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 15_5) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
)
NEWCOMERS = ("device", "browser", "country")
DEVICES, BROWSERS = ("desktop", "phone"), ("Chrome", "Safari", "Edge", "Firefox")
_DEVICE_ODDS = (0.46, 0.54)
# Of each device, how many use no browser beyond this one.
_BROWSER_ODDS = ((0.58, 0.70, 0.88, 1.0), (0.44, 0.95, 0.97, 1.0))
BOT = "Mozilla/5.0 (compatible; HarvestBot/2.1; +https://harvest.example/bot)"
_CRAWLERS, _CRAWLED, _PAUSE_US = 3, 24, 4_000_000
_TELLS = 0.35


def of_visitors(
    rng: np.random.Generator, visitors: int, visitor: Ints, page: pa.Array
) -> dict[str, pa.Array]:
    """Attributes of page views: country, address and browser of each visitor, and what was measured."""
    country = rng.choice(len(COUNTRIES), visitors, p=_COUNTRY_ODDS)[visitor]
    agent = rng.choice(len(AGENTS), visitors, p=(0.5, 0.25, 0.1, 0.15))[visitor]
    block, host = rng.integers(0, 256, visitors)[visitor], rng.integers(1, 255, visitors)[visitor]
    slow = np.array([each == planted.SLOW_PAGE for each in page.to_pylist()], dtype=np.bool_)
    slow &= country == COUNTRIES.index(planted.SLOW_COUNTRY)
    return {
        "country": pick(COUNTRIES, country),
        "user_agent": pick(AGENTS, agent),
        # Addresses of a range for tests of networks, so that they are nobody's.
        "ip": pa.array([f"198.18.{b}.{h}" for b, h in zip(block, host, strict=True)], pa.string()),
        **vitals(rng, len(visitor), np.where(slow, planted.SLOW_PAGE_FACTOR, 1.0)),
    }


def of_newcomers(rng: np.random.Generator, count: int) -> dict[str, pa.Array]:
    """Attributes of the first steps: on what, by which browser and where each newcomer takes them."""
    device = rng.choice(len(DEVICES), count, p=_DEVICE_ODDS)
    chance = rng.random(count)
    browser = np.array(
        [np.searchsorted(_BROWSER_ODDS[each], at) for each, at in zip(device, chance, strict=True)], np.int64
    )
    country = rng.choice(len(COUNTRIES), count, p=_COUNTRY_ODDS)
    held = (pick(DEVICES, device), pick(BROWSERS, browser), pick(COUNTRIES, country))
    return dict(zip(NEWCOMERS, held, strict=True))


def vitals(
    rng: np.random.Generator, count: int, slower: Floats | float = 1.0, known: Flags | None = None
) -> dict[str, pa.Array]:
    """Attributes of page views: the vitals that a browser measured."""
    return {
        "lcp_ms": numbers(np.round(rng.lognormal(7.35, 0.42, count) * slower), known),
        "inp_ms": numbers(np.round(rng.lognormal(4.75, 0.6, count)), known),
        "cls": numbers(np.round(rng.lognormal(-3.3, 0.9, count), 3), known),
    }


def of_sessions(rng: np.random.Generator, deed: Ints, live: int, opened: int) -> dict[str, pa.Array]:
    """Attributes of deeds: vitals of some, and of the live connection of those that show live data."""
    count = len(deed)
    tells = rng.random(count) < _TELLS
    connected = deed == live
    return {
        **vitals(rng, count, known=tells & (deed == opened)),
        "socket_connect_ms": numbers(np.round(rng.lognormal(4.5, 0.5, count), 1), connected),
        "first_widget_ms": numbers(np.round(rng.lognormal(6.6, 0.55, count), 1), connected),
        "socket_latency_ms": numbers(np.round(rng.lognormal(3.3, 0.6, count), 1), connected),
    }


def crawlers_table(story: Story, day: int) -> pa.Table:
    """Rows of `events`: visitors of one range who read the customers' pages in order, and an honest bot."""
    crawler, step = np.divmod(np.arange(_CRAWLERS * _CRAWLED), _CRAWLED)
    begun = story.start_us(day) + 2 * HOUR_US
    moment = begun + crawler * (HOUR_US // 3) + step * _PAUSE_US
    bot = begun + np.arange(3) * HOUR_US
    ids = [f"anon_c{day:04d}_{n}" for n in crawler] + [f"anon_b{day:04d}"] * 3
    pages = [f"/customers/{n + 1}" for n in np.arange(len(crawler)) % (_CRAWLERS * _CRAWLED)] + [
        "/",
        "/docs",
        "/pricing",
    ]
    return facts(
        np.concatenate([moment, bot]),
        {
            "event_id": pa.array([f"ev_{who}_{n:02d}" for n, who in enumerate(ids)], pa.string()),
            "event_type": same("page_viewed", len(ids)),
            "anonymous_id": pa.array(ids, pa.string()),
            "page": pa.array(pages, pa.string()),
            "ip": pa.array(
                [f"{planted.CRAWLER_RANGE}{10 + n}" for n in crawler] + ["192.0.2.7"] * 3, pa.string()
            ),
            "user_agent": pa.array([AGENTS[0]] * len(crawler) + [BOT] * 3, pa.string()),
        },
    )
