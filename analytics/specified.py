"""What questions with a specification have in common: frozen dataclasses, each known by its JSON form."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import MISSING, fields
from functools import lru_cache
from typing import Any, ClassVar, Self, TypeVar, cast

from analytics import filters
from analytics.forms import made, read_form
from analytics.question import Behind, Column, column_named
from analytics.steps import Step

VERSION = 1
_Spec = TypeVar("_Spec")


class Specified:
    """A question whose name is its JSON form; `kind` is the word for its class there."""

    kind: ClassVar[str]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of its answer, in their order."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """Its kind and its JSON form, which tell it from every other question."""
        return _name(self)

    @property
    def definition(self) -> str:
        """What the numbers mean: the first line of its class."""
        return (type(self).__doc__ or "").strip().partition("\n")[0]

    @property
    def filtered_by(self) -> frozenset[str]:
        """The fields that the filters of its steps ask for."""
        steps = [value for value in vars(self).values() if isinstance(value, Step)]
        return fields_of(steps)

    @property
    def additive(self) -> tuple[str, ...]:
        """None, unless it says otherwise."""
        return ()

    def column(self, name: str) -> Column:
        """The column of that name."""
        return column_named(self.kind, self.columns, name)

    def behind(self, name: str) -> Behind | None:  # noqa: ARG002  whatever the column
        """None: what it counts are people or the like, not single rows."""
        return None

    def to_dict(self) -> dict[str, object]:
        """The JSON form of its specification."""
        return form_of(self)

    @classmethod
    def from_dict(cls, form: object) -> Self:
        """The question of a JSON form; a key that it does not know is refused."""
        return spec_of(cls, cls.kind, form)


def form_of(spec: object) -> dict[str, object]:
    """The JSON form of a frozen dataclass: steps as they write themselves, tuples as lists."""
    found: dict[str, object] = {"version": VERSION}
    for each in fields(cast("Any", spec)):
        value = getattr(spec, each.name)
        if isinstance(value, Step):
            value = value.to_dict()
        found[each.name] = list(cast("tuple[object, ...]", value)) if isinstance(value, tuple) else value
    return found


def spec_of(cls: type[_Spec], what: str, form: object) -> _Spec:
    """The frozen dataclass of a JSON form; fields that are declared as steps are read as such."""
    declared = fields(cast("Any", cls))
    needed = [each.name for each in declared if each.default is MISSING]
    known = dict(read_form(what, form, VERSION, [each.name for each in declared], needed=needed))
    known.pop("version")
    for each in declared:
        value = known.get(each.name)
        if str(each.type).startswith("Step") and value is not None:
            known[each.name] = Step.from_dict(value)
        elif isinstance(value, list):
            known[each.name] = tuple(cast("list[object]", value))
    return made(what, cls, known)


def fields_of(steps: Iterable[Step]) -> frozenset[str]:
    """The fields that the filters of some steps ask for."""
    return frozenset[str]().union(*(filters.fields(step.where) for step in steps))


@lru_cache(maxsize=1024)
def _name(question: Specified) -> str:
    form = {"kind": question.kind, **question.to_dict()}
    return json.dumps(form, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
