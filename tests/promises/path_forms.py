"""How paths and features, and whom they count, are made, for the promise that every JSON form leads back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from analytics.adoption import FeaturePeople
from analytics.paths import PathPeople, Paths
from analytics.steps import Step


def forms(
    form: Callable[..., Any], words: st.SearchStrategy[str], filters: st.SearchStrategy[Any]
) -> dict[str, Any]:
    """The forms by the names of their classes; `form` makes one of a class and its fields."""
    paths: dict[str, st.SearchStrategy[Any]] = {
        "anchor": st.none() | st.builds(Step, words, where=st.none() | filters),
        "direction": st.sampled_from(["from", "to"]),
        "steps": st.integers(2, 20),
        "most": st.integers(1, 50),
        "gap_minutes": st.integers(1, 1440),
        "shown": st.builds(Step, st.none() | words),
    }
    parts = st.sampled_from(["used", "with", "without"])
    return {
        "analytics.adoption.FeaturePeople": form(FeaturePeople, feature=words, part=parts),
        "analytics.paths.Paths": form(Paths, **paths),
        "analytics.paths.PathPeople": form(
            PathPeople, step=st.integers(-20, 20), source=words, target=words, **paths
        ),
    }
