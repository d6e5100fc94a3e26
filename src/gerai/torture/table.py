"""Every kind of breaking there is, how much of it each size is, and what must hold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from gerai.torture.backups import backups
from gerai.torture.clocks import clocks
from gerai.torture.faults import faults
from gerai.torture.figures import Figures, Limits
from gerai.torture.gateways import gateways
from gerai.torture.held_connections import held_connections
from gerai.torture.hostile_bodies import hostile_bodies
from gerai.torture.kills import kills
from gerai.torture.locks import locks
from gerai.torture.migrations import later_migrations, migrations
from gerai.torture.own_database import database_kills, database_stops
from gerai.torture.revoked_keys import revoked_keys
from gerai.torture.stalled_endpoints import stalled_endpoints
from gerai.torture.workers import Outage, worker_outages

#: ``short``: in the tests; ``usual``: all of them in a quarter of an hour; ``long``: hours.
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


#: What the short forms break under: one client of each counter, who has orders behind it when the breaking begins.
_BRIEF_LOAD: Final[Mapping[str, Any]] = {"load_s": 0.5, "clients": 4}
_SHORT_OUTAGES: Final = (
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
            # Two at each counter: what is cut off are batches.
            {"short": {"rounds": 2, "victims": ("server", "server and PostgreSQL"), "load_s": 0.5, "clients": 8},
             "usual": {"rounds": 15}, "long": {"rounds": 300}},
        ),
        Torture(
            "database-kills", "`kill -9` of the PostgreSQL that `gerai up` runs, under load",
            database_kills, Limits(_ANSWER_S, 10.0, unknown_per_round=8),
            {"short": {"rounds": 1, **_BRIEF_LOAD}, "usual": {"rounds": 6}, "long": {"rounds": 90}},
        ),
        Torture(
            "database-stops", "that PostgreSQL stands still (SIGSTOP) under load, and goes on",
            database_stops, Limits(_CONNECT_S + _ANSWER_S, 10.0),
            {"short": {"rounds": 1, "away_s": (5,), **_BRIEF_LOAD}, "usual": {"rounds": 2, "away_s": (5, 20)},
             "long": {"rounds": 40, "away_s": (5, 20, 40, 90)}},
        ),
        Torture(
            "worker-outages", "the database is away under `gerai work`: refused, silent, or starting",
            worker_outages, Limits(0.0, 30.0),
            {"short": {"rounds": 2, "outages": _SHORT_OUTAGES}, "usual": {"rounds": 5, "outages": _USUAL_OUTAGES},
             "long": {"rounds": 2 * len(_LONG_OUTAGES), "outages": _LONG_OUTAGES}},
        ),
        Torture(
            "locks", "somebody else holds a wallet, the table of all wallets, or stands still with one",
            locks, Limits(_ANSWER_S + 1, 3.0),
            {"short": {"rounds": 3, "held_s": 2.0, **_BRIEF_LOAD}, "usual": {"rounds": 3, "held_s": 12.0},
             "long": {"rounds": 90, "held_s": 30.0}},
        ),
        Torture(
            "faults", "PostgreSQL is read-only, full, out of memory or connections, or its disk fails",
            faults, Limits(_CONNECT_S + _ANSWER_S, 10.0, unknown_per_round=8),
            {"short": {"rounds": 2, "lasts_s": 1.0, "kinds": ("disk_full", "too_many_connections"), **_BRIEF_LOAD},
             "usual": {"rounds": 5, "lasts_s": 5.0}, "long": {"rounds": 100, "lasts_s": 20.0}},
        ),
        Torture(
            "gateways", "`kill -9` of the server, or of all of it, while payments and top-ups go through a gateway",
            # Every answer has waited for the gateway's; what was paid there is found here within a minute and a half.
            gateways, Limits(_ANSWER_S + 10, 330.0, unknown_per_round=6),
            {"short": {"rounds": 1}, "usual": {"rounds": 10}, "long": {"rounds": 50}},
        ),
        Torture(
            "revoked-keys", "a key is revoked while every connection that would bring the news is silent",
            revoked_keys, Limits(0.0, 6.0),
            {"short": {"rounds": 1}, "usual": {"rounds": 3}, "long": {"rounds": 60}},
        ),
        Torture(
            "stalled-endpoints", "webhook endpoints with a backlog answer after most of their time limit",
            stalled_endpoints, Limits(0.0, 3.0),
            {"short": {"rounds": 1, "stalling": (4,), "delay_s": 8.0},
             "usual": {"rounds": 2, "stalling": (4, 10), "delay_s": 14.0},
             "long": {"rounds": 30, "stalling": (4, 10, 40), "delay_s": 14.0}},
        ),
        Torture(
            "clocks", "the server's clock is days ahead, or behind, for a while and at its start, under load",
            clocks, Limits(_ANSWER_S, 15.0),
            {"short": {"rounds": 1, "days": (400, -400), "starts_so": False, **_BRIEF_LOAD},
             "usual": {"rounds": 1, "days": (400, -400)}, "long": {"rounds": 30, "days": (400, -400, 2, -2)}},
        ),
        Torture(
            "backups", "a backup is cut off, the next one is all that is left of the machine, under load",
            backups, Limits(_ANSWER_S, 60.0, unknown_per_round=16),
            {"short": {"rounds": 1, "kinds": (("backup", True),), "stored": 20_000, **_BRIEF_LOAD},
             "usual": {"rounds": 2}, "long": {"rounds": 40, "stored": 1_000_000}},
        ),
        Torture(
            "migrations", "each new migration is applied to a large shop that is open",
            # Of a statement that a busy disk keeps waiting; a lock must not last longer than a second.
            migrations, Limits(3.0, 1.0),
            {"short": {"rounds": len(later_migrations()), "stored": 5_000},
             "usual": {"rounds": len(later_migrations()), "stored": 100_000},
             "long": {"rounds": len(later_migrations()), "stored": 2_000_000}},
        ),
        Torture(
            "connections", "thousands of connections want nothing: half heads, silence, bodies that trickle",
            held_connections, Limits(2.0, 0.0),
            {"short": {"rounds": 1, "half": 600, "silent": 400, "for_s": 2.0}, "usual": {"rounds": 2, "for_s": 10.0},
             "long": {"rounds": 20, "for_s": 60.0}},
        ),
        Torture(
            "hostile-bodies", "requests that are wrong, made from the counters' own documents",
            hostile_bodies, Limits(5.0, 0.0),
            {"short": {"rounds": 1, "requests": 400}, "usual": {"rounds": 1, "requests": 8_000},
             "long": {"rounds": 50, "requests": 20_000}},
        ),
    )
}  # fmt: skip
