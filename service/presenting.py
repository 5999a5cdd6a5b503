"""Presentation mode: customers, people and texts under other names, the same everywhere, for a shared screen.

What comes out of an answer gets a mask: tenants become "Customer 4K7QZ2", other names an alias of their kind,
texts that people wrote are hidden; what only the product names (statuses, models, connectors, events) stays.
What is not known to be harmless is masked. Addresses hold the aliases, and are read back by `asked`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

import pandas as pd

from analytics.filters import Comparison, changed
from analytics.scope import AllTenants
from service.masking import Mask

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping
    from pathlib import Path

    from analytics.filters import Filter, Scalar
    from analytics.question import Behind, Question
    from analytics.request import Request
    from analytics.scope import Scope
    from service.access import Principal

HIDDEN = "hidden"
CUSTOMER = "Customer"
TENANT_IDS = frozenset({"tenant_id"})
TENANT_NAMES = frozenset({"tenant", "tenant.name"})
# Words of the product or of a standard, which name no customer; any other text is masked.
HARMLESS = frozenset(
    """
    action_type band cache_hit category changed cohort command connector country currency days db_system
    environment error_code error_type event_type experiment feature figure first_plan fits goal
    goal_event goes_with grain handled held_by held_plan http_method http_status integration interval key kind
    level lifecycle marked meaning measure model models month movement operation outcome period person.role
    plan platform price_version provider region release remedy role rpc_method service severity side
    split split_called standing state
    status step table_name tenant.plan tenant.region tenant.timezone term tool trend type unused use
    variant variants verdict
    """.split()
)
# Of these what a company calls as it likes: a plan or a model may be made for a customer and named after it.
CHOSEN = frozenset(
    """
    action_type category cohort command connector environment error_code error_type event_type experiment
    feature first_plan fits goal goal_event goes_with held_plan integration key kind model models operation
    person.role plan platform provider region release role service step tenant.plan tenant.region tool type
    variant variants
    """.split()
)
# What people write: an alias of it would be noise.
WRITTEN = frozenset(
    """
    attributes cause error_message lists message note notes place properties reasons said text value
    way what why
    """.split()
)
# What a chart calls otherwise than a filter does.
FIELDS = {"owner": "tenant.owner", "person": "person.name", "workflow": "workflow_name"}
_MOST_KNOWN = 200_000
# Words are letters and digits together; their parts begin with a capital, as in AcmeImport.
WORD = re.compile(r"[^\W_]+")
PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W_A-Za-z]+")
LEGAL_FORMS = frozenset(
    "ab ag as bv co company corp corporation gmbh inc kg limited llc ltd nv oy plc sa sas se".split()
)
# What an id may begin with, as in tenant_acme.
KINDS_OF_IDS = frozenset((each,) for each in ("account", "client", "company", "customer", "org", "tenant"))
# The kind of an alias of a word, whatever the column or the filter is called.
WORDS = ""
Words = tuple[str, ...]


@dataclass(frozen=True)
class Presenting:
    """Somebody shares their screen: which tenants are shown by their names, and everybody's aliases."""

    aliases: Aliases
    named: frozenset[str] = frozenset()

    def asked(self, request: Request) -> Request:
        """What an address asks for, with what its aliases stand for."""
        tenants = tuple(str(self.aliases.behind("tenant_id", each)) for each in request.tenants)
        where = None if request.where is None else changed(request.where, self._told)
        return replace(request, tenants=tenants, where=where)

    def rows(self, found: Behind) -> Behind:
        """The rows behind a number, with what the aliases of its groups stand for."""
        groups = tuple(
            tuple(str(self.aliases.behind(name, label)) for name, label in zip(found.by, group, strict=True))
            for group in found.groups
        )
        where = None if found.where is None else changed(found.where, self._told)
        return replace(found, where=where, groups=groups)

    def names(self, known: Mapping[str, str]) -> Mapping[str, str]:
        """The tenants that a person may choose from, as they are called now: what an address says -> name."""
        self.aliases.learn(known)
        shown = {each: name for each, name in known.items() if each in self.named}
        hidden = sorted(self.aliases.of("tenant_id", each) for each in known if each not in self.named)
        return shown | {alias: alias for alias in hidden}

    def names_one(self, text: str) -> bool:
        """Whether a text holds the name of a customer that is not shown by it."""
        return bool(text) and self.aliases.named_in(text, self.named)

    def _told(self, part: Comparison) -> Filter:
        told = self.aliases.behind
        value = part.value
        if isinstance(value, tuple):
            return replace(part, value=tuple(told(part.field, each) for each in value))
        return (
            replace(part, value=told(part.field, cast("Scalar", value))) if isinstance(value, str) else part
        )


def masking(principal: Principal, scope: Scope) -> Mask | None:
    """The mask of whoever presents; none over the rows of tenants that are shown by their names."""
    presenting = principal.presenting
    if presenting is None:
        return None
    if not isinstance(scope.tenants, AllTenants) and scope.tenants <= presenting.named:
        return None
    name = "presenting: " + ", ".join(sorted(presenting.named))

    def put_on(frame: pd.DataFrame, question: Question) -> pd.DataFrame:
        return masked(frame, question, presenting)

    return Mask(name, put_on)


def masked(frame: pd.DataFrame, question: Question, presenting: Presenting) -> pd.DataFrame:
    """The frame with aliases in place of names; numbers, times and order stay."""
    labels = {column.name: column.label for column in question.columns}
    worded = {column.name for column in question.columns if column.worded}
    changed_: dict[str, pd.Series] = {}
    for name in map(str, frame.columns):
        if name in worded:
            changed_[name] = _sentences(frame[name], presenting)
        elif name in CHOSEN:
            changed_[name] = _chosen(frame[name], labels.get(name, name), presenting)
        elif not _harmless(name, frame[name]):
            changed_[name] = _column(frame[name], name, labels.get(name, name), presenting)
    out = frame.assign(**changed_)
    # What a question says of its frame may name somebody.
    out.attrs = {}
    return out


def _harmless(name: str, values: pd.Series) -> bool:
    if name in HARMLESS or pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return True
    return pd.api.types.is_datetime64_any_dtype(values) or pd.api.types.is_timedelta64_dtype(values)


def _column(values: pd.Series, name: str, label: str, presenting: Presenting) -> pd.Series:
    def alias(value: object) -> object:
        if not isinstance(value, str):
            return value if _number(value) else HIDDEN
        if not value:
            return value
        if name in TENANT_IDS | TENANT_NAMES:
            named = presenting.aliases.tenant_of(name, value) in presenting.named
            return value if named else presenting.aliases.of(name, value)
        return HIDDEN if name in WRITTEN else presenting.aliases.of(name, value, label)

    try:
        known = {each: alias(each) for each in cast("Iterable[Hashable]", values.dropna().unique())}
    except TypeError:  # lists and structures have no hash
        return pd.Series([alias(each) for each in values], values.index, dtype="object")
    return values.map(known).astype(values.dtype if values.dtype != "category" else "object")


def _sentences(values: pd.Series, presenting: Presenting) -> pd.Series:
    """Sentences of the product, which name nobody; where one does all the same, it is hidden."""
    told = {each: HIDDEN if presenting.names_one(each) else each for each in values.dropna().unique()}
    return values.map(told)


def _chosen(values: pd.Series, label: str, presenting: Presenting) -> pd.Series:
    """Words that a company chose, as they are; one that holds the name of a customer has an alias."""

    def word(value: object) -> object:
        if isinstance(value, str):
            return presenting.aliases.of(WORDS, value, label) if presenting.names_one(value) else value
        return [word(each) for each in value] if isinstance(value, list | tuple) else value

    try:
        known = {each: word(each) for each in cast("Iterable[Hashable]", values.dropna().unique())}
    except TypeError:  # lists have no hash
        return pd.Series([word(each) for each in values], values.index, dtype="object")
    return values if all(each is told for each, told in known.items()) else values.astype(object).map(known)


def _number(value: object) -> bool:
    """Whether a value, or each of a list of them, is a number or nothing."""
    if hasattr(value, "__iter__") and not isinstance(value, dict):
        return all(_number(each) for each in cast("Iterable[object]", value))
    return value is None or not isinstance(value, str | bytes | dict)


@dataclass(eq=False)
class Aliases:
    """What everybody is called while somebody presents, by a key of this house: nobody can guess a name."""

    key: bytes
    _ids: dict[str, str] = field(default_factory=dict)  # name of a tenant -> its id
    _behind: dict[tuple[str, str], str] = field(default_factory=dict)
    _signs: dict[str, str] = field(default_factory=dict)
    _beginning: dict[str, dict[Words, str]] = field(
        default_factory=dict
    )  # first word -> a name's words -> its tenant
    _learnt: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def learn(self, names: Mapping[str, str]) -> None:
        """Which tenant is called what, so that its id and its name have one alias."""
        with self._lock:
            for tenant, name in names.items():
                if name not in self._ids:
                    self._note(tenant, tenant)
                    self._note(name, tenant)
                self._ids.setdefault(name, tenant)
            self._learnt = True
        for tenant, name in names.items():
            self.of("tenant_id", tenant)
            self.of("tenant.name", name)

    def _note(self, name: str, tenant: str) -> None:
        words = words_of(name)
        while len(words) > 1 and words[-1] in LEGAL_FORMS:
            words = words[:-1]
        # An id of digits alone is told from no number of a sentence, and names nobody.
        for own in (words, words[1:] if words[:1] in KINDS_OF_IDS else ()):
            if own and not all(word.isdigit() for word in own):
                joined = "".join(own)
                self._beginning.setdefault(own[0], {})[own] = tenant
                self._beginning.setdefault(joined, {})[(joined,)] = tenant

    def named_in(self, text: str, but: frozenset[str] = frozenset()) -> bool:
        """Whether a text holds a tenant's id or name as whole words, however they are joined.

        Any may while no names are known. `enterprise_acme`, `acme-prod` and `AcmeImport` hold Acme Inc.
        """
        if not self._learnt:
            return True
        return any(
            words[place : place + len(name)] == name and tenant not in but
            for words in {words_of(text), words_of(text, PARTS)}
            for place, word in enumerate(words)
            for name, tenant in self._beginning.get(word, {}).items()
        )

    def tenant_of(self, column: str, value: str) -> str:
        """The id of a tenant that a column names by its id or its name."""
        return value if column in TENANT_IDS else self._ids.get(value, value)

    def of(self, column: str, value: str, label: str = CUSTOMER) -> str:
        """The alias of a value of a column; the same one every time."""
        told = (
            self.tenant_of(column, value)
            if column in TENANT_IDS | TENANT_NAMES
            else f"{_kind(column)}:{value}"
        )
        alias = f"{label} {self._sign(told)}"
        with self._lock:
            if len(self._behind) < _MOST_KNOWN:
                self._behind[_kind(column), alias] = value
        return alias

    def _sign(self, told: str) -> str:
        """What tells an alias from others; made once, as every run of a page names every tenant."""
        if told in self._signs:
            return self._signs[told]
        digest = hmac.new(self.key, told.encode(), hashlib.sha256).digest()
        sign = base64.b32encode(digest)[:7].decode()
        if len(self._signs) < _MOST_KNOWN:
            self._signs[told] = sign
        return sign

    def behind(self, column: str, value: Scalar) -> Scalar:
        """What an alias of a column stands for; what is no alias stands for itself."""
        if not isinstance(value, str):
            return value
        return self._behind.get((_kind(column), value), self._behind.get((WORDS, value), value))


def _kind(column: str) -> str:
    """The field that a chart names by this column."""
    return "tenant.name" if column in TENANT_NAMES else FIELDS.get(column, column)


def key_in(file: Path) -> bytes:
    """The key of this house's aliases: made once and kept, so that links with aliases last."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_bytes(secrets.token_bytes(32))
    return file.read_bytes()


def words_of(text: str, pattern: re.Pattern[str] = WORD) -> Words:
    """The words of a text, whatever their case."""
    return tuple(word.casefold() for word in pattern.findall(text))
