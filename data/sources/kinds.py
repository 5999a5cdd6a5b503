"""The kinds of source that can be pulled from: their settings, each with the way to open it."""

from __future__ import annotations

from data.sources.elasticsearch import Elasticsearch
from data.sources.loki import Loki
from data.sources.prometheus import Prometheus
from data.sources.scrape import Scrape
from data.sources.settings import Settings
from data.sources.sql import Sql
from data.sources.traces import Jaeger, Tempo

KINDS: tuple[type[Settings], ...] = (Sql, Elasticsearch, Prometheus, Scrape, Loki, Jaeger, Tempo)
