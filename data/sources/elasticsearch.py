"""Indices, aliases and data streams of Elasticsearch or OpenSearch: what a person says of them.

The client and what reads with it are imported when a connection is opened, in the process that reads.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, SecretStr, model_validator

from analytics.search import SYNTAXES, SearchError, Syntax
from data.sources import elastic_query
from data.sources.pull import Pull
from data.sources.settings import Settings, Span
from data.sources.web import Listed, check_url

LARGEST_PAGE = 10_000  # what an index gives at most, unless it was set otherwise


class Elasticsearch(Settings):
    """`url`, one or several nodes of one cluster, or `cloud_id`; `index`: names, patterns, aliases or data
    streams, one or several.

    `time`: when a document happened; `cursor`: what a new or changed document moves, chosen if left out;
    `key`: what tells documents apart, `auto` unless ids are known to be unique over all of `index`.
    `compress`: whether answers come packed; if left out, from the cloud only, since packing slows a server
    more than a near network does.
    """

    # An index that was filled in an hour lies in one hour of the cursor.
    by_time: ClassVar[bool] = True
    kind: Literal["elasticsearch"]
    url: Listed = ()
    cloud_id: str | None = None
    index: Annotated[Listed, Field(min_length=1)]
    api_key: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None
    bearer: SecretStr | None = None
    ca_file: Path | None = None
    fingerprint: str | None = None
    verify: bool = True
    proxy: SecretStr | None = None
    compress: bool | None = None
    query: str | None = None
    syntax: Syntax = SYNTAXES[0]
    time: str = "@timestamp"
    cursor: str | None = None
    key: Literal["auto", "_id", "index/_id"] = "auto"
    page: Annotated[int, Field(ge=100, le=LARGEST_PAGE)] = 5000
    timeout: Span = timedelta(seconds=60)
    retries: Annotated[int, Field(ge=0, le=30)] = 10
    mutable: bool = True

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if bool(self.url) == (self.cloud_id is not None):
            raise ValueError("name either `url`, such as https://logs.example:9200, or `cloud_id`")
        for each in self.url:
            check_url(each, "https://logs.example:9200")
        if (self.username is None) != (self.password is None):
            raise ValueError("`username` and `password` belong together")
        if sum(each is not None for each in (self.api_key, self.username, self.bearer)) > 1:
            raise ValueError("log in by one of `api_key`, `username` with `password`, or `bearer`")
        if not self.verify and (self.ca_file or self.fingerprint):
            raise ValueError("`verify = false` trusts any certificate: leave out `ca_file` and `fingerprint`")
        return self

    @model_validator(mode="after")
    def _readable(self) -> Self:
        try:
            self.asked()
        except SearchError as error:
            raise ValueError(f"query: {error} (at character {error.position + 1})") from None
        return self

    def asked(self) -> dict[str, Any] | None:
        """What `query` asks, as the server reads it."""
        return elastic_query.of_text(self.query, self.syntax) if self.query else None

    def open(self) -> Pull:
        """Make the connection, without yet asking for anything."""
        from data.sources.elastic_pull import ElasticPull  # noqa: PLC0415  the app has no use for the client

        return ElasticPull(self)
