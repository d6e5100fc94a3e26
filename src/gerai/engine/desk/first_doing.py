"""Doing what a first shop needs, by the acts of the desk."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, DeskCaller, Done, acts, perform


class Doing(NamedTuple):
    """Who does it and why. ``once``: what is sent twice is done once under it; empty: there is no such name."""

    caller: DeskCaller
    reason: str
    once: str = ""


async def do_first(within: Within, doing: Doing, act: str | Act, given: msgspec.Struct) -> Done:
    """Do an act, named or given, once under the name of what was sent. Refuses what the act refuses."""
    found = acts()[act] if isinstance(act, str) else act
    # One name for all of a form would be refused for the second act.
    door = getattr(given, "door", "")
    key = f"{doing.once}-{found.name}-{within.environment}-{door}" if doing.once else ""
    return await perform(found, within, given, doing.caller, reason=doing.reason, key=key)
