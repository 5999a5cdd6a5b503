"""What goes with a tenant's risk, in words: the three strongest, each with the number behind it.

A model adds up what each column says against a typical row. Columns that tell of the same thing (days silent,
days without people) speak with one voice: what they add is summed up, and the strongest is put in words. What
goes together need not be a cause.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from analytics.churn_model import CHANGE, UNKNOWN, Model, Told, columns

MOST, LEAST_SAID = 3, 0.05
Say = Callable[[str, Mapping[str, object]], str]

# Features that tell of the same thing.
ALIKE = (
    ("silent_days", "person_silent_days", "run_silent_days"),
    ("active_days", "actions", "executions", "executions_week"),
    ("people", "people_most", "seats", "seats_used", "champion_silent_days"),
    ("workflows", "features"),
)
_VOICE = {name: group[0] for group in ALIKE for name in group}


def reasons(model: Model, frame: pd.DataFrame, features: Sequence[Told], say: Say) -> list[tuple[str, ...]]:
    """Of each row what raises its risk the most, in words; nothing where nothing does."""
    parts = model.parts(columns(frame, features))
    parts.columns = pd.Index([feature_of(str(name)) for name in parts.columns])
    by_feature = parts.T.groupby(level=0).sum().T
    names = [str(name) for name in by_feature.columns]
    voices = [_VOICE.get(name, name) for name in names]
    summed = pd.DataFrame(by_feature.to_numpy(), by_feature.index, voices).T.groupby(level=0).sum().T
    members = {
        voice: [n for n, each in enumerate(voices) if each == voice] for voice in map(str, summed.columns)
    }
    strengths, single = summed.to_numpy(dtype=np.float64), by_feature.to_numpy(dtype=np.float64)
    found: list[tuple[str, ...]] = []
    for place, record in enumerate(frame.to_dict("records")):
        row = {str(key): value for key, value in record.items()}
        order = np.argsort(-strengths[place], kind="stable")
        said: list[str] = []
        for voice in (str(summed.columns[n]) for n in order if strengths[place][n] > LEAST_SAID):
            own = sorted(members[voice], key=lambda n: -single[place][n])
            words = next(filter(None, (say(names[n], row) for n in own if single[place][n] > 0)), "")
            if words and words not in said:
                said.append(words)
        found.append(tuple(said[:MOST]))
    return found


def feature_of(column: str) -> str:
    """The feature that a column of a model was made of."""
    return column.removesuffix(CHANGE).removesuffix(UNKNOWN)
