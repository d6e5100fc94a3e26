"""The backup that is made by itself: when it is due, by one of all workers, within the disk, and old ones go."""

from __future__ import annotations

import asyncio
import errno
import os
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from backup_kit import PASSPHRASE
from structlog.testing import capture_logs

from gerai.backup import scheduled
from gerai.backup.files import delete_old, kept_in, name_of, new_file
from gerai.backup.format import BackupError
from gerai.backup.restore import check_file
from gerai.backup.scheduled import back_up_if_due, make_file
from gerai.doctor.backups import backups
from gerai.doctor.diagnosis import Installation
from gerai.engine.core import Engine
from gerai.settings import BackupSettings, DatabaseSettings, Settings
from gerai.store import backup_record
from gerai.store.migrate import migrate
from gerai.worker.backups import watch_backups


@pytest.fixture(scope="module")
def limits(shop_dsn: str) -> DatabaseSettings:
    """A migrated database of this file's own."""
    with psycopg.connect(shop_dsn, autocommit=True) as connection:
        connection.execute("CREATE DATABASE daily")
    dsn = shop_dsn.replace("/gerai?", "/daily?")
    migrate(dsn)
    return DatabaseSettings(url=dsn)


@pytest.fixture(autouse=True)
def nothing_was_made(limits: DatabaseSettings) -> None:
    sql(limits, "DELETE FROM backups")


def sql(limits: DatabaseSettings, text: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(limits.url, autocommit=True) as connection:
        cursor = connection.execute(text)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def seen(limits: DatabaseSettings, chosen: BackupSettings) -> tuple[str, str]:
    """What `gerai doctor` finds of it."""
    here = Installation(replace(Settings(), database=limits, backup=chosen), dsn=limits.url)
    found = asyncio.run(backups(here))  # type: ignore[arg-type]
    return found.state.value, found.seen


def test_once_a_day_and_recorded(limits: DatabaseSettings, tmp_path: Path) -> None:
    """The first time at once; not again before a day is over; then again. When, how large and how long is kept."""
    chosen = BackupSettings(dir=str(tmp_path / "backups"), leave_free_mb=0)
    assert seen(limits, chosen) == ("not_checked", "none made yet")
    made = back_up_if_due(chosen, limits, {"seal.key": b"k"})
    assert made is not None
    file, written = made
    assert [kept.file for kept in kept_in(tmp_path / "backups")] == [file]
    assert file.name == name_of(written.head.made_at, sealed=False)
    [(made_at, size, fault)] = sql(limits, "SELECT made_at, bytes, fault FROM backups")
    assert (made_at, size, fault) == (written.head.made_at, file.stat().st_size, "")
    assert back_up_if_due(chosen, limits, {}) is None
    assert seen(limits, chosen)[0] == "ok"
    sql(limits, "UPDATE backups SET made_at = now() - interval '23 hours'")
    assert back_up_if_due(chosen, limits, {}) is None
    sql(limits, "UPDATE backups SET made_at = now() - interval '49 hours'")
    assert seen(limits, chosen) == ("warn", f"made 49 hours ago, {size / 1e6:.1f} MB")
    time.sleep(1.1 - time.time() % 1)
    assert back_up_if_due(chosen, limits, {}) is not None
    assert len(kept_in(tmp_path / "backups")) == 2


def test_one_of_all_workers_makes_it(limits: DatabaseSettings, tmp_path: Path) -> None:
    """While another one makes it, there is nothing to do."""
    chosen = BackupSettings(dir=str(tmp_path / "backups"))
    with backup_record.turn(limits) as mine:
        assert mine is not None
        assert back_up_if_due(chosen, limits, {}) is None
    assert not (tmp_path / "backups").exists()


def test_old_ones_go_and_nothing_else(tmp_path: Path) -> None:
    """Those older than so many days, never one of the newest; half-written ones of yesterday; no file of anybody
    else's."""
    now = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)
    names = [name_of(now - timedelta(days=age), sealed=age % 2 == 0) for age in (1, 13, 15, 40)]
    others = ["gerai-notes.tar", "gerai-20260230T000000Z.tar", "gerai-20261001T000000Z.tar.gz", "x.sealed"]
    others += [".gerai-1-1.part", ".gerai-2-2.part"]
    for name in (*names, *others):
        (tmp_path / name).write_text("x")
    os.utime(tmp_path / ".gerai-1-1.part", (0, 0))
    gone = delete_old(tmp_path, now, keep_days=14, keep_at_least=3)
    assert [file.name for file in gone] == [names[3]]
    assert {file.name for file in tmp_path.iterdir()} == {*names[:3], *others} - {".gerai-1-1.part"}
    delete_old(tmp_path, now, keep_days=14, keep_at_least=1)
    assert {kept.file.name for kept in kept_in(tmp_path)} == {*names[:2]}
    delete_old(tmp_path, now, keep_days=1, keep_at_least=5)
    assert {kept.file.name for kept in kept_in(tmp_path)} == {*names[:2]}


def test_a_disk_without_second_names(limits: DatabaseSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A memory stick (FAT) has no hard links: the backup gets its name all the same, and takes nobody else's."""

    def refused(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr("gerai.backup.files.os.link", refused)
    file, written = make_file(limits, {}, tmp_path, "")
    assert list(tmp_path.iterdir()) == [file]
    assert check_file(file, "") == written.head
    with new_file(tmp_path) as unfinished:
        unfinished.stream.write(file.read_bytes())
        with pytest.raises(BackupError, match="is there already"):
            unfinished.finish(written, passphrase="")
    assert list(tmp_path.iterdir()) == [file]


def test_a_full_disk_is_not_filled(limits: DatabaseSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With less room than is to be left none is begun; that is recorded, seen, and tried again after an hour; the old
    ones stay."""
    chosen = BackupSettings(dir=str(tmp_path), leave_free_mb=100)
    old = tmp_path / name_of(datetime(2020, 1, 1, tzinfo=UTC), sealed=False)
    old.write_text("x")
    monkeypatch.setattr(scheduled.shutil, "disk_usage", lambda _: SimpleNamespace(free=99 << 20))
    with pytest.raises(BackupError, match=r"no backup into .*: 99 MB are free there, 100 MB are wanted"):
        back_up_if_due(chosen, limits, {})
    assert list(tmp_path.iterdir()) == [old]
    assert seen(limits, chosen)[0] == "fail"
    assert "the last attempt failed: no backup into" in seen(limits, chosen)[1]
    assert back_up_if_due(chosen, limits, {}) is None
    sql(limits, "UPDATE backups SET tried_at = now() - interval '61 minutes'")
    monkeypatch.undo()
    assert back_up_if_due(replace(chosen, keep_at_least=1), limits, {}) is not None
    assert not old.exists()
    assert sql(limits, "SELECT fault FROM backups") == [("",)]
    # Half as much again as the last one must find room, too.
    sql(limits, "UPDATE backups SET made_at = now() - interval '2 days', bytes = 400::int8 << 20")
    monkeypatch.setattr(scheduled.shutil, "disk_usage", lambda _: SimpleNamespace(free=650 << 20))
    with pytest.raises(BackupError, match="650 MB are free there, 700 MB are wanted"):
        back_up_if_due(chosen, limits, {})


def test_an_old_one_that_cannot_be_deleted(limits: DatabaseSettings, tmp_path: Path) -> None:
    """The new one is there, and that the folder will fill up is seen: in one sentence, and by the doctor."""
    chosen = BackupSettings(dir=str(tmp_path), leave_free_mb=0, keep_at_least=1)
    old = tmp_path / name_of(datetime(2020, 1, 1, tzinfo=UTC), sealed=False)
    old.mkdir()
    with pytest.raises(BackupError, match=f"backups in {tmp_path}: Is a directory"):
        back_up_if_due(chosen, limits, {})
    assert len(kept_in(tmp_path)) == 2
    assert "the last attempt failed: backups in " in seen(limits, chosen)[1]


@pytest_asyncio.fixture
async def engine(limits: DatabaseSettings) -> AsyncGenerator[Engine]:
    async with Engine(limits.url, reads_pool_size=2).running() as engine:
        yield engine


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)


async def test_the_worker_has_it_made(engine: Engine, limits: DatabaseSettings, tmp_path: Path) -> None:
    """In a process of its own, sealed, with the data folder's keys; what became of it is in the log."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "demo.json").write_text("{}")
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    chosen = BackupSettings(dir=str(data / "backups"), passphrase_file=str(tmp_path / "passphrase"), leave_free_mb=0)
    settings = replace(Settings(), database=limits, backup=chosen)
    with capture_logs() as logs:
        watching = asyncio.create_task(watch_backups(engine, settings, data, first_after_s=0))
        await until(lambda: logs)
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
    [kept] = kept_in(data / "backups")
    assert logs == [{"event": "backup.made", "log_level": "info", "file": str(kept.file)}]
    head = await asyncio.to_thread(check_file, kept.file, PASSPHRASE)
    assert head.database == "daily"
    # Its own failure is an error in the log, with the reason.
    sql(limits, "DELETE FROM backups")
    (tmp_path / "passphrase").write_text("short")
    with capture_logs() as logs:
        watching = asyncio.create_task(watch_backups(engine, settings, data, first_after_s=0))
        await until(lambda: logs)
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
    [entry] = logs
    assert (entry["event"], entry["log_level"], entry["code"]) == ("backup.failed", "error", 1)
    assert entry["reason"].startswith("the passphrase in ")
    assert len(kept_in(data / "backups")) == 1


async def test_stopped_in_between_nothing_is_left(engine: Engine, limits: DatabaseSettings, tmp_path: Path) -> None:
    """The worker ends while its backup waits for a table: the process ends, too, and leaves no file."""
    chosen = BackupSettings(dir=str(tmp_path / "backups"), leave_free_mb=0)
    settings = replace(Settings(), database=limits, backup=chosen)
    with psycopg.connect(limits.url) as holding:
        holding.execute("LOCK TABLE members IN ACCESS EXCLUSIVE MODE")
        watching = asyncio.create_task(watch_backups(engine, settings, None, first_after_s=0))
        await until(lambda: list(tmp_path.glob("backups/.gerai-*")))
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        assert files(tmp_path / "backups") == []


async def test_never_when_it_is_not_wanted(engine: Engine, limits: DatabaseSettings, tmp_path: Path) -> None:
    """Without a folder, or with 0 hours."""
    for chosen in (BackupSettings(), BackupSettings(dir=str(tmp_path / "b"), every_h=0.0)):
        settings = replace(Settings(), database=limits, backup=chosen)
        with capture_logs() as logs, suppress(TimeoutError):
            async with asyncio.timeout(0.3):
                await watch_backups(engine, settings, None, first_after_s=0)
        assert logs == []
    assert files(tmp_path) == []
    assert sql(limits, "SELECT * FROM backups") == []
