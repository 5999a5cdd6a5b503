"""The calculator of week 2: what it begins with, what it comes to, and when it says that it cannot."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.looking import HANGS_SECONDS

# Log odds -1 without anything, and 1 more for each step of log(1 + times): 3 times make -1 + log 4.
FEATURE = {"term": ["", "", "shared", "shared"], "other": ["", "shared", "", "shared"]}
MADE = FEATURE | {
    "coefficient": [-1.0, -1.0, 1.0, 1.0],
    "covariance": [0.04, 0.0, 0.0, 0.01],
    "typical": [0.0, 0.0, 3.0, 3.0],
    "newcomers": [400] * 4,
}
NONE = {"term": [""], "other": [""], "coefficient": [float("nan")], "covariance": [float("nan")]} | {
    "typical": [0.0],
    "newcomers": [12],
}


def page(values):
    import pandas as pd  # noqa: PLC0415  the script of a page of its own

    from pages.customers.churn import WEEK2_WHAT_IF  # noqa: PLC0415
    from ui import week2  # noqa: PLC0415

    week2.calculator(WEEK2_WHAT_IF, pd.DataFrame(values))


def drawn(values):
    at = AppTest.from_function(page, kwargs={"values": values}, default_timeout=HANGS_SECONDS).run()
    assert not at.exception
    return at


def results(at):
    return {metric.label: metric.value for metric in at.metric}


def test_it_begins_with_typical_use_and_answers_what_is_typed():
    at = drawn(MADE)
    assert at.number_input[0].value == 3
    assert results(at) == {"Chance of week 2": "59.5%", "With none of it": "26.9%"}
    # -1 + log 4 +- 1.96 x sqrt(0.04 + 0.01 x log(4) ^ 2), as chances.
    assert at.caption[0].value.startswith("Between 47.7% and 70.3% (95 % interval)")
    at.number_input[0].set_value(0).run()
    assert results(at) == {"Chance of week 2": "26.9%", "With none of it": "26.9%"}


@pytest.mark.parametrize(
    "values", [NONE, pd.DataFrame(MADE).assign(coefficient=float("nan")).to_dict("list")]
)
def test_without_a_model_it_says_so(values):
    at = drawn(values)
    assert not at.number_input
    assert not at.metric
    assert f"of {values['newcomers'][0]} newcomers too few came back" in at.caption[0].value
