"""Rate limits: fixed one-minute windows per key and bucket, counted in this process.

With several server processes each counts for itself, so a key may do up to that many times its limit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gerai.domain.refusals import RateLimited

_WINDOW_S = 60
#: So many windows are kept before those that are over are swept out.
_SWEPT_FROM = 50_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a request stands against its limit. ``reset_at_s`` is a Unix time."""

    limit: int
    remaining: int
    reset_at_s: int


class RateLimiter:
    """Counts requests by (who, bucket)."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, int, int], int] = {}
        self._swept_at = _SWEPT_FROM

    def hit(self, who: str, bucket: str, limit: int, now_s: float, window_s: int = _WINDOW_S) -> Verdict:
        """Count one request. RateLimited when the window's limit is used up."""
        verdict = self.check(who, bucket, limit, now_s, window_s)
        self.count(who, bucket, now_s, window_s)
        return Verdict(limit, verdict.remaining - 1, verdict.reset_at_s)

    def guess(self, who: str, bucket: str, limit: int, now_s: float) -> Callable[[], None]:
        """Count a guess before it is judged, so that of many at once no more are judged than of many one after the
        other. RateLimited when the window's limit is used up; what is returned takes this one back, as it was right."""
        self.hit(who, bucket, limit, now_s)
        key = (who, bucket, int(now_s) // _WINDOW_S, _WINDOW_S)

        def was_right() -> None:
            if self._counts.get(key, 0) > 0:
                self._counts[key] -= 1

        return was_right

    def figures(self, who: str, bucket: str, limit: int, now_s: float, window_s: int = _WINDOW_S) -> Verdict:
        """Count one request of somebody who is never refused. Something is always left, as it is for them."""
        self.count(who, bucket, now_s, window_s)
        window = int(now_s) // window_s
        left = limit - self._counts[who, bucket, window, window_s]
        return Verdict(limit, max(1, left), (window + 1) * window_s)

    def check(self, who: str, bucket: str, limit: int, now_s: float, window_s: int = _WINDOW_S) -> Verdict:
        """How one stands, without counting. RateLimited when the window's limit is used up."""
        window = int(now_s) // window_s
        reset_at_s = (window + 1) * window_s
        used = self._counts.get((who, bucket, window, window_s), 0)
        if used >= limit:
            raise RateLimited(limit, reset_at_s, max(1, reset_at_s - int(now_s)))
        return Verdict(limit, limit - used, reset_at_s)

    def count(self, who: str, bucket: str, now_s: float, window_s: int = _WINDOW_S) -> None:
        """Count one request, whatever the limit is."""
        key = (who, bucket, int(now_s) // window_s, window_s)
        # Only when full: looking at every window for every request would cost more than the requests. What is left may
        # double before the next sweep: a flood from a million addresses is swept ten times, not a million times.
        if key not in self._counts and len(self._counts) >= self._swept_at:
            self._counts = {k: n for k, n in self._counts.items() if (k[2] + 1) * k[3] > now_s}
            self._swept_at = max(_SWEPT_FROM, 2 * len(self._counts))
        self._counts[key] = self._counts.get(key, 0) + 1
