"""Each refusal is decided in each door: worded by class, or declared to be worded by its kind on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest

from gerai.app import DIALECTS
from gerai.domain.refusals import (
    Busy,
    Kind,
    MethodNotAllowed,
    NotFound,
    PartnerUnavailable,
    RateLimited,
    Refusal,
    StateConflict,
    every_refusal,
)
from gerai.doors.http.door import Dialect
from gerai.doors.http.errors import GENERIC, ErrorTable, always, refusal_headers

#: Dialects without a table yet. One that has one must leave this list.
NOT_YET: set[str] = set()
KINDS = {kind: always(kind.value) for kind in Kind}


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
def test_every_refusal_is_decided_in_every_door(dialect: Dialect) -> None:
    """A new class in domain/refusals fails here for each door that neither words it nor declares it generic."""
    if dialect.name in NOT_YET:
        assert dialect.errors is None, f"{dialect.name} has a table now: take it out of NOT_YET"
        return
    assert dialect.errors is not None
    assert dialect.errors.undecided(every_refusal()) == []


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
def test_a_new_refusal_fails_the_test_of_every_door(dialect: Dialect) -> None:
    """The declaration of generic classes names classes, so that it cannot cover one that does not exist yet."""

    @dataclass(eq=False)
    class FromTomorrow(NotFound):
        code: ClassVar[str] = "from_tomorrow"

    if dialect.errors is not None:
        assert dialect.errors.undecided([*every_refusal(), FromTomorrow]) == ["FromTomorrow"]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
def test_nothing_is_declared_generic_and_worded_too(dialect: Dialect) -> None:
    """A declaration that is not needed hides the next change."""
    if dialect.errors is not None:
        assert set(dialect.errors.generic) & (set(dialect.errors.by_class) | GENERIC) == set()


def test_a_refusal_is_found_by_class_then_by_kind() -> None:
    """The entry of the class wins; a class without one gets its kind's."""
    table = ErrorTable({NotFound: lambda refusal: f"no {refusal.thing}"}, KINDS, generic={StateConflict})
    assert table.find(NotFound("order")) == "no order"
    assert table.find(StateConflict("order", "1", "paid", "cancel")) == "conflict"
    assert table.undecided([NotFound, StateConflict, Busy, PartnerUnavailable]) == ["PartnerUnavailable"]


def test_a_table_without_a_kind_cannot_be_made() -> None:
    """Total: whatever is refused tomorrow has an entry."""
    with pytest.raises(ValueError, match="no entry for the kinds funds"):
        ErrorTable({}, {kind: entry for kind, entry in KINDS.items() if kind is not Kind.FUNDS})


@pytest.mark.parametrize(
    ("refusal", "headers"),
    [
        (MethodNotAllowed("PUT", ("GET", "POST")), {"allow": "GET, POST"}),
        (
            RateLimited(limit=10, reset_at_s=1_795_315_020, retry_after_s=30),
            {
                "retry-after": "30",
                "x-ratelimit-limit": "10",
                "x-ratelimit-remaining": "0",
                "x-ratelimit-reset": "1795315020",
            },
        ),
        (Busy(2), {"retry-after": "2"}),
        (PartnerUnavailable("roblox", 30), {"retry-after": "30"}),
        (NotFound("order"), {}),
    ],
)
def test_headers_stand_once(refusal: Refusal, headers: dict[str, str]) -> None:
    """What tells a client how to try again is the same in every door."""
    assert refusal_headers(refusal) == headers
