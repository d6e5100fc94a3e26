"""Files brought into a shop: each row is what an act would take, decided by the same functions, all in one transaction
and with one reload of what the shop sells.

A row that does not fit is named by its number and column. Either all rows are brought in, or none (the usual); or,
where whoever imports wants that, those that fit. Nothing is done by trying it first (``dry_run``).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, BinaryIO, Final

import msgspec

from gerai.domain.records import AuditEntry
from gerai.domain.refusals import InputInvalid, Refusal
from gerai.engine.acting import Acting, ActReplayed, acting
from gerai.engine.command import Idempotency
from gerai.engine.desk.export import columns_of_file
from gerai.engine.desk.house import Within
from gerai.engine.desk.importing import Import, ImportReport
from gerai.engine.desk.lines import FileColumns, Line, LineFault, faults_of
from gerai.engine.desk.of_both import concerns_of, require_own_environment
from gerai.engine.desk.registry import DeskCaller, checked_key, checked_reason, views
from gerai.engine.merchants.open import changing
from gerai.kit.clock import real_now
from gerai.kit.sheets.reading import sheet_rows
from gerai.kit.sheets.values import SheetBroken, SheetRow
from gerai.store import audit
from gerai.store.connection import Connection, still_here, will_be_long

#: Of one file: what a person looks through and a browser sends.
LARGEST_FILE_BYTES: Final = 32 * 2**20
MOST_ROWS: Final = 200_000
#: Rows that are read and decided at once: between two pieces, others get their turn.
_AT_ONCE: Final = 250
_PIECE_BYTES: Final = 1 << 20
#: More are counted, and not named one by one.
_NAMED_FAULTS: Final = 500


@dataclass
class _Run:
    """One file on its way in."""

    one: Import
    rows: Iterator[SheetRow]
    columns: FileColumns
    per_row: bool
    dry_run: bool
    report: ImportReport
    on_rows: Callable[[int], None]

    @property
    def writes(self) -> bool:
        """Whether what fits is still wanted."""
        return not self.dry_run and (self.per_row or not self.report.faulty)


class _TakenBack(Exception):
    """Nothing of it stays."""


async def bring_in(
    one: Import, within: Within, caller: DeskCaller, file: BinaryIO,
    *, dry_run: bool = False, per_row: bool = False, reason: str = "", key: str = "",
    expected: str = "", on_rows: Callable[[int], None] = lambda _: None,
) -> ImportReport:  # fmt: skip
    """Bring a file in (CSV, XLSX; the first row names the columns), or see what would come of it.

    Rows that do not fit are in the report; then nothing is done, but with ``per_row``: what fits. With an idempotency
    ``key`` a file is brought in once. ``expected``: the digest of the file that was tried, where it must be that one.
    ``on_rows``: called with how many rows are through. Refuses PermissionMissing, InputInvalid (the file cannot be
    read, its columns are not known, no reason where one is asked for; ``of_both.py``), IdempotencyKeyReused.
    """
    caller.require(one.permission)
    require_own_environment(concerns_of(one.name, one.permission, here=one.here), within, caller.actor)
    reason = "" if dry_run else checked_reason(reason, needed=one.reasoned)
    key = checked_key(key)
    report = ImportReport(digest=_digest(file))
    if expected not in ("", report.digest):
        raise InputInvalid({"file": ["it is not the file that was tried: try it first"]})
    with _readable():
        rows = _bounded(sheet_rows(file))
        head = await asyncio.to_thread(next, rows, None)
    if head is None:
        raise InputInvalid({"file": ["nothing stands in it"]})
    columns = FileColumns(head.cells, one.line, columns_of_file(views()[one.view].row))
    run = _Run(one, rows, columns, per_row, dry_run, report, on_rows)
    # What would be done twice is the same file in the same way; a trial is nothing that was done.
    once = _once(one, caller, report.digest, per_row=per_row, key=key) if key and not dry_run else None
    may = frozenset(caller.permissions)
    act = Acting(caller.actor, one.name, within.environment, reason, caller.request_id, once, may)
    with acting(act):
        try:
            async with changing(within.engine, within.merchant_id) as connection:
                await _take_all(run, within, connection, act)
                if not run.writes or not (report.added or report.changed):
                    raise _TakenBack
                figures = {name: getattr(report, name) for name in ("rows", "added", "changed", "unchanged", "faulty")}
                act.about(one.name, file=report.digest, **figures)
                report.applied = True
        except _TakenBack:
            # Nothing had to be done; where rows do not fit, nothing was.
            report.applied = run.writes and not report.faulty
        except ActReplayed:
            report.replayed = True
    return report


async def _take_all(run: _Run, within: Within, connection: Connection, act: Acting) -> None:
    await will_be_long(connection)
    job = await run.one.begin(within, connection)
    async for some in _lines(run):
        # Where rows change nothing there is no other statement, and the server would take this for a forgotten one.
        await still_here(connection)
        await within.engine.ids.refill(connection)
        await job.look_at(some)
        for line in some:
            try:
                became = job.decide(line)
            except Refusal as refusal:
                _note_faults(run.report, faults_of(line.row, refusal))
            else:
                setattr(run.report, became, getattr(run.report, became) + 1)
        if run.writes:
            await _write_down(connection, within, act, await job.write())
        else:
            job.forget()
        run.on_rows(run.report.rows)
    if run.writes:
        for late in await job.end(partial(_write_down, connection, within, act)):
            _note_faults(run.report, late.faults)
            setattr(run.report, late.became, getattr(run.report, late.became) - 1)


async def _lines(run: _Run) -> AsyncGenerator[list[Line[Any]]]:
    """The rows, piece by piece: of each those that can be read, maybe none. What cannot be read is a fault.

    Files are read beside the loop, and what stands in them is looked at a piece at a time, so that others are answered.
    """
    while True:
        with _readable():
            some = await asyncio.to_thread(_next_rows, run.rows)
        if not some:
            return
        found: list[Line[Any]] = []
        for row in some:
            if run.columns.is_empty(row.cells):
                continue
            run.report.rows += 1
            try:
                found.append(Line(row.number, run.columns.read(run.one.line, row.cells)))
            except InputInvalid as refusal:
                _note_faults(run.report, faults_of(row.number, refusal))
        yield found


def _next_rows(rows: Iterator[SheetRow]) -> list[SheetRow]:
    """Empty: behind the last."""
    return list(islice(rows, _AT_ONCE))


def _note_faults(report: ImportReport, faults: Sequence[LineFault]) -> None:
    report.faulty += 1
    report.faults += faults[: max(0, _NAMED_FAULTS - len(report.faults))]


async def _write_down(
    connection: Connection, within: Within, act: Acting, done: Sequence[tuple[int, dict[str, Any]]]
) -> None:
    """An entry for each thing that was made or changed, as its act would have written it."""
    like = act.entry(within.merchant_id, real_now())
    for some in (done[begin : begin + _AT_ONCE] for begin in range(0, len(done), _AT_ONCE)):
        entries: list[AuditEntry] = [msgspec.structs.replace(like, target=str(id), facts=facts) for id, facts in some]
        await audit.write_all(connection, entries)


def _bounded(rows: Iterator[SheetRow]) -> Iterator[SheetRow]:
    for count, row in enumerate(rows):
        if count > MOST_ROWS:
            raise SheetBroken(f"the file has more than {MOST_ROWS} rows: divide it")
        yield row


@contextmanager
def _readable() -> Generator[None]:
    """What cannot be read is a fault of the file."""
    try:
        yield
    except SheetBroken as error:
        raise InputInvalid({"file": [str(error)]}) from error


def _digest(file: BinaryIO) -> str:
    """Refuses InputInvalid: it is too large."""
    digest = hashlib.sha256()
    while piece := file.read(_PIECE_BYTES):
        digest.update(piece)
    if file.tell() > LARGEST_FILE_BYTES:
        raise InputInvalid({"file": [f"at most {LARGEST_FILE_BYTES // 2**20} MB"]})
    file.seek(0)
    return digest.hexdigest()


def _once(one: Import, caller: DeskCaller, digest: str, *, per_row: bool, key: str) -> Idempotency:
    fingerprint = hashlib.sha256(f"{digest} {per_row}".encode()).digest()
    return Idempotency(f"desk:{caller.actor.label}", one.name, key, fingerprint)
