"""What the app keeps of a training, and what it tells the questions that ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from analytics.churn import Said, Trained
from analytics.churn_backtest import HELD_OUT, Fitted, Group, Refusal, Report
from analytics.churn_metrics import Bin, Ranking
from analytics.churn_model import from_dict as model_of
from analytics.churn_model import to_dict as model_form
from analytics.forms import BadForm, read_form
from analytics.hold_out import held_out

VERSION = 1
# Who was saved, lost, or no risk at all, is left in peace for so long.
IN_PEACE = timedelta(days=60)
SETTLED = ("saved", "false alarm", "lost")


@dataclass(frozen=True)
class Standing:
    """How the outreach to a tenant stands: what was said last, by whom and when."""

    tenant_id: str
    state: str
    owner: str
    note: str
    author: str
    changed_at: datetime
    snoozed_until: datetime | None = None


@dataclass(frozen=True)
class Known:
    """What the app knows when a question about losses is asked; `key` tells it from what it knew before."""

    key: str
    number: int = field(default=0, compare=False)
    trained: Trained | None = field(default=None, compare=False)
    standings: tuple[Standing, ...] = field(default=(), compare=False)
    share: float = field(default=0.0, compare=False)

    def standing(self) -> Mapping[str, Standing]:
        """What was said last, by tenant."""
        return {each.tenant_id: each for each in self.standings}

    def stands(self, tenant_id: str, said: Standing | None, moment: datetime) -> tuple[str, datetime | None]:
        """How the outreach to a tenant stands at a moment, and until when nobody is told to call it.

        What was snoozed until before, or settled long ago, is open again.
        """
        if held_out(tenant_id, self.share):
            return HELD_OUT, None
        if said is None:
            return "open", None
        if said.snoozed_until is not None and said.snoozed_until > moment:
            return "snoozed", said.snoozed_until
        if said.state in SETTLED and said.changed_at + IN_PEACE > moment:
            return said.state, said.changed_at + IN_PEACE
        return ("contacted" if said.state == "contacted" else "open"), None


def to_dict(trained: Trained) -> dict[str, object]:
    """The JSON form of a training: numbers and words, never code."""
    outcome = trained.outcome
    if isinstance(outcome, Refusal):
        held: dict[str, object] = {"refusal": asdict(outcome)}
    else:
        held = {"model": model_form(outcome.model), "report": asdict(outcome.report)}
    said = [[each.tenant_id, each.probability, list(each.reasons)] for each in trained.said]
    return {"version": VERSION, "as_of": trained.as_of.isoformat(), **held, "said": said}


def from_dict(form: object) -> Trained:
    """The training of a JSON form."""
    keys = ("as_of", "refusal", "model", "report", "said")
    known: Mapping[str, Any] = read_form("training", form, VERSION, keys, needed=("as_of", "said"))
    if "refusal" in known:
        outcome: Fitted | Refusal = Refusal(**known["refusal"])
    elif "model" not in known or "report" not in known:
        raise BadForm("a training has a model and its report, or a refusal")
    else:
        outcome = Fitted(model_of(known["model"]), _report(known["report"]))
    said = tuple(Said(name, chance, tuple(why)) for name, chance, why in known["said"])
    return Trained(outcome, said, datetime.fromisoformat(known["as_of"]))


def _report(form: Mapping[str, Any]) -> Report:
    parts = dict(form)
    parts |= {name: Ranking(**form[name]) for name in ("model", "recency")}
    parts["bins"] = tuple(Bin(**each) for each in form["bins"])
    parts["groups"] = tuple(Group(**each) for each in form["groups"])
    parts |= {name: tuple(form[name]) for name in ("origins", "gain")}
    parts["trees"] = None if form["trees"] is None else tuple(form["trees"])
    return Report(**parts)
