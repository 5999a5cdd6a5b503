"""The page of all measures says what the model says."""

from __future__ import annotations

from analytics.model import model
from scripts.measures import PAGE, formula, page


def test_the_page_is_what_the_model_declares_today():
    assert PAGE.read_text(encoding="utf-8") == page(model()), "run: python -m scripts.measures"


def test_every_measure_and_dimension_stands_on_it_once():
    told = PAGE.read_text(encoding="utf-8")
    for name in (*model().measures, *model().dimensions):
        lines = [line for line in told.splitlines() if line.startswith(f"| `{name}` |")]
        assert len(lines) == (name in model().measures) + (name in model().dimensions)


def test_a_formula_says_what_is_counted():
    told = {name: formula(model().measure(name)) for name in ("failed", "success_rate", "avg_duration_ms")}
    assert told == {
        "failed": "rows where `r.status in ('failed', 'timeout')`",
        "success_rate": "`succeeded` / `finished`",
        "avg_duration_ms": "mean of `r.duration_ms`",
    }
    assert formula(model().measure("active_users")).startswith("different people")
    assert formula(model().measure("p95_duration_ms")) == "95% quantile of `r.duration_ms`"
    assert formula(model().measure("failed_per_hour")) == "`failed` / hours of the window or bucket"
