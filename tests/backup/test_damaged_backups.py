"""What is not a whole backup of this version, or not for this place, is refused in a sentence, and nothing is left."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from typing import Any

import msgspec
import psycopg
import pytest
from backup_kit import PASSPHRASE, backed_up, content, everything

from gerai.backup import crypt
from gerai.backup.crypt import WrongPassphrase
from gerai.backup.format import FORMAT, HEAD, BackupDamaged, BackupError
from gerai.backup.read import BackupReader
from gerai.backup.restore import NewerBackup, restore_database
from gerai.store import restore_tables
from gerai.store.migrate import HalfRestored, migrate, pending

Empty = Callable[[], str]


def no_step(_: str) -> None: ...


def verify(made: bytes, passphrase: str = "") -> None:
    BackupReader(io.BytesIO(made), passphrase).verify()


@pytest.fixture(scope="module")
def sealed(shop_dsn: str) -> bytes:
    """A sealed backup of several chunks."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(crypt, "CHUNK_BYTES", 16_384)
        return backed_up(shop_dsn, PASSPHRASE)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crypt, "CHUNK_BYTES", 16_384)


def test_one_that_was_cut_off(plain_backup: bytes) -> None:
    """Wherever it ends too early: refused; also among the zeros that end it."""
    whole, content_ends = len(plain_backup), len(plain_backup.rstrip(b"\0"))
    sizes = [0, 1, 100, 511, 512, *range(600, content_ends, content_ends // 150), content_ends - 1]
    for size in [*sizes, content_ends, content_ends + 512, content_ends + 1024, whole - 512, whole - 1]:
        with pytest.raises(BackupDamaged):
            verify(plain_backup[:size])
    verify(plain_backup)


def test_something_after_its_end(plain_backup: bytes, sealed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second backup, a letter, more zeros, something among the zeros that end it: refused, also inside a seal."""
    monkeypatch.setattr(crypt, "_SCRYPT", {"n": 2**4, "r": 8, "p": 1})
    for wrong in (
        plain_backup * 2, plain_backup + b"x", plain_backup + b"\0", plain_backup + b"\0" * tarfile.RECORDSIZE,
        plain_backup[:-1] + b"x", plain_backup[:-tarfile.BLOCKSIZE] + b"x" * tarfile.BLOCKSIZE,
    ):  # fmt: skip
        out = io.BytesIO()
        writer = crypt.SealedWriter(out, PASSPHRASE)
        writer.write(wrong)
        writer.close()
        for made, passphrase in ((wrong, ""), (out.getvalue(), PASSPHRASE)):
            with pytest.raises(BackupDamaged, match=r"^the backup is damaged: something stands after its end$"):
                verify(made, passphrase)


def test_one_bit_that_flipped(plain_backup: bytes) -> None:
    """Each is found, or changes nothing that is read (the filling between members)."""
    whole = BackupReader(io.BytesIO(plain_backup))
    found, tail = 0, whole.verify()
    places = range(3, len(plain_backup.rstrip(b"\0")), max(1, len(plain_backup) // 400))
    for place in places:
        flipped = bytearray(plain_backup)
        flipped[place] ^= 1 << (place % 8)
        try:
            reader = BackupReader(io.BytesIO(bytes(flipped)))
            assert reader.verify() == tail
            assert (reader.head, reader.files) == (whole.head, whole.files)
        except BackupError:
            found += 1
    assert found > len(places) // 3


def test_sealed_ones_are_whole_or_refused(sealed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks that are missing at the end, exchanged, doubled, left out or changed are all found; so is what comes from
    another backup under the same passphrase."""
    monkeypatch.setattr(crypt, "_SCRYPT", {"n": 2**4, "r": 8, "p": 1})
    plain = b"x" * 100_000
    out = io.BytesIO()
    writer = crypt.SealedWriter(out, PASSPHRASE)
    writer.write(plain)
    writer.close()
    made, size = out.getvalue(), 16_384 + 16
    head, body = made[: crypt.HEADER_BYTES], made[crypt.HEADER_BYTES :]
    chunks = [body[n : n + size] for n in range(0, len(body), size)]
    assert len(chunks) == 7

    def opened(*parts: bytes) -> bytes:
        reader, found = crypt.SealedReader(io.BytesIO(b"".join(parts)), PASSPHRASE), b""
        while more := reader.read(10_000):
            found += more
        return found

    assert opened(head, *chunks) == plain
    for wrong in (
        chunks[:-1], [*chunks[:-1], chunks[-1][:-1]], chunks[:1], [], chunks[1:], [chunks[1], chunks[0], *chunks[2:]],
        [chunks[0], *chunks], [*chunks, chunks[-1]], [*chunks, b"more"],
        [bytes([chunks[0][0] ^ 1]) + chunks[0][1:], *chunks[1:]],
    ):  # fmt: skip
        with pytest.raises(BackupDamaged):
            opened(head, *wrong)
    changed = bytearray(head)
    changed[-1] ^= 1
    with pytest.raises(BackupDamaged):
        opened(bytes(changed), *chunks)


def test_the_passphrase(sealed: bytes) -> None:
    """Without one, with a wrong one, with the right one."""
    with pytest.raises(BackupError, match="the backup is sealed"):
        verify(sealed)
    with pytest.raises(WrongPassphrase, match="this passphrase does not open the backup"):
        verify(sealed, PASSPHRASE + "!")
    verify(sealed, PASSPHRASE)
    with pytest.raises(BackupDamaged):
        verify(sealed[:-1], PASSPHRASE)
    with pytest.raises(BackupDamaged):
        verify(sealed[:20], PASSPHRASE)


@pytest.mark.parametrize("foreign", [b"", b"garbage", b"PGDMP\x01\x0e", b"\0" * 20_000, b"x" * 20_000])
def test_what_is_no_backup(foreign: bytes) -> None:
    """Another program's file, an empty one: said so."""
    with pytest.raises(BackupDamaged, match="this is not a backup of Gerai"):
        verify(foreign)


def rewritten(made: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """The same with another head."""
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(made)) as old, tarfile.open(fileobj=out, mode="w") as new:
        for member in old:
            found = old.extractfile(member)
            assert found is not None
            data = found.read()
            if member.name == HEAD:
                head = msgspec.json.decode(data)
                change(head)
                data = msgspec.json.encode(head)
                member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    return out.getvalue()


def test_one_of_a_newer_gerai(plain_backup: bytes, empty_database: Empty) -> None:
    """Migrations or a format this version does not know: named, and the database stays empty."""
    target = empty_database()
    newer = rewritten(plain_backup, lambda head: head["migrations"].append("9999-what-comes"))
    with pytest.raises(NewerBackup, match=r"of a newer Gerai .* does not know 9999-what-comes; install that version"):
        restore_database(io.BytesIO(newer), "", target, no_step)
    other = rewritten(plain_backup, lambda head: head.update(format=FORMAT + 1, tables="elsewhere"))
    with pytest.raises(BackupError, match=f"the backup has format {FORMAT + 1}.*use a newer Gerai"):
        restore_database(io.BytesIO(other), "", target, no_step)
    assert everything(target) == []


def test_nothing_is_left_of_a_damaged_one(plain_backup: bytes, empty_database: Empty) -> None:
    """Found only at its very end, from a pipe: the database is as empty as before, and takes the whole one then."""
    target = empty_database()
    flipped = bytearray(plain_backup)
    flipped[plain_backup.rindex(b'"sha256":"') + 12] ^= 1
    steps: list[str] = []
    with pytest.raises(BackupDamaged):
        restore_database(io.BytesIO(bytes(flipped)), "", target, steps.append)
    assert "restoring orders" in steps
    assert everything(target) == []
    restore_database(io.BytesIO(plain_backup), "", target, no_step)


def test_rows_that_belong_to_nobody(plain_backup: bytes, empty_database: Empty) -> None:
    """Columns the tables do not have, or a table that is not there: the database refuses, and nothing is left."""
    target = empty_database()
    for change in (
        lambda head: head["tables"][0]["columns"].append("what"),
        lambda head: head["tables"].append({"name": "what", "columns": ["a"]}),
    ):
        wrong = rewritten(plain_backup, change)
        with pytest.raises(BackupDamaged):
            restore_database(io.BytesIO(wrong), "", target, no_step)
        assert everything(target) == []


def test_what_is_there_is_not_overwritten(plain_backup: bytes, shop_dsn: str, empty_database: Empty) -> None:
    """A database with a shop, or with anybody's table: refused, untouched."""
    before = content(shop_dsn)
    with pytest.raises(BackupError, match=r"the database is not empty: it holds .*; restore into an empty one"):
        restore_database(io.BytesIO(plain_backup), "", shop_dsn, no_step)
    assert content(shop_dsn) == before
    target = empty_database()
    with psycopg.connect(target, autocommit=True) as connection:
        connection.execute("CREATE VIEW somebodys AS SELECT 1 AS one")
    with pytest.raises(BackupError, match="it holds somebodys"):
        restore_database(io.BytesIO(plain_backup), "", target, no_step)
    with psycopg.connect(target) as connection:
        assert connection.execute("SELECT one FROM somebodys").fetchone() == (1,)


class _Killed(BaseException):
    """As if the process ended here."""


def test_one_that_was_killed_is_known_and_begun_again(
    plain_backup: bytes, shop_dsn: str, empty_database: Empty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After kill -9 between any two steps nobody serves what is there, or migrates it, or backs it up, and restoring
    again makes it whole."""
    target = empty_database()

    def killed(_: str) -> None:
        raise _Killed

    for step in ("migrate", "examine_database"):
        with monkeypatch.context() as patched:
            patched.setattr(f"gerai.backup.restore.{step}", lambda *_, **__: killed(""))
            patched.setattr(restore_tables, "give_up", lambda _: None)
            with pytest.raises(_Killed):
                restore_database(io.BytesIO(plain_backup), "", target, no_step)
        with pytest.raises(HalfRestored, match="a restore into this database was cut off"):
            migrate(target)
        with pytest.raises(HalfRestored):
            pending(target)
        with pytest.raises(BackupError, match="a restore into this database was cut off"):
            backed_up(target)
    restore_database(io.BytesIO(plain_backup), "", target, no_step)
    assert content(target) == content(shop_dsn)


def test_a_database_without_gerai(empty_database: Empty) -> None:
    """Nothing to back up: said so."""
    with pytest.raises(BackupError, match="the database holds no tables of Gerai"):
        backed_up(empty_database())
