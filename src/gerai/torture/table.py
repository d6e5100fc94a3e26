"""Every kind of breaking there is, how much of it each size is, and what must hold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from gerai.torture.figures import Figures, Limits
from gerai.torture.kills import kills
from gerai.torture.own_database import database_kills, database_stops
from gerai.torture.workers import Outage, worker_outages

#: ``short``: in the tests; ``usual``: all of them in ten minutes; ``long``: hours.
Size = Literal["short", "usual", "long"]
#: An order is answered by its deadline, ten seconds, and one more.
_ANSWER_S: Final = 11.0
#: What attempts to connect may take before.
_CONNECT_S: Final = 5.0


@dataclass(frozen=True)
class Torture:
    """``breaks``: what is broken, in a few words. ``run`` takes a folder of its own, ``rounds``, ``slack`` and what the
    sizes give it."""

    name: str
    breaks: str
    run: Callable[..., Awaitable[Figures]]
    limits: Limits
    sizes: Mapping[Size, Mapping[str, Any]]

    async def rounds(self, folder: Path, size: Size, *, number: int | None = None, slack: float = 1.0) -> Figures:
        """Run it. ``number``: of rounds, unless the size's own number is meant."""
        wanted = dict(self.sizes[size])
        if number is not None:
            wanted["rounds"] = number
        return await self.run(folder, slack=slack, **wanted)


_SHORT_OUTAGES: Final = (
    Outage("refusing", 5, busy=True, workers=1),
    Outage("frozen", 5, busy=True, workers=2),
    Outage("starting", 5, busy=False, workers=1),
)
_USUAL_OUTAGES: Final = (
    Outage("refusing", 5, busy=False, workers=1),
    Outage("frozen", 5, busy=True, workers=2),
    Outage("refusing", 20, busy=True, workers=2),
    Outage("starting", 40, busy=True, workers=3),
    Outage("frozen", 90, busy=False, workers=2),
)
_LONG_OUTAGES: Final = tuple(
    Outage(state, away_s, busy, workers)
    for away_s in (5, 20, 40, 90)
    for state in ("refusing", "frozen", "starting")
    for busy in (False, True)
    for workers in (1, 3)
)

TORTURES: Final = {
    each.name: each
    for each in (
        Torture(
            "kills", "`kill -9` of the server, its PostgreSQL, or both, under load at every counter",
            kills, Limits(_ANSWER_S, 15.0, unknown_per_round=16),
            {"short": {"rounds": 2, "victims": ("server", "server and PostgreSQL")}, "usual": {"rounds": 15},
             "long": {"rounds": 300}},
        ),
        Torture(
            "database-kills", "`kill -9` of the PostgreSQL that `gerai up` runs, under load",
            database_kills, Limits(_ANSWER_S, 10.0, unknown_per_round=8),
            {"short": {"rounds": 1}, "usual": {"rounds": 6}, "long": {"rounds": 90}},
        ),
        Torture(
            "database-stops", "that PostgreSQL stands still (SIGSTOP) under load, and goes on",
            database_stops, Limits(_CONNECT_S + _ANSWER_S, 10.0),
            {"short": {"rounds": 1, "away_s": (5,)}, "usual": {"rounds": 2, "away_s": (5, 20)},
             "long": {"rounds": 40, "away_s": (5, 20, 40, 90)}},
        ),
        Torture(
            "worker-outages", "the database is away under `gerai work`: refused, silent, or starting",
            worker_outages, Limits(0.0, 30.0),
            {"short": {"rounds": 3, "outages": _SHORT_OUTAGES}, "usual": {"rounds": 5, "outages": _USUAL_OUTAGES},
             "long": {"rounds": 2 * len(_LONG_OUTAGES), "outages": _LONG_OUTAGES}},
        ),
    )
}  # fmt: skip
