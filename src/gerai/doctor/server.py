"""Checks of PostgreSQL: reachable, its limits, tables, clock, and who stands in whose way."""

from __future__ import annotations

from typing import Any, Final

from gerai.doctor import advice
from gerai.doctor.diagnosis import Diagnosis, Installation, fail, ok, warn
from gerai.engine import installation as ask
from gerai.engine.installation import DatabaseError, fault_of
from gerai.kit.clock import unix_s

_OLDEST_SERVER: Final = 150_000
#: Connections beside the writer's lanes and the readers': its patient lane and the two that follow the directory.
_BESIDE: Final = 3
#: Those of a worker: the job queue's, the one that listens, a look at the books.
_OF_A_WORKER: Final = 6
#: For commands at the terminal.
_OF_PEOPLE: Final = 5
#: Time limits by PostgreSQL's name for them, and the settings they come from.
_TIME_LIMITS: Final = {
    "lock_timeout": "lock_timeout_s",
    "statement_timeout": "statement_timeout_s",
    "idle_in_transaction_session_timeout": "idle_transaction_timeout_s",
    "client_connection_check_interval": "client_check_s",
}


async def database(here: Installation) -> Diagnosis:
    """There, new enough, and able to write. Raises DatabaseError when it is away."""
    began_s = unix_s()
    async with here.asking() as connection:
        found = await ask.server(connection)
        figures: dict[str, Any] = {
            "postgresql": f"{found.version // 10_000}.{found.version % 10_000}", "read_only": found.read_only,
            "recovering": found.recovering,
        }  # fmt: skip
        seen = f"PostgreSQL {figures['postgresql']}"
        if found.version < _OLDEST_SERVER:
            return fail(f"{seen} is too old", advice.OLD_PROGRAM, **figures)
        if found.read_only or found.recovering:
            return fail(f"{seen} can only be read", advice.READ_ONLY, **figures)
        try:
            await ask.try_commit(connection)
        except DatabaseError as error:
            reason = fault_of(error).value
            return fail(f"{seen} does not write: {reason}", advice.CANNOT_WRITE, reason=reason, **figures)
    took_ms = round((unix_s() - began_s) * 1000)
    return ok(f"{seen}, wrote within {took_ms} ms", took_ms=took_ms, **figures)


async def limits(here: Installation) -> Diagnosis:
    """Connections against what our processes take; time limits as the settings say."""
    chosen, thresholds = here.settings, here.thresholds
    async with here.asking() as connection:
        [(ours, others, limit)] = await ask.connections(connection)
        in_force = await ask.time_limits(connection, list(_TIME_LIMITS))
    process = chosen.engine.lanes + chosen.engine.reads_pool_size + _BESIDE
    servers = 0 if here.folder is not None else chosen.server.workers
    wanted = servers * process + process + _OF_A_WORKER + _OF_PEOPLE
    figures: dict[str, Any] = {
        "connections": ours, "other_connections": others, "connections_limit": limit, "connections_wanted": wanted,
        **{f"{name}_s": seconds for name, seconds in in_force.items()},
    }  # fmt: skip
    seen = f"{ours + others} of {limit} connections in use, {wanted} wanted by the processes of these settings"
    if ours + others >= thresholds.connections_fail_part * limit:
        return fail(seen, advice.CONNECTIONS, **figures)
    if wanted > limit - others or ours + others >= thresholds.connections_warn_part * limit:
        return warn(seen, advice.CONNECTIONS, **figures)
    for name, setting in _TIME_LIMITS.items():
        meant = getattr(chosen.database, setting)
        if name in in_force and (not meant or abs(in_force[name] - meant) > 0.001):
            said = "no limit" if not in_force[name] else f"{in_force[name]:g} s"
            return warn(f"{name} is {said}, database.{setting} is {meant:g}", advice.TIME_LIMITS, **figures)
    return ok(seen, **figures)


async def durability(here: Installation) -> Diagnosis:
    """Whether what was acknowledged survives a power cut."""
    async with here.asking() as connection:
        found = await ask.server(connection)
    figures: dict[str, Any] = {
        "fsync": found.fsync, "full_page_writes": found.full_page_writes,
        "synchronous_commit": found.synchronous_commit,
    }  # fmt: skip
    off = [name for name in ("fsync", "full_page_writes") if not figures[name]]
    off += ["synchronous_commit"] if found.synchronous_commit == "off" else []
    if off:
        return fail(f"{', '.join(off)} off", advice.DURABILITY, **figures)
    return ok("what is acknowledged is on disk", **figures)


async def migrations(here: Installation) -> Diagnosis:
    """Those of this version, and no newer ones."""
    async with here.asking() as connection:
        applied = await ask.applied_migrations(connection)
        cut_off = await ask.restore_cut_off(connection)
    known = ask.migration_names()
    missing, newer = sorted(known - applied), sorted(applied - known)
    figures = {"applied": len(applied & known), "missing": missing, "newer": newer, "restore_cut_off": cut_off}
    if cut_off:
        return fail("a restore into this database was cut off", advice.RESTORE_AGAIN, **figures)
    if missing:
        return fail(f"the database lacks {', '.join(missing)}", advice.MIGRATE, **figures)
    if newer:
        return warn(f"the database is newer than this Gerai: {', '.join(newer)}", advice.OLD_GERAI, **figures)
    return ok(f"all {len(known)} applied", **figures)


async def clock(here: Installation) -> Diagnosis:
    """This machine's clock against the database's."""
    async with here.asking() as connection:
        # The second time: the first one pays for the way there.
        await ask.clock_skew(connection, here.now)
        [(skew_s,)] = await ask.clock_skew(connection, here.now)
    figures = {"skew_s": round(skew_s, 3)}
    seen = f"{abs(skew_s):.2f} s {'ahead of' if skew_s > 0 else 'behind'} the database"
    if abs(skew_s) >= here.thresholds.skew_fail_s:
        return fail(seen, advice.CLOCK, **figures)
    if abs(skew_s) >= here.thresholds.skew_warn_s:
        return warn(seen, advice.CLOCK, **figures)
    return ok(seen, **figures)


async def locks(here: Installation) -> Diagnosis:
    """Who holds what others wait for, and who has a transaction open for long. Ours and others' alike."""
    thresholds = here.thresholds
    async with here.asking() as connection:
        blocked = await ask.blocked(connection, thresholds.lock_wait_s)
        long = await ask.long_transactions(connection, thresholds.transaction_s)
    figures = {
        "waiting": [
            {"pid": b.pid, "waits_s": round(b.waits_s, 1), "for": b.what, "held_by_pid": b.by_pid, "role": b.by_role,
             "application": b.by_application, "state": b.by_state} for b in blocked
        ],
        "long_transactions": [
            {"pid": t.pid, "age_s": round(t.age_s), "role": t.role, "application": t.application, "state": t.state}
            for t in long
        ],
    }  # fmt: skip
    if blocked:
        first = blocked[0]
        who = f"{first.by_pid} ({first.by_role} {first.by_application}, {first.by_state or 'unknown'})"
        seen = (
            f"{len({b.pid for b in blocked})} wait, the longest {first.waits_s:.0f} s for {first.what}, held by {who}"
        )
        return fail(seen, advice.LOCKS, **figures)
    if long:
        first = long[0]
        seen = f"session {first.pid} ({first.role} {first.application}, {first.state}) has a transaction open for "
        return warn(f"{seen}{first.age_s:.0f} s", advice.LOCKS, **figures)
    return ok("nobody waits", **figures)


def away(reason: str, words: str) -> Diagnosis:
    """What is found of a database that does not answer; ``reason`` is for machines, ``words`` for people."""
    return fail(f"the database does not answer: {words}", advice.NO_DATABASE, reason=reason)
