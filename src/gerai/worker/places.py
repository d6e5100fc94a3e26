"""Who may send next: the places of one process, shared among merchants and endpoints so that nobody who stalls keeps
the others waiting (decision 0015)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

#: Messages under way at once that are not slow yet; half of them may be one merchant's, half those of slow endpoints.
AT_ONCE: Final = 32
_SHARE: Final = AT_ONCE // 2
#: Messages under way in all: what takes long gives its place away and is waited for aside.
IN_ALL: Final = 128
_OF_A_MERCHANT: Final = 32
#: One endpoint begins with few places, gets one more for each quick answer, and falls back when it is slow.
_FIRST: Final = 2
MOST_TO_ONE: Final = 8


@dataclass(frozen=True, eq=False)
class HeldPlace:
    """A message under way since ``since_s``."""

    merchant_id: int
    endpoint_id: int
    since_s: float


class Places:
    """``slow_s``: an attempt that takes longer is slow. Times are the loop's."""

    def __init__(self, slow_s: float) -> None:
        self._slow_s = slow_s
        self._held: set[HeldPlace] = set()
        #: Only of endpoints that were quick or slow before.
        self._allowed: dict[int, int] = {}
        self._slow: set[int] = set()

    def any_free(self, now_s: float) -> bool:
        """Whether there is a place for anybody."""
        return len(self._quick(now_s)) < AT_ONCE and len(self._held) < IN_ALL

    def take(self, merchant_id: int, endpoint_id: int, now_s: float) -> HeldPlace | None:
        """A place for a message to this endpoint; None when there is none for it now."""
        if not self.any_free(now_s) or endpoint_id in self.full(now_s):
            return None
        quick = self._quick(now_s)
        if sum(place.merchant_id == merchant_id for place in quick) >= _SHARE:
            return None
        if sum(place.merchant_id == merchant_id for place in self._held) >= _OF_A_MERCHANT:
            return None
        place = HeldPlace(merchant_id, endpoint_id, now_s)
        self._held.add(place)
        return place

    def give_back(self, place: HeldPlace) -> None:
        """Nothing was sent from it."""
        self._held.discard(place)

    def leave(self, place: HeldPlace, now_s: float, *, answered: bool) -> None:
        """The attempt is over. Silence counts as slowness, however soon it was certain."""
        self._held.discard(place)
        if not answered or now_s - place.since_s > self._slow_s:
            self._slow.add(place.endpoint_id)
            self._allowed.pop(place.endpoint_id, None)
        else:
            self._slow.discard(place.endpoint_id)
            self._allowed[place.endpoint_id] = min(MOST_TO_ONE, self._allowed.get(place.endpoint_id, _FIRST) + 1)

    def full(self, now_s: float) -> set[int]:
        """The endpoints that may not have one more now, whatever is free: what waits for them need not be looked at."""
        slow = self._slow_now(now_s)
        full = {
            endpoint_id
            for endpoint_id, number in Counter(place.endpoint_id for place in self._held).items()
            if number >= (_FIRST if endpoint_id in slow else self._allowed.get(endpoint_id, _FIRST))
        }
        none_for_slow = sum(place.endpoint_id in slow for place in self._quick(now_s)) >= _SHARE
        return full | slow if none_for_slow else full

    def counts(self, now_s: float) -> tuple[int, int, int]:
        """Messages that are quick so far and that stand aside, and endpoints that are slow."""
        quick = len(self._quick(now_s))
        return quick, len(self._held) - quick, len(self._slow_now(now_s))

    def _quick(self, now_s: float) -> list[HeldPlace]:
        return [place for place in self._held if now_s - place.since_s <= self._slow_s]

    def _slow_now(self, now_s: float) -> set[int]:
        # One that is not answered yet tells as much as one that was answered late.
        return self._slow | {place.endpoint_id for place in self._held if now_s - place.since_s > self._slow_s}
