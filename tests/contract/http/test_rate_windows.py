"""What the rate limiter keeps, and what keeping it costs."""

from __future__ import annotations

import time

from gerai.doors.http.limits import RateLimiter

MINUTE_S = 60


def _kept(limiter: RateLimiter) -> dict[object, int]:
    return vars(limiter)["_counts"]


def test_windows_that_are_over_are_let_go() -> None:
    """However many came in an earlier minute, what is kept is of this one and not much more."""
    limiter = RateLimiter()
    for number in range(120_000):
        limiter.count(f"address:{number}", "pages.link", 0)
    for number in range(120_000):
        limiter.count(f"address:{number}", "pages.link", 2 * MINUTE_S)
    assert len(_kept(limiter)) < 200_000
    for number in range(120_000):
        limiter.count(f"address:{number}", "pages.link", 4 * MINUTE_S)
    assert len(_kept(limiter)) < 200_000


def test_a_flood_of_addresses_in_one_minute_costs_little() -> None:
    """200,000 clients within one window, none of which is over: each is counted in microseconds, and none forgotten.
    (Swept for each of them it would take many minutes.)"""
    limiter, began_s = RateLimiter(), time.monotonic()
    for number in range(200_000):
        limiter.count(f"address:{number}", "pages.link", 0)
    assert time.monotonic() - began_s < 20
    assert len(_kept(limiter)) == 200_000
