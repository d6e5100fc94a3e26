"""`gerai backup` and `gerai restore` at the terminal: files, folders, databases, what is refused."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from backup_kit import PASSPHRASE, content, everything
from typer.testing import CliRunner

import fork_server
from app_kit import app_of
from cluster_kit import make_ready
from gerai.backup.files import kept_in
from gerai.cli import build
from gerai.demo.shop import prepare_demo
from gerai.kit.files import write_private
from gerai.kit.secret_box import SecretBox, new_key
from gerai.settings import DatabaseSettings, Settings
from gerai.store.embedded import EmbeddedPostgres, running
from gerai.store.embedded_folder import read_pointer
from gerai.store.embedded_host import remove_tree
from gerai.store.invariant import Invariant
from gerai.store.restore_tables import RESTORES

Empty = Callable[[], str]
AN_ENDPOINT = """INSERT INTO webhook_endpoints SELECT merchant_id, 7, 'production', 'scalev', NULL, 'https://x.example/',
    '{}', %(sealed)s, '', 'active', '', 0, 0, NULL, now(), now() FROM merchants WHERE code = 'demo'"""


def here(*words: str, dsn: str = "", given: bytes = b"", **more: str) -> tuple[int, bytes, str]:
    """Exit code, output and complaints of a command, in this process; without the steps that are shown when slow."""
    bare = {name: None for name in os.environ if name.startswith("GERAI_") or name == "DATABASE_URL"}
    named = {"DATABASE_URL": dsn} if dsn else {}
    done = CliRunner().invoke(build(["backup", "restore"]), list(words), input=given, env={**bare, **named, **more})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    complaints = [line for line in done.stderr.splitlines(keepends=True) if not line.endswith(" …\n")]
    return done.exit_code, done.stdout_bytes, "".join(complaints)


def gerai(*words: str, dsn: str = "", given: bytes = b"", **more: str) -> tuple[int, bytes, str]:
    """The same in a process of its own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GERAI_") and k != "DATABASE_URL"}
    done = fork_server.run_bytes(words, kept | ({"DATABASE_URL": dsn} if dsn else {}) | more, given)
    complaints = done.stderr.decode()
    assert "Traceback" not in complaints, complaints
    return done.returncode, done.stdout, complaints


@pytest.fixture
def passphrase(tmp_path: Path) -> str:
    """A file with one."""
    file = tmp_path / "passphrase"
    file.write_text(f"{PASSPHRASE}\n")
    return str(file)


async def shop_in(folder: Path) -> None:
    """A data folder with a demo shop."""
    make_ready(folder)
    server = EmbeddedPostgres(folder, durable=False)
    dsn = server.start()
    try:
        write_private(folder / "seal.key", new_key())
        app = app_of(replace(Settings(), database=DatabaseSettings(url=dsn)))
        async with app.running():
            state = await prepare_demo(app.engine, folder, "http://127.0.0.1:8000")
        assert state.problems == []
    finally:
        server.stop()


def remove(folder: Path) -> None:
    """A data folder with its database."""
    if (pointer := read_pointer(folder)) is not None:
        remove_tree(pointer.home)


@pytest.mark.slow
def test_a_data_folder_comes_back_and_serves(tmp_path: Path, passphrase: str) -> None:
    """`up` in a folder, back it up, destroy it, restore elsewhere: the demo's keys and the seal key are there, `up
    --once` serves it and opens no second shop, and the folder that is there now is not overwritten."""
    old, new, backups = tmp_path / "old", tmp_path / "new", tmp_path / "backups"
    try:
        asyncio.run(shop_in(old))
        sealed = here("backup", "--data", str(old), "--to", str(backups), "--passphrase-file", passphrase)
        assert sealed[0] == 0, sealed[2]
        [kept] = kept_in(backups)
        assert kept.file.suffix == ".sealed"
        assert f"{kept.file}: " in sealed[1].decode()
        assert sealed[2] == ""
        assert kept.file.stat().st_mode & 0o777 == 0o600
        assert list(backups.iterdir()) == [kept.file]
        before = {name: (old / name).read_bytes() for name in ("demo.json", "seal.key")}
        with running(old) as dsn:
            rows = content(dsn)
        remove(old)
        remove_tree(old)
        words = ["restore", str(kept.file), "--data", str(new), "--passphrase-file", passphrase]
        code, out, err = here(*words)
        assert code == 0, err
        assert f"restored into {new}: " in out.decode()
        assert "the books hold" in out.decode()
        assert {name: (new / name).read_bytes() for name in before} == before
        assert {(new / name).stat().st_mode & 0o777 for name in before} == {0o600}
        with running(new) as dsn:
            assert content(dsn) == rows
        with running(new) as dsn, psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(AN_ENDPOINT, {"sealed": SecretBox(before["seal.key"].decode()).seal("s")})
        (new / "seal.key").unlink()
        code, _, err = gerai("up", "--once", "--data", str(new), "--port", "0")
        assert code == 0, err
        # What was sealed needs the old key: none is made in its place, by no command, and that is said.
        flat, place = " ".join(err.split()), new / "seal.key"
        assert "gerai: no key opens the secrets of 1 of 1 webhook endpoints: their webhooks fail. " in flat
        assert f"Put the key that was used before back into {place}, from a backup." in flat
        assert "tak ada kunci untuk rahasia 1 dari 1 endpoint webhook: webhook-nya gagal. " in flat
        assert f"Kembalikan kunci yang dulu dipakai ke {place}, dari cadangan." in flat
        assert "webhooks.secrets_closed" in (new / "gerai.log").read_text()
        code, out, _ = gerai("doctor", "--data", str(new), "--json")
        found = {check["name"]: check for check in json.loads(out)["checks"]}
        assert (code, found["seal_key"]["state"], found["endpoints"]["state"]) == (1, "fail", "ok")
        assert found["settings"]["seen"] == "this machine only; the settings say 127.0.0.1:8000"
        assert not place.exists()
        # What can still be saved is: with a warning, and no other key.
        code, _, err = here("backup", "--data", str(new), "--to", str(backups))
        assert code == 0, err
        assert "the backup holds the secrets of 1 of 1 webhook endpoints, and no key that opens them: " in err
        assert f"Put the key that was used before back into {place} and back up again; " in err
        assert not place.exists()
        with running(new) as dsn, psycopg.connect(dsn) as connection:
            assert connection.execute("SELECT code FROM merchants").fetchall() == [("demo",)]
        code, out, err = here(*words)
        assert (code, out) == (1, b"")
        assert err == f"gerai: {new} is there already; restore into a new folder\n"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["backups", "new", "passphrase"]
    finally:
        remove(old)
        remove(new)


def test_a_database_of_ones_own(shop_dsn: str, empty_database: Empty, tmp_path: Path) -> None:
    """DATABASE_URL is backed up into a folder, and restored into an empty database; its seal key is handed over as a
    file; a stream without a passphrase leaves it out and says so."""
    target = empty_database()
    key = {"GERAI_WEBHOOKS_SEAL_KEY": "k" * 43 + "="}
    code, _, err = here("backup", "--to", str(tmp_path), dsn=shop_dsn, **key)
    assert code == 0, err
    assert "the file is not sealed" in err
    [kept] = kept_in(tmp_path)
    assert kept.file.suffix == ".tar"
    words = ["restore", str(kept.file)]
    code, out, err = here(*words, dsn=target)
    assert (code, err) == (0, (
        "the backup holds another webhooks.seal_key than the settings: --seal-key FILE writes it into a file\n"
    ))  # fmt: skip
    assert b"restored into the database of DATABASE_URL" in out
    assert content(target) == content(shop_dsn)
    before = content(target)
    code, out, err = here(*words, dsn=target)
    assert (code, out) == (1, b"")
    assert err.startswith("gerai: the database is not empty: it holds ")
    assert content(target) == before
    with psycopg.connect(target, autocommit=True) as connection:
        connection.execute(AN_ENDPOINT, {"sealed": SecretBox(new_key()).seal("s")})
    code, out, err = here("backup", "--to", "-", dsn=target, **key)
    assert code == 0
    assert "without a passphrase these are left out of a stream: seal.key\n" in err
    # A key that opens nothing is as good as none.
    assert "the backup holds the secrets of 1 of 1 webhook endpoints, and no key that opens them: " in err
    assert "Put the key that was used before back into webhooks.seal_key and back up again; " in err
    assert "rows of" in err
    piped = empty_database()
    code, refused, err = here("restore", "-", "--seal-key", str(tmp_path / "key"), dsn=piped, given=out)
    assert (code, refused) == (1, b"")
    assert err == (
        "gerai: the backup holds no seal.key: it was made without one, or into a stream without a passphrase; "
        "nothing is restored\n"
    )
    assert (everything(piped), (tmp_path / "key").exists()) == ([], False)
    stream = tmp_path / "stream.tar"
    stream.write_bytes(out)
    assert here("restore", str(stream), "--seal-key", str(tmp_path / "key"), dsn=piped) == (1, b"", err)
    assert (everything(piped), (tmp_path / "key").exists()) == ([], False)
    code, said, err = here("restore", "-", dsn=piped, given=out)
    assert (code, b"the books hold" in said) == (0, True)
    assert err.startswith("no key at hand opens the secrets of 1 of 1 webhook endpoints: their webhooks will fail. ")
    assert "Put the key of the old server into webhooks.seal_key" in err
    assert content(piped) == content(target)
    code, out, err = here(*words, "--seal-key", str(tmp_path / "key"), dsn=empty_database())
    assert code == 0, err
    assert (tmp_path / "key").read_text() == key["GERAI_WEBHOOKS_SEAL_KEY"]
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--verify"], "--verify keeps nothing, so it writes no key: leave --seal-key out"),
        (["--data", "new"], "--seal-key is for DATABASE_URL; a data folder gets its key as new/seal.key"),
        ([], "nowhere/key cannot be written: its folder is not there, or not yours"),
    ],
)
def test_a_key_that_could_not_be_written_is_refused_first(words: list[str], said: str, tmp_path: Path) -> None:
    """Before the backup is read: --seal-key is never passed over."""
    code, out, err = here("restore", "b.tar", "--seal-key", "nowhere/key", *words, dsn="postgresql://x@127.0.0.1:1/x")
    assert (code, out, err) == (2, b"", f"gerai: {said}\n")


def test_output_that_cannot_be_written(shop_dsn: str) -> None:
    """On a full disk: one sentence and 1 from every command, whatever it prints; nothing at all where whoever read it
    has gone."""
    bare = {k: v for k, v in os.environ.items() if not k.startswith("GERAI_")} | {"DATABASE_URL": shop_dsn}
    for words in (
        ["backup", "--to", "-"], ["doctor", "--json"], ["orders", "list", "--merchant", "demo"], ["settings"],
    ):  # fmt: skip
        for kind, said in (("full", "gerai: the output could not be written: No space left on device\n"), ("gone", "")):
            reading, writing = os.pipe()
            os.close(reading)
            with open("/dev/full", "wb") as full, os.fdopen(writing, "wb") as gone:
                done = fork_server.run_bytes(words, bare, output=full if kind == "full" else gone)
            lines = [line for line in done.stderr.decode().splitlines(keepends=True) if not line.endswith(" …\n")]
            if (words[0], kind) == ("backup", "gone"):
                said = "gerai: whoever reads the backup has gone: it is not whole\n"
            assert (done.returncode, "".join(lines)) == (1, said), words


def test_verify_keeps_nothing(plain_backup: bytes, tmp_path: Path) -> None:
    """--verify restores for a look, into a database that is thrown away."""
    file = tmp_path / "gerai-20260401T080000Z.tar"
    file.write_bytes(plain_backup)
    code, out, err = here("restore", str(file), "--verify", "--data", str(tmp_path / "data"))
    assert (code, err) == (0, "")
    assert f"{file} can be restored: " in out.decode()
    assert "the books hold" in out.decode()
    assert list(tmp_path.iterdir()) == [file]


def test_books_that_cannot_be_checked_are_restored_and_said(
    plain_backup: bytes, empty_database: Empty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shop_dsn: str
) -> None:
    """The database refuses a question of the check: the data is there, the reason is named, exit code 1."""
    impossible = Invariant("impossible", "One is divided", "SELECT 1 / count(*) FROM {orders} WHERE false")
    monkeypatch.setattr("gerai.store.check.INVARIANTS", (impossible,))
    file, target = tmp_path / "b.tar", empty_database()
    file.write_bytes(plain_backup)
    code, out, err = here("restore", str(file), dsn=target)
    assert code == 1
    assert b"restored into" in out
    assert b"the books hold" not in out
    assert "the books could not be checked: impossible: division by zero" in err
    assert content(target) == content(shop_dsn)


def test_books_that_do_not_hold_are_restored_and_said(
    plain_backup: bytes, empty_database: Empty, tmp_path: Path
) -> None:
    """What was wrong when the backup was made is wrong still: the data is there, the rows are named, exit code 1."""
    file, target, again = tmp_path / "b.tar", empty_database(), empty_database()
    file.write_bytes(plain_backup)
    assert here("restore", str(file), dsn=target)[0] == 0
    with psycopg.connect(target, autocommit=True) as connection:
        connection.execute("INSERT INTO stock VALUES (77, 5, 'production', 5, 1, 9, 2, now())")
    assert here("backup", "--to", str(tmp_path), dsn=target)[0] == 0
    [kept] = kept_in(tmp_path)
    code, out, err = here("restore", str(kept.file), dsn=again)
    assert code == 1
    assert b"restored into" in out
    assert "the books do not hold: " in err
    assert "stock_id=5" in err
    # What the check found is written down there, where the shop's desk shows it.
    found, had = content(again), content(target)
    assert (found.pop("broken_books")[0], had.pop("broken_books")[0]) == (1, 0)
    assert found == had


def test_a_database_that_cannot_now(plain_backup: bytes, empty_database: Empty, tmp_path: Path) -> None:
    """One that fails while it is filled (here: it may only be read), or is being filled by somebody else, is not taken
    for a damaged backup, and the other one is left in peace."""
    file, target = tmp_path / "b.tar", empty_database()
    file.write_bytes(plain_backup)
    code, out, err = here("restore", str(file), dsn=f"{target}&options=-c%20default_transaction_read_only%3Don")
    assert (code, out) == (1, b"")
    assert err == (
        "gerai: the database failed while it was filled: cannot execute CREATE TABLE in a read-only transaction; "
        "restore again once it can\n"
    )
    assert everything(target) == []
    with psycopg.connect(target, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [RESTORES])
        other.execute("CREATE TABLE gerai_restoring (begun_at timestamptz)")
        # Of a restore that is under way, not of one that was cut off: nothing is taken away under it.
        refused = here("restore", str(file), dsn=target)
    assert refused == (1, b"", "gerai: another restore is filling this database just now\n")
    assert "gerai_restoring" in everything(target)
    assert here("restore", str(file), dsn=target)[0] == 0


@pytest.mark.parametrize("kind", ["cut off", "changed", "foreign", "not there", "wrong passphrase", "short passphrase"])
def test_what_cannot_be_restored_leaves_nothing(
    plain_backup: bytes, passphrase: str, tmp_path: Path, kind: str
) -> None:
    """One sentence, exit code 1, and no folder."""
    file, changed = tmp_path / "b.tar", bytearray(plain_backup)
    changed[len(changed) // 2] ^= 255
    data = {"cut off": plain_backup[:-12_000], "changed": bytes(changed), "foreign": b"PGDMP" * 999}.get(kind)
    words = ["restore", str(file), "--data", str(tmp_path / "new")]
    if data is not None:
        file.write_bytes(data)
    if kind.endswith("passphrase"):
        file.write_bytes(b"gerai sealed backup 1\n" + bytes(4096))
        words += ["--passphrase-file", passphrase]
    if kind == "short passphrase":
        Path(passphrase).write_text("secret")
    code, out, err = here(*words)
    assert (code, out) == (1, b"")
    said = {
        "cut off": "the backup is cut off", "changed": "the backup is ", "foreign": "this is not a backup of Gerai",
        "not there": f"{file} cannot be read: No such file", "short passphrase": "the passphrase in ",
        "wrong passphrase": "this passphrase does not open the backup",
    }[kind]  # fmt: skip
    assert err.startswith(f"gerai: {said}")
    assert err.count("\n") == 1
    assert {path.name for path in tmp_path.iterdir()} <= {"b.tar", "passphrase"}


def test_a_backup_that_cannot_be_written(shop_dsn: str, tmp_path: Path) -> None:
    """No folder named, a file in its place, no Gerai in the database: said so, and nothing is there."""
    code, out, err = here("backup", dsn=shop_dsn)
    assert (code, out, err) == (2, b"", "gerai: --to names the folder for the backup (or - for standard output)\n")
    file = tmp_path / "file"
    file.write_text("here")
    code, out, err = here("backup", "--to", str(file), dsn=shop_dsn)
    assert (code, out) == (1, b"")
    assert err.startswith(f"gerai: no backup can be written into {file}: ")
    code, out, err = here("backup", "--to", str(tmp_path / "made"), dsn=shop_dsn.replace("/gerai?", "/postgres?"))
    assert (code, out, err) == (1, b"", "gerai: the database holds no tables of Gerai\n")
    assert list((tmp_path / "made").iterdir()) == []


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_stopped_in_the_middle_nothing_is_left(
    shop_dsn: str, empty_database: Empty, tmp_path: Path, by: signal.Signals
) -> None:
    """Both commands, while they wait for a pipe: 130, no file of the backup, an empty database."""
    target = empty_database()
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GERAI_")}
    with fork_server.start(["restore", "-"], kept | {"DATABASE_URL": target}, given=True) as process:
        out = here("backup", "--to", "-", dsn=shop_dsn)[1]
        assert process.stdin is not None
        process.stdin.buffer.write(out[: len(out) // 2])
        process.stdin.flush()
        while not everything(target):
            assert process.poll() is None
        process.send_signal(by)
        assert process.wait() == 130
    assert everything(target) == []
