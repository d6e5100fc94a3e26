"""Checks of what is to be done: workers, what is due and not done, webhooks, the books."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from math import inf, isinf
from typing import Any, Final
from urllib.parse import urlsplit

from gerai.doctor import advice
from gerai.doctor.diagnosis import Advice, Condition, Diagnosis, Installation, fail, not_checked, ok, warn
from gerai.engine import installation as ask
from gerai.worker.main import WORK_KINDS

_IDLE: Final = "nothing runs on this data folder now; `gerai up` does its work"
#: A look at the books is late when it is overdue by as much as its own interval.
_BOOKS_LATE: Final = 2
_LOOK_AGAIN_S: Final = 2.0


async def workers(here: Installation) -> Diagnosis:
    """Each kind of work has a worker that made progress with it in the last minute."""
    if here.idle:
        return not_checked(_IDLE)
    async with here.asking() as connection:
        rows = {row.kind: row for row in await ask.workers_by_kind(connection)}
    figures: dict[str, Any] = {
        kind: {"workers": rows[kind].workers if kind in rows else 0, "age_s": _rounded(rows, kind)}
        for kind in WORK_KINDS
    }
    missing = [kind for kind in WORK_KINDS if not figures[kind]["workers"]]
    if len(missing) == len(WORK_KINDS):
        ages = [row.age_s for row in rows.values()]
        last = f"the last one {min(ages):.0f} s ago" if ages else "nor in the last day"
        return fail(f"no worker in the last minute, {last}", advice.START_WORKER, kinds=figures)
    if missing:
        return fail(f"no worker makes progress with {', '.join(missing)}", advice.START_WORKER, kinds=figures)
    seen = ", ".join(f"{kind} {figures[kind]['workers']}" for kind in WORK_KINDS)
    return ok(f"in the last minute: {seen}", kinds=figures)


def _rounded(rows: dict[str, Any], kind: str) -> float | None:
    return round(rows[kind].age_s, 1) if kind in rows else None


async def jobs(here: Installation) -> Diagnosis:
    """Background jobs: none late, none hanging, none given up."""
    async with here.asking() as connection:
        counts = await ask.jobs(connection)
        ages = await ask.oldest_jobs(connection)
    states = {
        state: sum(n for _, s, n in counts if s == state) for state in ("waiting", "scheduled", "running", "failed")
    }
    oldest = {
        state: max((s for _, which, s in ages if which == state), default=0.0) for state in ("waiting", "running")
    }
    tasks = {f"{task}/{state}": round(age_s, 1) for task, state, age_s in ages}
    figures: dict[str, Any] = {
        **states, "oldest_waiting_s": round(oldest["waiting"], 1), "oldest_running_s": round(oldest["running"], 1),
        "oldest_s": tasks,
    }  # fmt: skip
    seen = f"{states['waiting']} due (oldest {oldest['waiting']:.0f} s), {states['running']} running, "
    seen += f"{states['failed']} given up"
    if not here.idle and (late := _late(here, max(oldest.values()), seen, advice.MORE_WORKERS, figures)):
        return late
    if states["failed"]:
        return warn(seen, advice.FAILED_JOBS, **figures)
    return ok(seen, **figures)


async def overdue(here: Installation) -> Diagnosis:
    """Orders, payments and deposits whose time is over are expired. The sandbox has clocks of its own."""
    async with here.asking() as connection:
        rows = await ask.oldest_overdue(connection)
    oldest = {f"{kind}/{environment}": round(age_s, 1) for kind, environment, age_s in rows}
    late_s = max((age_s for _, environment, age_s in rows if environment == "production"), default=0.0)
    if not oldest:
        return ok("nothing is past its time", oldest_s=oldest)
    seen = "past their time: " + ", ".join(f"{name} {age_s:.0f} s" for name, age_s in oldest.items())
    if here.idle:
        return not_checked(_IDLE, oldest_s=oldest)
    return _late(here, late_s, seen, advice.START_WORKER, {"oldest_s": oldest}) or ok(seen, oldest_s=oldest)


async def fulfilments(here: Installation) -> Diagnosis:
    """What became of every order's work is known, or will be soon."""
    async with here.asking() as connection:
        rows = await ask.open_fulfilments(connection)
    figures = {
        f"{environment}/{provider}/{status}": {"count": n, "oldest_s": round(age_s)}
        for environment, provider, status, n, age_s in rows
    }
    lost = [
        (provider, n, age_s)
        for environment, provider, status, n, age_s in rows
        if (environment, status) == ("production", "unknown") and age_s > here.thresholds.unknown_work_s
    ]
    if lost:
        provider, n, age_s = max(lost, key=lambda row: row[2])
        seen = f"what became of {n} orders at {provider} is unknown, the oldest for {age_s / 60:.0f} minutes"
        return warn(seen, advice.ASK_PROVIDER, open=figures)
    return ok(f"{sum(row[3] for row in rows)} in work", open=figures)


async def webhooks(here: Installation) -> Diagnosis:
    """Messages that may be sent are sent."""
    async with here.asking() as connection:
        rows = await ask.oldest_webhooks(connection)
    oldest = {f"{environment}/{state}": round(age_s, 1) for environment, state, _, age_s in rows}
    late_s = max((age_s for *state, _, age_s in rows if state == ["production", "answering"]), default=0.0)
    if not oldest:
        return ok("nothing waits", oldest_due_s=oldest)
    if here.idle:
        return not_checked(_IDLE, oldest_due_s=oldest)
    seen = "waiting: " + ", ".join(f"{name} {age_s:.0f} s" for name, age_s in oldest.items())
    return _late(here, late_s, seen, advice.MORE_WORKERS, {"oldest_due_s": oldest}) or ok(seen, oldest_due_s=oldest)


async def endpoints(here: Installation) -> Diagnosis:
    """Every address that wants webhooks answers."""
    async with here.asking() as connection:
        counts = await ask.endpoints_by_state(connection)
        troubled = await ask.troubled_endpoints(connection)
    figures = {
        "states": {f"{environment}/{state}": n for environment, state, n in counts},
        "troubled": [
            {
                "merchant": e.merchant, "endpoint_id": e.endpoint_id, "counter": e.channel,
                "environment": e.environment, "address": _origin(e.url), "state": e.state, "failures": e.failures,
                "waiting": e.waiting, "last_error": e.last_error,
            }
            for e in troubled
        ],
    }  # fmt: skip
    bad = [e for e in troubled if e.state != "failing"]
    # An address that was never called is not to blame.
    closed = [e for e in bad if e.last_error == ask.SECRET_CLOSED and e.state != "gone"]
    if answerless := [e for e in bad if e not in closed]:
        first, bad = answerless[0], answerless
        seen = (
            f"{len(bad)} do not answer: {first.merchant} {first.endpoint_id} at {_origin(first.url)} is {first.state}, "
        )
        return warn(
            f"{seen}{first.failures} failures in a row, {first.waiting} messages wait", advice.ENDPOINTS, **figures
        )
    if closed:
        first = closed[0]
        seen = f"{len(closed)} were not called, because no key opened their secrets: {first.merchant} "
        return warn(f"{seen}{first.endpoint_id}, {first.waiting} messages wait", advice.SEALED_ENDPOINTS, **figures)
    return ok(f"{sum(n for _, _, n in counts)} endpoints", **figures)


def _origin(url: str) -> str:
    """Of an address no more than whose it is: its path may be a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}"


async def books(here: Installation) -> Diagnosis:
    """The last look at the books: how it ended, and whether there was one lately."""
    async with here.asking() as connection:
        rows = await ask.book_checks(connection)
        [(skew_s,)] = await ask.clock_skew(connection, here.now)
    every_s = here.settings.worker.check_every_s
    if not rows:
        seen = "never checked"
        return not_checked(seen) if here.idle or not every_s else warn(seen, advice.BOOKS_OLD, age_s=None)
    broken = {invariant: n for invariant, n, _, _ in rows if n}
    # By the database's clock, which wrote it down.
    age_s = max(0.0, here.now() - skew_s - min(at for *_, at in rows))
    figures = {"age_s": round(age_s), "broken": broken, "every_s": every_s}
    seen = f"checked {age_s / 60:.0f} minutes ago"
    if broken:
        return fail(f"{', '.join(broken)} broken, {seen}", advice.BOOKS_BROKEN, **figures)
    if unchecked := _left_behind(rows):
        longest_s = max(unchecked.values())
        since = "as never before" if isinf(longest_s) else f"{longest_s / 60:.0f} minutes after the last good check"
        seen = f"{', '.join(unchecked)} could not be checked when the others were, {since}: "
        seen += await _why_unchecked(here, unchecked)
        behind = {name: None if isinf(behind_s) else round(behind_s) for name, behind_s in unchecked.items()}
        return warn(seen, advice.BOOKS_UNCHECKED, unchecked=behind, **figures)
    if every_s and not here.idle and age_s > _BOOKS_LATE * every_s + here.thresholds.late_warn_s:
        return warn(seen, advice.BOOKS_OLD, **figures)
    return ok(f"{len(rows)} invariants hold, {seen}", **figures)


def _left_behind(rows: Sequence[tuple[str, int, int, float]]) -> dict[str, float]:
    """The invariants that the newest look at the books could not check, by the seconds that their last one is older;
    infinite: they were never checked."""
    newest = max(at for *_, at in rows)
    return {invariant: newest - at if at else inf for invariant, _, _, at in rows if at < newest}


async def _why_unchecked(here: Installation, names: Collection[str]) -> str:
    """What becomes of another look at these invariants. The worker's log alone has what became of the last one."""
    try:
        async with asyncio.timeout(_LOOK_AGAIN_S), here.asking() as connection:
            faults = (await ask.examine(connection, only=names)).unchecked
    except TimeoutError:
        return f"another look takes longer than {_LOOK_AGAIN_S:g} s"
    return "; ".join(sorted(set(faults.values()))) or "another look succeeds"


async def books_now(here: Installation) -> Diagnosis:
    """Check all of them now, and keep the result."""
    examination, unrecorded = await ask.examine_database(here.dsn)
    broken = {violation.invariant: len(violation.rows) for violation in examination.violations}
    figures = {"age_s": 0, "broken": broken, "unrecorded": unrecorded, "unchecked": examination.unchecked}
    if broken:
        return fail(f"{', '.join(broken)} broken, checked now", advice.BOOKS_BROKEN, **figures)
    if examination.unchecked:
        reasons = "; ".join(f"{name}: {fault}" for name, fault in examination.unchecked.items())
        return warn(f"could not be checked now: {reasons}", advice.BOOKS_UNCHECKED, **figures)
    return ok(f"{len(examination.findings)} invariants hold, checked now", **figures)


def _late(here: Installation, age_s: float, seen: str, do: Advice, figures: dict[str, Any]) -> Diagnosis | None:
    """A finding when something has been due for too long."""
    if age_s > here.thresholds.late_fail_s:
        return fail(seen, do, **figures)
    return warn(seen, do, **figures) if age_s > here.thresholds.late_warn_s else None


def worst(states: Iterable[Condition]) -> Condition:
    """The one that matters most."""
    order = (Condition.FAIL, Condition.WARN, Condition.OK, Condition.NOT_CHECKED)
    return min(states, key=order.index, default=Condition.NOT_CHECKED)
