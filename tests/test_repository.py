"""What the repository says about itself is true: README, the map, the decisions, the links, the limits."""

from __future__ import annotations

import ast
import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import distributions, files, packages_distributions
from pathlib import Path

import pytest

from data.demo.planted import PLANTED
from scripts.serve import refusal

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("analytics", "data", "service", "ui", "pages", "scripts", "bench")
DECISIONS = sorted((ROOT / "docs/adr").glob("*.md"))
HEADINGS = ("Context", "Decision", "Consequences", "When we would revisit")
LIMIT = 400


def tracked(*suffixes: str) -> list[Path]:
    """The files of the repository, as git would commit them."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in listed if name.endswith(suffixes) and (ROOT / name).is_file()]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def section(document: str, heading: str) -> str:
    """The part of a markdown document under one heading."""
    _, _, rest = document.partition(f"\n## {heading}\n")
    assert rest, f"no heading {heading!r}"
    return rest.partition("\n## ")[0]


def test_readme_sets_up_with_two_commands():
    block = re.search(r"```sh\n(.*?)```", section(text("README.md"), "Two commands"), re.DOTALL)
    assert block
    assert [line.partition("#")[0].strip() for line in block[1].splitlines()] == ["make run", "make test"]


def test_readme_tells_every_planted_fact():
    told = text("README.md").partition("<!-- planted -->\n")[2].partition("<!-- /planted -->")[0]
    assert told.splitlines() == [f"- **{fact.name}**: {fact.sentence}" for fact in PLANTED]


@pytest.mark.parametrize("package", PACKAGES)
def test_the_map_names_every_module(package):
    map_of_the_house = text("AGENTS.md")
    modules = [
        f"{entry.name}/" if entry.is_dir() else entry.name
        for entry in sorted((ROOT / package).iterdir())
        if not entry.name.startswith(("_", "."))
        and (entry.suffix in (".py", ".sh") or (entry.is_dir() and any(entry.glob("*.py"))))
    ]
    own = section(map_of_the_house, package)
    assert [module for module in modules if f"`{module}`" not in own] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_the_map_names_nothing_that_is_gone(package):
    named = re.findall(r"^\| `([\w/.]+)`", section(text("AGENTS.md"), package), re.MULTILINE)
    assert [name for name in named if not (ROOT / package / name).exists()] == []


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_four_parts(decision):
    found = re.findall(r"^\*\*([^*]+)\.\*\*", decision.read_text(encoding="utf-8"), re.MULTILINE)
    assert tuple(found) == HEADINGS


def test_decisions_are_numbered_without_a_gap():
    assert [path.name[:4] for path in DECISIONS] == [f"{n:04}" for n in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("document", tracked(".md"), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document):
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (document.parent / target).exists()] == []


def test_no_file_outgrows_its_subject():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked(".py", ".sql")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LIMIT
    }
    assert long == {}


SOMEBODYS_MACHINE = re.compile(r"(?<![\w.~/-])/(?:home|root|users|work|tmp)/\w+", re.IGNORECASE)
LEFT_OVER = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b|\bissue #?\d+")


@pytest.mark.parametrize("forbidden", [SOMEBODYS_MACHINE, LEFT_OVER], ids=["paths", "notes"])
def test_no_file_speaks_of_the_machine_or_the_work_it_was_written_in(forbidden):
    suffixes = (".py", ".sql", ".md", ".toml", ".yaml", ".sh", ".txt", "Makefile", "Dockerfile", "run")
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked(*suffixes)
        if (match := forbidden.search(path.read_text(encoding="utf-8")))
    ]
    assert found == []


def pinned(name: str, *, direct: bool) -> dict[str, str]:
    """Package -> version in a requirements file, the direct ones or those that they bring along."""
    parts = text(name).split("# What those bring along")
    pins = re.findall(r"^([\w.-]+)(?:\[\w+\])?==([\w.]+)$", parts[0 if direct else 1], re.MULTILINE)
    return {canonical(package): version for package, version in pins}


def canonical(package: str) -> str:
    """A package's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", package).lower()


@pytest.mark.parametrize(
    ("requirements", "heading"),
    [
        ("requirements.txt", "The app (requirements.txt)"),
        ("requirements-dev.txt", "Tests, checks and benchmarks (requirements-dev.txt)"),
    ],
)
def test_every_direct_dependency_is_explained(requirements, heading):
    explained = re.findall(
        r"^\| ([a-z][\w-]*) \|", section(text("docs/dependencies.md"), heading), re.MULTILINE
    )
    assert [name for name in explained if name != "package"] == sorted(pinned(requirements, direct=True))


APP = ("app.py", "analytics", "data", "service", "ui", "pages", "scripts/serve.py")


def imported(*places: str) -> set[str]:
    """The modules of others that the code in these places imports, by the names they are imported under."""
    names = set[str]()
    for path in tracked(".py"):
        if not str(path.relative_to(ROOT)).startswith(places):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(node.module or "")
    ours = sys.stdlib_module_names | {*PACKAGES, "tests", "app"}
    return {name for name in names if name.partition(".")[0] not in ours}


def providers(names: set[str]) -> set[str]:
    """The packages that bring these modules."""
    return {canonical(package) for name in names for package in bringing(name)}


@cache
def bringing(name: str) -> list[str]:
    """The packages that bring a module; where several share its first name, those that have its file."""
    packages = brought().get(name.partition(".")[0], [f"{name} (not installed)"])
    if len(packages) == 1:
        return packages
    path = name.replace(".", "/")
    starts = (f"{path}/", f"{path}.")
    return [each for each in packages if any(file.startswith(starts) for file in files_of(each))]


@cache
def brought() -> Mapping[str, list[str]]:
    """The packages by the first name of what they bring."""
    return packages_distributions()


@cache
def files_of(package: str) -> tuple[str, ...]:
    """Every file of a package."""
    return tuple(map(str, files(package) or ()))


def test_what_the_app_imports_is_a_direct_dependency():
    assert providers(imported(*APP)) - set(pinned("requirements.txt", direct=True)) == set()


def test_every_direct_dependency_of_the_app_is_imported():
    spoken_to_by_others = {"orjson", "psycopg", "uvloop"}
    direct = set(pinned("requirements.txt", direct=True))
    assert direct - providers(imported(*APP)) - spoken_to_by_others == set()


def test_what_tests_and_benchmarks_import_is_a_direct_dependency():
    direct = {*pinned("requirements.txt", direct=True), *pinned("requirements-dev.txt", direct=True)}
    assert providers(imported("tests", "bench", "scripts")) - direct == set()


@pytest.mark.parametrize("requirements", ["requirements.txt", "requirements-dev.txt"])
def test_every_line_of_the_requirements_is_a_pin(requirements):
    loose = [
        line
        for line in text(requirements).splitlines()
        if line and not line.startswith(("#", "-r ")) and not re.fullmatch(r"[\w.-]+(\[\w+\])?==[\w.]+", line)
    ]
    assert loose == []


def test_the_environment_that_runs_is_the_pinned_one():
    wanted = pinned("requirements.txt", direct=True) | pinned("requirements.txt", direct=False)
    running = {canonical(found.metadata["Name"]): found.version for found in distributions()}
    assert {name: running.get(name) for name in wanted} == wanted


def test_the_licence_is_apache():
    licence = text("LICENSE")
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence


def test_without_sign_in_only_loopback_is_served():
    assert "TENANTSCOPE_OPEN=1" in refusal("0.0.0.0", 0, is_open=False)
    assert refusal("0.0.0.0", 0, is_open=True) == ""
    assert refusal("127.0.0.1", 0, is_open=False) == ""


def test_a_taken_port_is_said_with_the_next_step():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"make run PORT={port + 1}" in refusal("127.0.0.1", port, is_open=False)
