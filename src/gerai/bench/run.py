"""One measurement: both sides of a case in turns, and whether what they left is exactly what was counted."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from statistics import median
from typing import Final
from urllib.parse import quote

import psycopg

from gerai.bench import pgbench, rows
from gerai.bench.case import BenchError, Case
from gerai.bench.load import LoadResult, Round, Target
from gerai.bench.processes import HOST, LoadProcess, loading
from gerai.bench.sample import SAMPLE_NUMBERS, place
from gerai.bench.script import Script, reading, writing
from gerai.bench.stand import SCRIPT_IDS, SERVER_IDS, Stand, Step
from gerai.bench.stored import IDS_BELOW

_WARM_UP_S: Final = 1.0
#: Before each later round the connections are warm; this much only lets the clients fall out of step.
_RUN_IN_S: Final = 0.2
_ROUNDS_AT_MOST: Final = 5
#: Above all ids.
_END: Final = 9 * 10**15


@dataclass(frozen=True)
class CaseFigures:
    """What came out, with ``stored`` orders from earlier. Rates are medians of the rounds, ``ratio`` the median of the
    rounds' ratios, latencies of single requests, of all rounds together. ``small_per_s`` and ``percent``: the rate in a
    small database, measured in turns with this one, and what the rate here is of it; None when nobody asked.
    ``violations``: what is wrong with the books, or with the rows both sides wrote."""

    case: Case
    http_per_s: float
    pgbench_per_s: float
    ratio: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    stored: int
    units: int
    errors: int
    first_error: str
    violations: tuple[str, ...]
    small_per_s: float | None = None
    percent: float | None = None


@dataclass
class _Measured:
    """A case at one stand. ``ours`` and ``theirs``: the two sides' orders."""

    stand: Stand
    case: Case
    load: LoadProcess
    script: Script
    ours: rows.Span
    theirs: rows.Span
    results: list[LoadResult] = field(default_factory=list[LoadResult])
    rates: list[float] = field(default_factory=list[float])
    single: list[float] = field(default_factory=list[float])

    def warm_up(self, seconds: float) -> None:
        """Both sides; then statistics are taken, as autovacuum would do some time during the rounds, in favour of one
        side or the other. A large database has them."""
        self.results.append(self.load.run(Round(seconds, 0)))
        self._pgbench(seconds)
        if not self.stand.stored:
            with psycopg.connect(self.stand.dsn, autocommit=True) as connection:
                connection.execute("ANALYZE")

    def http(self, seconds: float) -> LoadResult:
        """A round over HTTP."""
        result = self.load.run(Round(_RUN_IN_S, seconds))
        self.results.append(result)
        self.rates.append(result.answered / seconds)
        return result

    def pgbench(self, seconds: float) -> None:
        """A round of pgbench."""
        self.single.append(self._pgbench(seconds))

    def _pgbench(self, seconds: float) -> float:
        stand = self.stand
        with psycopg.connect(stand.dsn) as connection:
            base = max(SCRIPT_IDS, rows.highest_id(connection, stand.other.merchant_id, _END) + 1)
        programs = stand.server.bin_dir()
        return pgbench.run(programs, stand.dsn, self.script.text, self.case.clients, seconds, base)

    @property
    def acknowledged(self) -> int:
        return sum(result.acknowledged for result in self.results)

    def violations(self) -> list[str]:
        """What is not as it was counted: every acknowledged unit stored once with all its rows, the same rows on both
        sides."""
        with psycopg.connect(self.stand.dsn) as connection:
            ours, theirs = (rows.weights(connection, span) for span in (self.ours, self.theirs))
        if self.case.read is not None:
            return rows.wrong_counts(ours, {}, 0) + rows.wrong_counts(theirs, {}, 0)
        found = rows.wrong_counts(ours, self.script.rows, self.acknowledged)
        found += rows.wrong_counts(theirs, self.script.rows, theirs["orders"].rows)
        return found + [f"not the same rows: {text}" for text in rows.unlike(ours, theirs)]


def measure(case: Case, stand: Stand, seconds: float, step: Step, small: Stand | None = None) -> CaseFigures:
    """Measure one case for about ``seconds`` on each side; with ``small`` also over HTTP at that stand, in turns.

    Raises BenchError when the measurement cannot be made.
    """
    step("placing samples")
    with contextlib.ExitStack() as opened:
        here = opened.enter_context(_measuring(case, stand))
        there = opened.enter_context(_measuring(case, small)) if small is not None else None
        everywhere = [here, there] if there is not None else [here]
        step("warming up")
        for one in everywhere:
            one.warm_up(min(_WARM_UP_S, seconds))
        measured = _rounds(here, there, seconds, step)
    step("counting rows")
    latencies = sorted(latency for result in measured for latency in result.latencies_us)
    results = [result for one in everywhere for result in one.results]
    both = zip(here.rates, there.rates, strict=True) if there else ()
    # On a machine so busy that nothing ended in a round, it says nothing.
    percent = [100 * mine / theirs for mine, theirs in both if theirs] or [0.0]
    return CaseFigures(
        case=case,
        http_per_s=median(here.rates),
        pgbench_per_s=median(here.single),
        ratio=median(mine / theirs for mine, theirs in zip(here.rates, here.single, strict=True)),
        p50_ms=_percentile_ms(latencies, 50),
        p95_ms=_percentile_ms(latencies, 95),
        p99_ms=_percentile_ms(latencies, 99),
        stored=stand.stored,
        units=here.acknowledged,
        errors=sum(result.errors for result in results),
        first_error=next((result.first_error for result in results if result.errors), ""),
        violations=tuple(text for one in everywhere for text in one.violations()),
        small_per_s=median(there.rates) if there else None,
        percent=median(percent) if there else None,
    )


def _rounds(here: _Measured, there: _Measured | None, seconds: float, step: Step) -> list[LoadResult]:
    """All sides in turns, their order changing every time, so that what else the machine does cancels."""
    count = min(_ROUNDS_AT_MOST, max(1, int(seconds) // 2))
    each_s = max(1, round(seconds / count)) if seconds >= 1 else seconds
    found: list[LoadResult] = []
    for number in range(1, count + 1):
        sides = ["http", "pgbench", *(["small"] if there else [])]
        for side in sides if number % 2 else reversed(sides):
            step(f"round {number} of {count}: {side}")
            if side == "http":
                found.append(here.http(each_s))
            elif side == "pgbench":
                here.pgbench(each_s)
            elif there is not None:
                there.http(each_s)
    return found


@contextlib.contextmanager
def _measuring(case: Case, stand: Stand) -> Generator[_Measured]:
    run = f"{case.name}-{time.time_ns():x}"
    with psycopg.connect(stand.dsn) as connection:
        row = connection.execute("SELECT now()::text").fetchone()
        assert row is not None
        shops = (stand.ours, stand.other)
        first = 1 + max(rows.highest_id(connection, shop.merchant_id, SCRIPT_IDS) for shop in shops)
        first = max(first, SERVER_IDS)
        base = max(SCRIPT_IDS, rows.highest_id(connection, stand.other.merchant_id, _END) + 1)
        connection.rollback()
        placed = ((first, SCRIPT_IDS),)
        ours, theirs = (rows.Span(shop.merchant_id, placed, run, row[0]) for shop in shops)
        if case.read is None:
            samples = [place(connection, HOST, stand.port, case, stand.other, theirs, n) for n in SAMPLE_NUMBERS]
            keys = rows.primary_keys(connection)
            script, asked = writing(case, stand.other, (samples[0], samples[1]), keys), []
        else:
            asked = asked_of(connection, case, stand)
            script = reading(case, stand.ours, asked)
    theirs = rows.Span(theirs.merchant_id, (*placed, (base, _END)), run, row[0])
    shop, values = stand.ours, [quote(value, safe="") for value in asked]
    callers = shop.callers_of(case)
    target = Target(HOST, stand.port, case.connections, list(case.steps), callers, case.members, values, run)
    with loading(target) as load:
        yield _Measured(stand, case, load, script, ours, theirs)


def asked_of(connection: psycopg.Connection, case: Case, stand: Stand) -> list[str]:
    """The values that a case that reads asks for, those that nobody has in between; empty when it needs none."""
    assert case.read is not None
    if not case.read.values:
        return []
    facts = {"merchant": stand.ours.merchant_id, "buyer": stand.ours.buyer, "below": IDS_BELOW}
    values: list[str] = [text for (text,) in connection.execute(case.read.values.encode(), facts).fetchall()]
    if not values:
        raise BenchError(f"{case.name}: the stored orders hold no value to ask for")
    absent = case.read.absent
    if not absent:
        return values
    return [text for n, value in enumerate(values) for text in (value, absent[n % len(absent)])]


def _percentile_ms(ordered_us: list[int], percent: int) -> float:
    if not ordered_us:
        raise BenchError("not one request was answered within the measured time")
    return ordered_us[min(len(ordered_us) - 1, len(ordered_us) * percent // 100)] / 1000
