"""What all tests share: where the recorded data sets lie, and when a skip is a failure."""

from __future__ import annotations

import atexit
import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from tests.costs import costly, function_of
from tests.examples import FEW

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("TENANTSCOPE_SHARED", ROOT.parent / "shared"))
# No rule has a limit of time: a busy machine says nothing of a rule.
settings.register_profile("all", deadline=None)
settings.register_profile("check", max_examples=FEW, deadline=None)
settings.load_profile("all")
# Imports and collected tests live to the end: they are looked through for garbage less often than usual.
gc.set_threshold(50_000, 20, 50)
# What takes longest begins first: begun last, one process would wait for the other.
LONGEST = (
    "tests/promises/",
    "tests/test_how_to_model.py",
    "tests/data/test_ingest.py",
    "tests/data/test_load.py",
    "tests/data/test_demo.py",
    "tests/data/sync/test_engine.py",
    "tests/data/sources/test_kinds.py",
    "tests/service/test_pulled.py",
    "tests/service/test_scheduler.py",
    "tests/services/elasticsearch/",
    "tests/ui/test_pages.py",
)
COSTLY = costly()
# Set where everything must be there (.ci/run): a check that did not run is not a check that passed.
STRICT = os.environ.get("REQUIRE_SERVICES") == "1"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded data sets; the test is skipped where it is missing."""
    if not SHARED.is_dir():
        pytest.skip(f"no recorded data sets in {SHARED}: name their folder with TENANTSCOPE_SHARED")
    return SHARED


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's folder."""
    return ROOT


@pytest.fixture(scope="session")
def laid_out(tmp_path_factory) -> Path:
    """A file of empty metadata: laying one out takes longer than what most tests do with it."""
    from service.metadata import Metadata  # noqa: PLC0415  whoever needs none imports none

    file = tmp_path_factory.mktemp("metadata") / "metadata.sqlite"
    made = Metadata(f"sqlite:///{file}")
    made.prepare()
    made.close()
    return file


@pytest.fixture(scope="module")
def forked_readers():
    """Sources are read by forked processes while the tests of this module run."""
    from data.sync import reader  # noqa: PLC0415  whoever reads no source imports none
    from tests.reading import Forked  # noqa: PLC0415

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "started", Forked)
        yield


def pytest_itemcollected(item):
    """What was measured to be costly is heavy, but for what the loop cannot do without."""
    if function_of(item.nodeid) in COSTLY and item.get_closest_marker("loop") is None:
        item.add_marker("costly")
        item.add_marker("heavy")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Begin with the longest; a file stays together."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


def pytest_collection_finish(session):
    """What was collected lives as long as the run: until the interpreter ends, no search for garbage looks at it again."""
    gc.freeze()
    atexit.register(gc.unfreeze)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Where two processes share the tests, each file stays in one of them, and so do all promises: they ask one world."""
    config.option.loadscopereorder = False  # by number of tests, what takes longest would come last
    scheduler = LoadFileScheduling(config, log)
    by_file = scheduler._split_scope

    def by_what_is_shared(nodeid: str) -> str:
        file = by_file(nodeid)
        alone = file == "tests/promises/test_surface.py"  # a third of them, over stores of its own
        return "tests/promises" if file.startswith("tests/promises/") and not alone else file

    scheduler._split_scope = by_what_is_shared
    return scheduler


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Turn a skip into a failure where everything must be there."""
    return _strict((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """The same for a module that skips itself while it is collected."""
    return _strict((yield))


def _strict(report):
    if STRICT and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped, but REQUIRE_SERVICES=1: {report.longrepr}"
    return report
