"""Every check there is, and how they are carried out: each for itself, none stopped by another."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from gerai.doctor import access, advice, backups, machine, server, work
from gerai.doctor.diagnosis import Advice, Check, Condition, Diagnosis, Ground, Installation, fail, not_checked, warn
from gerai.engine.installation import DatabaseError, Fault, fault_of

_DATABASE: Final = Check("database", "Database", server.database, Ground.NOTHING)
_MIGRATIONS: Final = Check("migrations", "Migrations", server.migrations, Ground.DATABASE)
#: Large books take their time.
_BOOKS_WITHIN_S: Final = 6 * 3600.0
_AT_ONCE: Final = 3
#: Commands in an advice that take --data. A restored folder is a new one.
_COMMAND: Final = re.compile(r"`(gerai (?!settings|work|serve|restore)[^`]+)`")

#: In the order in which they are shown.
CHECKS: Final = (
    Check("settings", "Settings", machine.settings, Ground.NOTHING),
    Check("versions", "Versions", machine.versions, Ground.NOTHING),
    Check("open_files", "Open files", machine.open_files, Ground.NOTHING),
    Check("disk", "Disk", machine.disk, Ground.NOTHING),
    _DATABASE,
    Check("limits", "Connections and limits", server.limits, Ground.DATABASE),
    Check("durability", "Durability", server.durability, Ground.DATABASE),
    _MIGRATIONS,
    Check("clock", "Clock", server.clock, Ground.DATABASE),
    Check("locks", "Locks and transactions", server.locks, Ground.DATABASE),
    Check("keys", "API keys", access.keys),
    Check("seal_key", "Seal key", access.seal_key),
    Check("workers", "Workers", work.workers),
    Check("jobs", "Background jobs", work.jobs),
    Check("overdue", "Expiry", work.overdue),
    Check("fulfilments", "Fulfilment", work.fulfilments),
    Check("webhooks", "Webhooks", work.webhooks),
    Check("endpoints", "Webhook endpoints", work.endpoints),
    Check("partners", "Partners", access.partners, within_s=20.0),
    Check("books", "Books", work.books),
    Check("backups", "Backups", backups.backups),
)
_BOOKS_NOW: Final = Check("books", "Books", work.books_now, within_s=_BOOKS_WITHIN_S)

Examined = tuple[Check, Diagnosis]


async def examine(
    here: Installation, *, books_now: bool = False, begins: Callable[[str], None] = lambda _: None
) -> list[Examined]:
    """Every finding, in the order of :data:`CHECKS`. ``books_now``: check the books instead of reading the last result.
    ``begins`` is called with the title of each check. Never raises."""
    found: dict[str, Diagnosis] = {}
    database = await _database(here)
    found[_DATABASE.name] = database
    missing = None if _answers(database) else here.missing
    if missing is None:
        found[_MIGRATIONS.name] = await _looked(_MIGRATIONS, here)
    # What cannot be reached is not looked for again and again.
    grounds = {Ground.NOTHING: None, Ground.DATABASE: missing, Ground.TABLES: missing or _no_tables(found)}
    reached = here if missing is None else replace(here, dsn="")
    checks = [_BOOKS_NOW if books_now and check.name == _BOOKS_NOW.name else check for check in CHECKS]
    turns = asyncio.Semaphore(_AT_ONCE)

    async def look(check: Check) -> Diagnosis:
        if check.name in found:
            return found[check.name]
        if (why := grounds[check.needs]) is not None:
            return not_checked(why)
        async with turns:
            begins(check.title)
            return await _looked(check, reached)

    findings = [_of_this_data(here, found) for found in await asyncio.gather(*(look(check) for check in checks))]
    return list(zip(checks, findings, strict=True))


def needs_a_person(examined: Sequence[Examined]) -> bool:
    """Whether anything is not as it should be."""
    return any(finding.state in (Condition.WARN, Condition.FAIL) for _, finding in examined)


async def _database(here: Installation) -> Diagnosis:
    if not here.dsn:
        do = advice.NO_DATABASE if here.is_made else advice.NO_FOLDER
        return fail(here.database_fault or "no database is named", do)
    try:
        async with asyncio.timeout(_DATABASE.within_s):
            return await server.database(here)
    except DatabaseError as error:
        fault = fault_of(error)
        if fault is Fault.REJECTED and error.sqlstate is None:
            return _no_address()
        return server.away(fault.value, " ".join(str(error).split()))
    except TimeoutError:
        return server.away("slow", f"not within {_DATABASE.within_s:g} s")
    except ValueError:
        return _no_address()


def _no_address() -> Diagnosis:
    """What the driver says of an address that is none may hold the password."""
    return server.away("address", "DATABASE_URL is not postgresql://user:password@host/database")


def _answers(database: Diagnosis) -> bool:
    """Whether there is a database to look at, be it unable to write."""
    return "postgresql" in database.figures


def _no_tables(found: dict[str, Diagnosis]) -> str | None:
    figures = found[_MIGRATIONS.name].figures
    if figures.get("restore_cut_off"):
        return "a restore into this database was cut off"
    return "the database lacks migrations" if figures.get("missing") else None


def _of_this_data(here: Installation, finding: Diagnosis) -> Diagnosis:
    """The same finding; the commands of its advice work on the data that was looked at."""
    if finding.do is None or not here.data_option:
        return finding
    id_, en = (_COMMAND.sub(rf"`\1{here.data_option}`", text) for text in (finding.do.id, finding.do.en))
    return replace(finding, do=Advice(id_, en))


async def _looked(check: Check, here: Installation) -> Diagnosis:
    """The finding of one check, whatever happens to it."""
    try:
        async with asyncio.timeout(check.within_s):
            return await check.look(here)
    except TimeoutError:
        return warn(f"could not be checked: no result within {check.within_s:g} s", advice.AGAIN)
    except DatabaseError as error:
        return warn(f"could not be checked: {fault_of(error).value}", advice.AGAIN, reason=fault_of(error).value)
    except Exception as error:
        # A check that breaks must not hide what the others see. Only its kind: its text may hold anything.
        return warn(f"could not be checked: {type(error).__name__}", advice.AGAIN, reason=type(error).__name__)
