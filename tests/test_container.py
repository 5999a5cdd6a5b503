"""The container's files, read as an engine and a reviewer would read them."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions in order, with continued lines joined."""
    joined = re.sub(r"\\\n\s*", " ", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    lines = [line.strip() for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in lines]


def only(name: str) -> str:
    """The argument of an instruction that stands exactly once."""
    (found,) = [argument for instruction, argument in instructions() if instruction == name]
    return found


def compose() -> dict:
    return yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def test_the_dockerfile_has_only_instructions_that_exist():
    known = {"FROM", "ENV", "RUN", "WORKDIR", "COPY", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "CMD"}
    assert {name for name, _ in instructions()} <= known
    assert instructions()[0][0] == "FROM"


def test_the_base_image_is_pinned_to_a_release():
    image, _, tag = only("FROM").partition(":")
    assert image == "python"
    assert re.fullmatch(r"3\.\d+-slim-[a-z]+", tag)


def test_the_image_runs_as_its_own_user_and_installs_before_that():
    names = [name for name, _ in instructions()]
    assert only("USER") not in ("root", "0")
    assert f"useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin {only('USER')}" in str(
        instructions()
    )
    installs = [
        n
        for n, (name, argument) in enumerate(instructions())
        if name == "RUN" and "data.sources.warm" not in argument
    ]
    assert max(installs) < names.index("USER") < names.index("CMD")


def test_rows_are_kept_in_the_volume_that_the_app_writes_to():
    settings = dict(
        re.findall(r"(\w+)=(\S+)", " ".join(argument for name, argument in instructions() if name == "ENV"))
    )
    assert settings["TENANTSCOPE_VAR"] == only("VOLUME")
    assert (settings["HOST"], settings["PORT"]) == ("0.0.0.0", only("EXPOSE"))


def test_health_is_asked_where_the_app_answers():
    assert "/healthz" in only("HEALTHCHECK")
    assert only("CMD") == '["python", "-m", "scripts.serve"]'


def test_no_secret_and_no_opt_out_of_sign_in_is_baked_in():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    settings = [argument for name, argument in instructions() if name in ("ENV", "ARG")]
    assert not re.search(r"(?i)(password|secret|token|api_?key)\s*=", text)
    assert "TENANTSCOPE_OPEN" not in " ".join(settings)


def test_what_git_ignores_stays_out_of_the_image():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", "var"} <= set(ignored)
    assert not {"app.py", "pages", "ui", "analytics", "data", "service", "scripts", ".streamlit"} & set(
        ignored
    )


def test_compose_publishes_to_this_machine_only():
    service = compose()["services"]["tenantscope"]
    assert service["ports"] == ["127.0.0.1:8501:8501"]
    assert service["environment"] == {"TENANTSCOPE_OPEN": "1"}


def test_compose_keeps_the_rows_and_nothing_else_writable():
    document = compose()
    service = document["services"]["tenantscope"]
    assert service["volumes"] == [f"rows:{only('VOLUME')}"]
    assert "rows" in document["volumes"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
