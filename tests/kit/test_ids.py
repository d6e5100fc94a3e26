"""Tokens that open orders."""

from __future__ import annotations

import os
import re

from gerai.kit.ids import quick_uuid, token


def test_tokens_are_forty_url_safe_characters_and_all_different() -> None:
    """30 random bytes each, however many are drawn."""
    drawn = [token() for _ in range(1000)]
    assert len(set(drawn)) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{40}", one) for one in drawn)


def test_a_forked_process_draws_tokens_of_its_own() -> None:
    """What the parent drew in advance is not handed out by the child as well."""
    token()
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writing, " ".join([quick_uuid(), *(token() for _ in range(100))]).encode())
        os._exit(0)
    os.waitpid(child, 0)
    of_child = os.read(reading, 37 + 100 * 41).decode().split()
    assert len(of_child) == 101
    assert not set(of_child) & {quick_uuid(), *(token() for _ in range(200))}
