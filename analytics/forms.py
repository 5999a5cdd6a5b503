"""JSON forms: how the values that links and saved boards hold are read back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar, cast

_Value = TypeVar("_Value")


class BadForm(ValueError):
    """The JSON does not describe such a value."""


def read_form(
    what: str, form: object, version: int, keys: Collection[str], *, needed: Collection[str] = ()
) -> Mapping[str, object]:
    """The fields of a versioned JSON object, once its version and its keys are known ones."""
    fields = read_object(what, form, {*keys, "version"}, needed=needed)
    if fields.get("version") != version:
        raise BadForm(f"this {what} is of version {fields.get('version')!r}; only {version} is read here")
    return fields


def read_object(
    what: str, form: object, keys: Collection[str], *, needed: Collection[str] = ()
) -> Mapping[str, object]:
    """The fields of a JSON object, once its keys are known ones and the needed ones are there."""
    if not isinstance(form, Mapping):
        raise BadForm(f"a {what} is a JSON object, not {type(form).__name__}")
    fields = cast("Mapping[str, object]", form)
    unknown = sorted(map(str, set(fields) - set(keys)))
    if unknown:
        raise BadForm(f"a {what} has no {', '.join(unknown)}: it has {', '.join(sorted(keys))}")
    missing = sorted(set(needed) - set(fields))
    if missing:
        raise BadForm(f"a {what} needs {', '.join(missing)}")
    return fields


def read_list(what: str, listed: object) -> list[object]:
    """The members of a JSON list."""
    if not isinstance(listed, list | tuple):
        raise BadForm(f"the {what} are a JSON list, not {type(listed).__name__}")
    return list(cast("Iterable[object]", listed))


def made(what: str, cls: type[_Value], known: Mapping[str, object]) -> _Value:
    """The value that these fields make; what it refuses is a bad form."""
    try:
        return cls(**known)
    except BadForm:
        raise
    except (TypeError, ValueError) as error:
        raise BadForm(f"this {what} cannot be read: {error}") from error


def require_texts(what: str, form: Mapping[str, object], names: Iterable[str]) -> None:
    """Refuse fields of these names that are something else than text."""
    for name in names:
        if not isinstance(form.get(name), str):
            raise BadForm(f"the {name} of a {what} is a text")
