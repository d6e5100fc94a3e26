"""A database that no command can work on: one sentence and exit code 1 from each of them, and nothing is changed."""

from __future__ import annotations

import shlex
from collections.abc import Generator
from pathlib import Path

import psycopg
import pytest
from terminal_kit import gerai_here
from test_exit_codes import commands

from gerai.engine.check import INVARIANTS
from gerai.store.embedded import EmbeddedPostgres, scratch
from gerai.store.embedded_folder import remove_data
from gerai.store.migrate import migrate, migration_names

#: What each command must be given before it looks at the database at all.
EXAMPLES = Path(__file__).parents[2] / "examples"
GIVEN = {
    "simulate order": "scalev", "simulate pay": "1",
    "keys create": "durianpay", "keys revoke": "1", "webhooks add": "scalev https://shop.example/hook",
    "webhooks enable": "1", "webhooks disable": "1", "webhooks remove": "1", "webhooks show": "1",
    "webhooks replay": "1", "merchants set": "late_payment hold", "merchants reset": "late_payment",
    "orders find": "x", "orders show": "1", "orders complete": "1", "orders fail": "1", "orders cancel": "1",
    "members topup": "1 5000", "members link": "1 discord 12345", "members unlink": "1 discord 12345",
    "payments resolve": "1 refund", "payments refund": "1", "payments confirm": "1",
    "payments accounts edit": "1",
    "payments accounts close": "1", "payments arrivals book": "1 NO-1", "payments arrivals dismiss": "1",
    "payments notices add": "moota", "payments notices close": "1", "payments notices show": "1",
    "payments gateways add": "midtrans sandbox --untried", "payments gateways test": "1",
    "payments gateways close": "1", "payments gateways address": "1", "payments notices read": "1",
    "payments notices dismiss": "1",
    "payments proofs show": "1", "payments proofs save": "1 {}/proof",
    "payments cod settle": "1 --amount 1 --reference R", "payments cod import": "{}/list.csv --reference R",
    "merchants logo set": "{}/logo.png", "people reset-password": "admin",
    "payments refunds done": "1 --reference R", "payments refunds withdraw": "1",
    "payments refunds again": "1", "payments refunds take": "1", "payments test": "va",
    "payments gateways settle-rule": "midtrans", "payments payouts settle": "midtrans P-1 --amount 1 --reference R",
    "payments reconcile": "midtrans {}/list.csv",
    "payments refunds destination": "1 bank=BCA",
    "payments arrivals import": "x.csv date=d amount=a --account 1",
    "payments accounts add": "bank_transfer bank=BCA number=1234567890 holder=B", "backup": "--to {}/backups",
    "serve": "--port 0", "members import": f"{EXAMPLES}/toko-robux/members.csv",
    "locations import": "{}/places.csv", "rates load": "{}/rates.csv",
    "rates import": "{}/rates.csv",
    "shop load": f"{EXAMPLES}/toko-baju", "shop init": "--yes",
}  # fmt: skip
#: They bring a database of their own, or say how one stands (tests/platform/test_doctor.py), or open none.
OTHERS = {
    "up", "doctor", "restore", "bench", "torture", "test", "check-code", "lock", "webhooks new-key",
    "merchants reference", "payments fake", "simulate gateway", "simulate webhook-receiver", "completion",
}  # fmt: skip
CUT_OFF = "a restore into this database was cut off; run `gerai restore` again, or make an empty one"


@pytest.fixture(scope="module")
def server() -> Generator[EmbeddedPostgres]:
    with scratch() as server:
        yield server


async def walked(dsn: str, tmp_path: Path, names: set[str]) -> dict[str, str]:
    """What each command says."""
    every, found = commands(), dict[str, str]()
    (tmp_path / "places.csv").write_text("code,district,city,province\n35.78.05,Wonokromo,Kota Surabaya,Jawa Timur\n")
    (tmp_path / "rates.csv").write_text("courier,service,destination,per_kg\njne,REG,31,10000\n")
    for name in sorted(names):
        command = every[name]
        example = getattr(command.callback, "of_desk", False) and command.epilog.removeprefix("Example: gerai ")
        words = shlex.split(example) if example else [*name.split(), *GIVEN.get(name, "").format(tmp_path).split()]
        code, out, err = await gerai_here(dsn, *words)
        assert (code, out) == (1, ""), (name, err)
        found[name] = "".join(line for line in err.splitlines(keepends=True) if not line.endswith(" …\n"))
    return found


async def test_every_command_on_a_database_that_is_not_fit(server: EmbeddedPostgres, tmp_path: Path) -> None:
    """Empty, half restored, of an earlier version: said by every command that opens it, and the advice names the data
    folder that was named. A backup and a trial of the upgrade are for an earlier version, too."""
    by_hand = {name for name, one in commands().items() if not getattr(one.callback, "of_desk", False)}
    every = by_hand - OTHERS
    assert every >= {"check", "serve", "work", "backup", "upgrade-check", "keys revoke", "orders list"}
    few = {"check", "keys revoke", "serve", "work", "backup", "upgrade-check"}
    empty = await walked(server.dsn, tmp_path, few)
    for name, said in empty.items():
        lacks = "gerai: the database holds no tables" if name in ("backup", "upgrade-check") else (
            f"gerai: the database lacks {min(migration_names())}, "
        )  # fmt: skip
        assert said.startswith(lacks), name
        assert said.count("\n") == 1
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        # Looking has left nothing: it can still be restored into.
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
        connection.execute("CREATE TABLE gerai_restoring (begun_at timestamptz)")
        found = await walked(server.dsn, tmp_path, every)
        assert {name: said for name, said in found.items() if said != f"gerai: {CUT_OFF}\n"} == {}
        # Nobody knows yet what was sealed in it: no key is made.
        assert (await gerai_here("", "check", "--data", str(server.folder)))[2] == f"gerai: {CUT_OFF}\n"
        assert not (server.folder / "seal.key").exists()
        connection.execute("DROP TABLE gerai_restoring")
        migrate(server.dsn)
        connection.execute("DELETE FROM _yoyo_migration WHERE migration_id = '0020-worker-beats'")
    lacking = await walked(server.dsn, tmp_path, few - {"backup", "upgrade-check"})
    assert set(lacking.values()) == {"gerai: the database lacks 0020-worker-beats; run `gerai migrate` first\n"}
    _, _, err = await gerai_here("", "check", "--data", str(server.folder))
    assert err == f"gerai: the database lacks 0020-worker-beats; run `gerai migrate --data {server.folder}` first\n"


async def test_a_migration_that_cannot_be_applied(tmp_path: Path) -> None:
    """Somebody else's table stands where ours belongs: one sentence and 1 from `migrate` and from `up`."""
    embedded = EmbeddedPostgres(tmp_path / "shop", durable=False)
    dsn = embedded.start()
    try:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("CREATE TABLE merchants (code text)")
        migrating = await gerai_here(dsn, "migrate")
        embedded.stop()
        starting = await gerai_here("", "up", "--once", "--port", "0", "--data", str(tmp_path / "shop"))
    finally:
        embedded.stop()
        remove_data(tmp_path / "shop")
    said = 'gerai: the migration stopped, and changed nothing halfway: relation "merchants" already exists\n'
    for code, out, err in (migrating, starting):
        assert (code, out) == (1, "")
        assert "".join(line for line in err.splitlines(keepends=True) if not line.endswith(" …\n")) == said


async def test_books_that_cannot_be_read(server: EmbeddedPostgres) -> None:
    """A table that is gone, as a database that breaks off in the middle: `check` says so of each invariant that needs
    it, and checks the others."""
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("CREATE DATABASE spoilt")
    dsn = server.dsn.replace("/gerai?", "/spoilt?")
    migrate(dsn)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("ALTER TABLE stock RENAME TO somewhere_else")
    code, out, err = await gerai_here(dsn, "check")
    assert code == 1
    told = [line for line in err.splitlines() if not line.endswith(" …")]
    assert told
    assert all(' could not be checked: relation "stock" does not exist' in line for line in told)
    verdicts = [line.split("  ")[0] for line in out.splitlines() if line[:1].strip()]
    assert (verdicts.count("not checked"), verdicts.count("broken")) == (len(told), 0)
    assert verdicts.count("holds") == len(INVARIANTS) - len(told)
