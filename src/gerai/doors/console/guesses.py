"""Passwords, one-time codes and links that somebody tries: few of one address in a minute, and few at once."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Final

from gerai.domain.refusals import Busy, RateLimited
from gerai.doors.http.context import RequestContext
from gerai.doors.http.uploads import UploadPlaces
from gerai.engine.people.sign_in import SignedIn
from gerai.kit.clock import unix_s
from gerai.kit.hosts import origin_of

#: Each waits for its turn at the processor: of one address so few that it does not hold up the others.
_AT_ONCE: Final = 4
_AGAIN_AFTER_S: Final = 1
#: Wrong ones in a minute, of one address, by whoever is signed in.
_PROOFS: Final = 10
#: Of this process.
_JUDGED: Final = UploadPlaces(64, {"address": _AT_ONCE}, _AGAIN_AFTER_S)


@contextmanager
def guess(ctx: RequestContext, limits: Mapping[str, int]) -> Generator[Callable[[], None]]:
    """In this block a guess is judged. It counts against each of these limits, by what was guessed, as a wrong one
    from its address, until what the block is given is called: it was right.

    Refuses RateLimited: too many were wrong in this minute, or are being judged.
    """
    counted = [ctx.guess(bucket, limit) for bucket, limit in limits.items()]

    def was_right() -> None:
        for take_back in counted:
            take_back()

    with ExitStack() as place:
        try:
            place.enter_context(_JUDGED.one(address=origin_of(ctx.client_address)))
        except Busy:
            was_right()
            raise RateLimited(_AT_ONCE, int(unix_s()) + _AGAIN_AFTER_S, _AGAIN_AFTER_S) from None
        yield was_right


def proofs_of(who: SignedIn) -> dict[str, int]:
    """The limit of whoever is signed in and proves once more who they are."""
    return {f"password:{who.person.person_id}": _PROOFS}
