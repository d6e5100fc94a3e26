"""A door's total table of errors: what a refusal becomes there, by the refusal's class, else by its kind.

A dialect's ``errors.py`` defines ``ERRORS: ErrorTable`` and ``refuse`` (its envelope); its descriptor names both.
Entries are whatever the contract's envelope needs. Every class of ``domain/refusals`` must be an entry of the table,
or be declared generic: here for all doors, or in the table for one. So a new refusal fails a test until each door has
decided how to word it (tests/contract/test_error_tables.py).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from gerai.domain.refusals import (
    BodyIncomplete,
    BodyTooLarge,
    Broken,
    Busy,
    ChangedMeanwhile,
    EncodingUnsupported,
    HostUnknown,
    Kind,
    MethodNotAllowed,
    NotAuthenticated,
    PartnerUnavailable,
    PathUnknown,
    PermissionMissing,
    RateLimited,
    Refusal,
)
from gerai.doors.http.request_body import ACCEPTED_ENCODINGS

Entry = TypeVar("Entry")

#: Refusals whose kind says everything there is to say, in every contract.
GENERIC: Final[frozenset[type[Refusal]]] = frozenset(
    {NotAuthenticated, PermissionMissing, RateLimited, PathUnknown, Busy, Broken, ChangedMeanwhile}
)


#: The HTTP status of a kind of refusal, and of those whose status says more, where no contract asks for another one.
STATUS_BY_KIND: Final[Mapping[Kind, int]] = {
    Kind.NOT_AUTHENTICATED: 401,
    Kind.NOT_ALLOWED: 403,
    Kind.NOT_FOUND: 404,
    Kind.INVALID: 400,
    Kind.CONFLICT: 409,
    Kind.FUNDS: 409,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
    Kind.INTERNAL: 500,
}
STATUS_BY_CLASS: Final[Mapping[type[Refusal], int]] = {
    MethodNotAllowed: 405,
    BodyIncomplete: 408,
    BodyTooLarge: 413,
    EncodingUnsupported: 415,
}


def status_on_a_page(refusal: Refusal) -> int:
    """The HTTP status of a refusal to a person at a browser, which no question for a password answers."""
    if isinstance(refusal, HostUnknown):
        return 421
    if refusal.kind is Kind.NOT_AUTHENTICATED:
        return STATUS_BY_KIND[Kind.NOT_ALLOWED]
    return STATUS_BY_CLASS.get(type(refusal), STATUS_BY_KIND[refusal.kind])


@dataclass(frozen=True, eq=False)
class ErrorTable(Generic[Entry]):
    """``by_class`` and ``by_kind`` make an entry of a refusal; ``by_kind`` names every kind (ValueError otherwise).

    ``generic``: classes that this contract words by their kind on purpose, beside :data:`GENERIC`.
    """

    by_class: Mapping[type[Refusal], Callable[[Any], Entry]]
    by_kind: Mapping[Kind, Callable[[Any], Entry]]
    generic: Collection[type[Refusal]] = ()

    def __post_init__(self) -> None:
        if missing := [kind.value for kind in Kind if kind not in self.by_kind]:
            raise ValueError(f"no entry for the kinds {', '.join(missing)}")

    def find(self, refusal: Refusal) -> Entry:
        """The table's entry for this refusal."""
        make = self.by_class.get(type(refusal)) or self.by_kind[refusal.kind]
        return make(refusal)

    def undecided(self, refusals: Collection[type[Refusal]]) -> list[str]:
        """Names of the classes that are neither an entry nor declared generic."""
        decided = {*self.by_class, *self.generic, *GENERIC}
        return [refusal.__name__ for refusal in refusals if refusal not in decided]


def always(entry: Entry) -> Callable[[Any], Entry]:
    """The same entry whatever the refusal's facts."""
    return lambda _: entry


def refusal_headers(refusal: Refusal) -> dict[str, str]:
    """The headers by which a client can try again rightly; the same in every door, set by ``door.py``."""
    match refusal:
        case EncodingUnsupported():
            return {"accept-encoding": ACCEPTED_ENCODINGS}
        case BodyIncomplete():
            # The rest may still come, and would be read as the next request.
            return {"connection": "close"}
        case MethodNotAllowed(allowed=allowed):
            return {"allow": ", ".join(allowed)}
        case RateLimited():
            return {
                "retry-after": str(refusal.retry_after_s),
                "x-ratelimit-limit": str(refusal.limit),
                "x-ratelimit-remaining": "0",
                "x-ratelimit-reset": str(refusal.reset_at_s),
            }
        case Busy(retry_after_s=seconds) | PartnerUnavailable(retry_after_s=seconds):
            return {"retry-after": str(seconds)}
        case _:
            return {}
