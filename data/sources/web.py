"""What a person says of a system that is asked over HTTP: where it is, how to log in, whom to trust."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, model_validator

from data.sources.settings import Settings, Span


def _listed(value: object) -> object:
    """One or several."""
    return (value,) if isinstance(value, str) else value


Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Web(Settings):
    """`url`: where the system is, a path before its own included; `bearer`, or `username` with `password`.

    `headers`: sent with every request, for what stands before the system; `most_bytes`: the largest answer.
    """

    example: ClassVar[str] = "https://metrics.example"

    url: str
    bearer: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None
    headers: dict[str, SecretStr] = Field(default_factory=dict[str, SecretStr])
    ca_file: Path | None = None
    verify: bool = True
    timeout: Span = timedelta(seconds=60)
    retries: Annotated[int, Field(ge=0, le=30)] = 5
    most_bytes: Annotated[int, Field(ge=1 << 10, le=1 << 30)] = 64 << 20

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        check_url(self.url, self.example)
        if (self.username is None) != (self.password is None):
            raise ValueError("`username` and `password` belong together")
        if self.bearer is not None and self.username is not None:
            raise ValueError("log in by one of `bearer`, or `username` with `password`")
        if not self.verify and self.ca_file:
            raise ValueError("`verify = false` trusts any certificate: leave out `ca_file`")
        return self


def check_url(url: str, example: str) -> None:
    """Whether a URL leads to a host and holds no login; raises ValueError."""
    try:
        parts = urlsplit(url)
        found = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        found = False
        parts = None
    if not found or parts is None:
        raise ValueError(f"url: write it as {example}")
    if parts.username is not None or parts.password is not None:
        raise ValueError("url: a login does not belong into it; use `username` and `password`")
