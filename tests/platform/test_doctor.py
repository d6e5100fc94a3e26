"""`gerai doctor`: each thing is broken for real, and its check, no other, finds it and says what to do."""

from __future__ import annotations

import asyncio
import resource
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import fields, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from alert_kit import (
    SEAL_KEY,
    Shop,
    a_job_hangs,
    a_job_was_given_up,
    an_endpoint_is_paused,
    running_shop,
    the_worker_does_nothing,
    work_has_no_known_end,
)
from fault_kit import stopped

from gerai.cli.database import plugin_sections
from gerai.cli.doctor import to_json
from gerai.doctor import advice, run
from gerai.doctor.diagnosis import Advice, Condition, Diagnosis, Installation, Thresholds
from gerai.doctor.run import CHECKS, examine, needs_a_person
from gerai.engine.keys.manage import create_key, revoke_key
from gerai.engine.merchants.open import open_merchant
from gerai.engine.webhooks.deliver import SECRET_CLOSED
from gerai.kit.clock import unix_s
from gerai.kit.secret_box import new_key
from gerai.settings import DatabaseSettings, HttpSettings, ServerSettings, Settings, WebhookSettings
from gerai.torture.faults import read_only

ORDER = [check.name for check in CHECKS]
#: The tests' own server keeps nothing over a power cut, on purpose; nothing outside is asked where all is simulated.
USUAL = {"durability": "fail", "partners": "not_checked", "backups": "not_checked"}
NO_ADDRESS = "the database does not answer: DATABASE_URL is not postgresql://user:password@host/database"
#: The disk of a machine that runs tests may be nearly full.
ROOMY = Thresholds(disk_warn_part=0, disk_warn_bytes=0, disk_fail_bytes=0)


@pytest_asyncio.fixture(scope="module")
async def shop() -> AsyncGenerator[Shop]:
    """A running server whose worker has made progress with every kind of work, and checked the books."""
    async with running_shop() as found:
        await found.until(
            lambda now: (
                min(v for (n, _), v in now.items() if n == "gerai_workers") > 0
                and ("gerai_invariants_checked_timestamp_seconds", ()) in now
            )
        )
        yield found


@pytest.fixture
def here(shop: Shop) -> Installation:
    """It, as the doctor is given it."""
    settings = replace(
        Settings(), database=DatabaseSettings(url=shop.server.dsn), webhooks=WebhookSettings(seal_key=SEAL_KEY)
    )
    return Installation(settings, dsn=shop.server.dsn, thresholds=ROOMY)


async def found_by(here: Installation, **options: Any) -> dict[str, Diagnosis]:
    return {check.name: finding for check, finding in await examine(here, **options)}


def odd(found: dict[str, Diagnosis]) -> dict[str, str]:
    """The checks that are not as ever, with their states."""
    states = {name: finding.state.value for name, finding in found.items()}
    return {name: state for name, state in states.items() if state != USUAL.get(name, "ok")}


async def test_all_is_well(here: Installation) -> None:
    """On a healthy installation every check is fine, with figures; what is not has a sentence on what to do."""
    found = await found_by(here)
    assert list(found) == ORDER
    assert odd(found) == {}
    assert found["database"].figures["postgresql"].startswith("18.")
    assert found["workers"].figures["kinds"]["jobs"]["workers"] == 1
    assert found["limits"].figures["connections_wanted"] == 2 * 13 + 6 + 5
    assert found["limits"].figures["lock_timeout_s"] == 2.0
    for finding in found.values():
        assert finding.seen
        assert (finding.do is not None) == (finding.state in (Condition.WARN, Condition.FAIL))


async def test_books_are_checked_now(here: Installation, shop: Shop) -> None:
    """With the option they are, whatever the last check was; without, the last result counts."""
    shop.sql("INSERT INTO stock VALUES (%s, 5, 'production', 5, 1, 9, 2, now())", shop.merchant_id)
    try:
        assert odd(await found_by(here)) == {}
        found = await found_by(here, books_now=True)
        assert odd(found) == {"books": "fail"}
        assert found["books"].figures["broken"] == {"stock_reserved": 1}
        assert odd(await found_by(here)) == {"books": "fail"}
    finally:
        shop.sql("DELETE FROM stock WHERE stock_id = 5")
    assert odd(await found_by(here, books_now=True)) == {}
    shop.sql("UPDATE book_checks SET checked_at = checked_at - interval '3 hours'")
    found = await found_by(here)
    assert odd(found) == {"books": "warn"}
    assert found["books"].do == advice.BOOKS_OLD
    assert odd(await found_by(here, books_now=True)) == {}


# --- what the settings and this machine hold -----------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "state", "do"),
    [
        ({"server": ServerSettings(host="0.0.0.0")}, "fail", advice.PUBLIC_ADDRESS),
        ({"http": HttpSettings(public_base_url="http://gerai.example")}, "warn", advice.PUBLIC_ADDRESS),
        ({"http": HttpSettings(public_base_url="https://gerai.example")}, "warn", advice.PROXIES),
        ({"http": HttpSettings(public_base_url="https://gerai.example", trusted_proxies="10.0.0.1"),
          "webhooks": WebhookSettings(seal_key=SEAL_KEY, allow_loopback=True)}, "warn", advice.LOOPBACK),
        ({"http": HttpSettings(public_base_url="https://gerai.example", trusted_proxies="10.0.0.1")}, "ok", None),
    ],
)  # fmt: skip
async def test_settings_that_do_not_fit(
    here: Installation, changed: dict[str, Any], state: str, do: Advice | None
) -> None:
    """For whom they serve: links without an address, keys in the open, no proxy, a server that calls itself."""
    found = await found_by(replace(here, settings=replace(here.settings, **changed)))
    assert odd(found) == ({} if state == "ok" else {"settings": state})
    assert found["settings"].do == do


async def test_fewer_files_than_connections(here: Installation) -> None:
    """A server that may not have as many files open as it is to have connections: how many it will have is said."""
    found = await found_by(replace(here, settings=replace(here.settings, server=ServerSettings(connections=10**9))))
    assert odd(found) == {"open_files": "warn"}
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = max(soft, min(hard, 65_536))
    figures = found["open_files"].figures
    assert figures == {"limit": limit, "connections": max(limit - 512, limit // 2), "connections_wanted": 10**9}
    assert f"{figures['connections']:,} connections, server.connections is 1,000,000,000" in found["open_files"].seen
    assert found["open_files"].do == advice.OPEN_FILES


async def test_a_disk_that_fills(here: Installation) -> None:
    """Where the database lies: below a part or a size it warns, below another it fails."""
    for changed, state in (
        ({"disk_warn_part": 1.1}, "warn"), ({"disk_warn_bytes": 1 << 60}, "warn"),
        ({"disk_fail_bytes": 1 << 60}, "fail"),
    ):  # fmt: skip
        found = await found_by(replace(here, thresholds=replace(ROOMY, **changed)))
        assert odd(found) == {"disk": state}
        assert found["disk"].figures["free_bytes"] > 0


@pytest.mark.parametrize(("ahead_s", "state"), [(5.0, "warn"), (-5.0, "warn"), (86_400.0, "fail"), (-86_400.0, "fail")])
async def test_a_clock_that_is_wrong(here: Installation, ahead_s: float, state: str) -> None:
    """Ahead or behind, by seconds or by minutes; nothing else is found late because of it."""
    found = await found_by(replace(here, now=lambda: unix_s() + ahead_s))
    assert odd(found) == {"clock": state}
    assert found["clock"].figures["skew_s"] == pytest.approx(ahead_s, abs=0.5)


# --- what stands in the database ------------------------------------------------------------------


@asynccontextmanager
async def changed(shop: Shop, there: str, back: str) -> AsyncGenerator[None]:
    shop.sql(there)
    try:
        yield
    finally:
        shop.sql(back)


async def test_a_restore_that_was_cut_off(here: Installation, shop: Shop) -> None:
    """That is what is named, whatever the database holds by then; what needs the tables is not looked at."""
    async with changed(shop, "CREATE TABLE gerai_restoring (begun_at timestamptz)", "DROP TABLE gerai_restoring"):
        found = await found_by(here)
    assert (found["migrations"].state, found["migrations"].do) == (Condition.FAIL, advice.RESTORE_AGAIN)
    assert found["migrations"].seen == found["seal_key"].seen == "a restore into this database was cut off"
    assert {odd(found)[name] for name in ("seal_key", "workers", "books")} == {"not_checked"}


async def test_an_endpoint_that_was_never_called(here: Installation, shop: Shop) -> None:
    """Paused because no key opened its secret: its address is not blamed, and nobody is to be asked who runs it."""
    await shop.place()
    shop.sql(
        "INSERT INTO webhook_deliveries SELECT merchant_id, 1, endpoint_id, environment, 1, 1, 1, 'x', '{}', 'failed', "
        "1, 1, now(), NULL, now(), now(), now(), 1, now(), false FROM webhook_endpoints WHERE status = 'active'"
    )
    there = "INSERT INTO webhook_attempts SELECT merchant_id, 1, 1, now(), 3, NULL, '{}', '' FROM merchants"
    back = "DELETE FROM webhook_attempts WHERE delivery_id = 1"
    try:
        async with an_endpoint_is_paused(shop), changed(shop, there.format(SECRET_CLOSED), back):
            found = await found_by(here)
        assert odd(found) == {"endpoints": "warn"}
        assert found["endpoints"].do == advice.SEALED_ENDPOINTS
        assert found["endpoints"].seen.startswith("1 were not called, because no key opened their secrets: toko ")
        async with an_endpoint_is_paused(shop), changed(shop, there.format("no answer: timeout"), back):
            found = await found_by(here)
        assert found["endpoints"].do == advice.ENDPOINTS
    finally:
        shop.sql("DELETE FROM webhook_deliveries WHERE delivery_id = 1")


async def test_migrations_that_are_missing_or_newer(here: Installation, shop: Shop) -> None:
    """A missing one fails, and what needs the tables is not looked at; a newer one warns."""
    kept = "UPDATE _yoyo_migration SET migration_id = '{}' WHERE migration_id = '{}'"
    async with changed(shop, kept.format("9999-x", "0020-worker-beats"), kept.format("0020-worker-beats", "9999-x")):
        found = await found_by(here)
    assert found["migrations"].figures["missing"] == ["0020-worker-beats"]
    assert found["migrations"].figures["newer"] == ["9999-x"]
    assert found["migrations"].do == advice.MIGRATE
    skipped = {name: "not_checked" for name in ORDER[ORDER.index("keys") :] if name not in USUAL}
    assert odd(found) == {"migrations": "fail", **skipped}
    assert found["workers"].seen == "the database lacks migrations"
    added = "INSERT INTO _yoyo_migration (migration_hash, migration_id) VALUES ('h', '9999-x')"
    async with changed(shop, added, "DELETE FROM _yoyo_migration WHERE migration_id = '9999-x'"):
        found = await found_by(here)
    assert odd(found) == {"migrations": "warn"}
    assert found["migrations"].do == advice.OLD_GERAI


async def test_a_lock_that_somebody_holds(here: Installation, shop: Shop) -> None:
    """Who holds it is named by its number, who waits and for how long; tables it keeps from us are not found broken."""
    with psycopg.connect(shop.server.dsn, application_name="a person") as holding:
        holding.execute("LOCK TABLE invoices IN ACCESS EXCLUSIVE MODE")
        pid = holding.info.backend_pid
        waiting = asyncio.create_task(asyncio.to_thread(_wait_for, shop.server.dsn, "invoices"))
        await asyncio.sleep(1)
        found = await found_by(replace(here, thresholds=replace(ROOMY, lock_wait_s=0.5)))
        holding.rollback()
        await waiting
    assert found["locks"].state == Condition.FAIL
    [first, *_] = [w for w in found["locks"].figures["waiting"] if w["held_by_pid"] == pid]
    assert (first["for"], first["application"], first["state"]) == ("invoices", "a person", "idle in transaction")
    assert f"held by {pid}" in found["locks"].seen
    assert {name for name, state in odd(found).items() if state == "fail"} == {"locks"}


def _wait_for(dsn: str, table: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"SELECT count(*) FROM {table}")  # type: ignore[arg-type]


async def test_a_transaction_that_stays_open(here: Installation, shop: Shop) -> None:
    """Nobody waits yet; it is named all the same."""
    with psycopg.connect(shop.server.dsn, application_name="forgotten") as holding:
        holding.execute("SELECT 1")
        await asyncio.sleep(0.3)
        found = await found_by(replace(here, thresholds=replace(ROOMY, transaction_s=0.2)))
        assert holding.info.backend_pid in [t["pid"] for t in found["locks"].figures["long_transactions"]]
    assert odd(found) == {"locks": "warn"}
    assert odd(await found_by(here)) == {}


async def test_a_table_that_does_not_answer_hides_nothing(here: Installation, shop: Shop) -> None:
    """Its own check says that it could not look; all others look."""
    with psycopg.connect(shop.server.dsn) as holding:
        holding.execute("LOCK TABLE book_checks IN ACCESS EXCLUSIVE MODE")
        found = await found_by(here)
    assert odd(found) == {"books": "warn"}
    assert found["books"].seen == "could not be checked: locked"


async def test_connections_and_limits(here: Installation, shop: Shop) -> None:
    """More than the server has left, and limits that do not hold for our sessions."""
    many = replace(here.settings, server=ServerSettings(workers=20))
    found = await found_by(replace(here, settings=many))
    assert odd(found) == {"limits": "warn"}
    assert found["limits"].do == advice.CONNECTIONS
    assert odd(await found_by(replace(here, thresholds=replace(ROOMY, connections_fail_part=0.01)))) == {
        "limits": "fail"
    }
    # As a pooler in between that drops them would have it: what the address names wins.
    without = f"{here.dsn}&options=-c%20lock_timeout%3D0"
    found = await found_by(replace(here, dsn=without))
    assert odd(found) == {"limits": "warn"}
    assert found["limits"].seen == "lock_timeout is no limit, database.lock_timeout_s is 2"


async def test_keys_of_real_merchants(here: Installation, shop: Shop) -> None:
    """Real money without an address; a key that ends soon; a merchant whose last key was revoked. None is shown."""
    engine, token = shop.app.engine, "lrrp_v1_" + "secret" * 6
    merchant_id = await open_merchant(engine, "nyata", "Toko Nyata", simulated=False)
    key_id = await create_key(engine, merchant_id, "production", "leuwongrr", token, name="bot", prefix="lrrp")
    with front_pages(200) as url:
        here = replace(here, settings=replace(here.settings, plugins=lookups_at(url)))
        found = await found_by(here)
        assert odd(found) == {"keys": "fail", "partners": "ok"}
        assert found["keys"].do == advice.PUBLIC_ADDRESS
        https = HttpSettings(public_base_url="https://x.example", trusted_proxies="10.0.0.1")
        here = replace(here, settings=replace(here.settings, http=https))
        assert odd(await found_by(here)) == {"partners": "ok"}
        shop.sql("UPDATE api_keys SET expires_at = now() + interval '3 days' WHERE key_id = %s", key_id)
        found = await found_by(here)
        assert (found["keys"].state, found["keys"].do) == (Condition.WARN, advice.KEYS_END)
        assert [key["key_id"] for key in found["keys"].figures["ending"]] == [key_id]
        await revoke_key(engine, merchant_id, key_id)
        found = await found_by(here)
        assert odd(found) == {"keys": "warn", "partners": "ok"}
        assert found["keys"].do == advice.LOCKED_OUT
        assert found["keys"].figures["locked_out_merchants"] == ["nyata"]
    assert token not in to_json([(check, found[check.name]) for check in CHECKS])
    shop.sql("DELETE FROM api_keys WHERE key_id = %s", key_id)
    shop.sql("UPDATE merchants SET simulated = true WHERE merchant_id = %s", merchant_id)


async def test_a_partner_that_cannot_be_reached(here: Installation, shop: Shop) -> None:
    """It is asked only where a real merchant needs it; silence and 5xx are found, and nothing else is."""
    with front_pages(503) as url:
        asked_here = replace(here, settings=replace(here.settings, plugins=lookups_at(url)))
        assert odd(await found_by(asked_here)) == {}
        async with changed(shop, "UPDATE merchants SET simulated = false WHERE code = 'toko'",
                           "UPDATE merchants SET simulated = true WHERE code = 'toko'"):  # fmt: skip
            found = await found_by(asked_here)
            assert odd(found) == {"partners": "warn"}
            assert "status 503" in found["partners"].seen
            gone = replace(here, settings=replace(here.settings, plugins=lookups_at("http://127.0.0.1:1")))
            found = await found_by(gone)
    assert odd(found) == {"partners": "warn"}
    assert found["partners"].do == advice.PARTNERS
    assert found["partners"].figures["partners"]["fulfilment/manual"] == "people"


def lookups_at(url: str) -> dict[str, Any]:
    """Settings under which every lookup asks this address."""
    found = plugin_sections()
    return {
        name: replace(section, **{f.name: url for f in fields(section) if f.name.endswith("_url")})
        for name, section in found.items()
    }


@contextmanager
def front_pages(status: int) -> Generator[str]:
    """A server on loopback that answers everything with this status."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


async def test_secrets_that_no_key_opens(here: Installation) -> None:
    """Without the key, with another one, and with one that is none: found, and neither key nor secret is shown."""
    for key in ("", new_key(), "nonsense"):
        found = await found_by(replace(here, settings=replace(here.settings, webhooks=WebhookSettings(seal_key=key))))
        assert odd(found) == {"seal_key": "fail"}, key
        assert found["seal_key"].do == advice.NO_SEAL_KEY
        assert not key or key not in str(found["seal_key"])
    both = WebhookSettings(seal_key=f"{new_key()},{SEAL_KEY}")
    assert odd(await found_by(replace(here, settings=replace(here.settings, webhooks=both)))) == {}
    # A key that stands in settings nobody can read is not missed.
    defaults = replace(here.settings, webhooks=WebhookSettings())
    unread = await found_by(replace(here, settings=defaults, settings_fault="cannot read gerai.toml"))
    assert odd(unread) == {"settings": "fail", "seal_key": "not_checked"}


async def test_an_endpoint_that_does_not_answer(here: Installation, shop: Shop) -> None:
    """Paused, or gone: named by its merchant, its number and whose address it is, never by its path."""
    async with an_endpoint_is_paused(shop):
        found = await found_by(here)
    assert odd(found) == {"endpoints": "warn"}
    [endpoint] = found["endpoints"].figures["troubled"]
    assert (endpoint["merchant"], endpoint["state"], endpoint["failures"]) == ("toko", "paused", 5)
    assert shop.receiver.url() not in str(found["endpoints"])
    async with changed(
        shop, "UPDATE webhook_endpoints SET status = 'disabled', reason = 'the address answered 410'",
        "UPDATE webhook_endpoints SET status = 'active', reason = ''",
    ):  # fmt: skip
        found = await found_by(here)
    assert odd(found) == {"endpoints": "warn"}
    assert found["endpoints"].figures["troubled"][0]["state"] == "gone"


async def test_work_without_a_known_end(here: Installation, shop: Shop) -> None:
    """A provider's answer that was lost an hour ago."""
    async with work_has_no_known_end(shop):
        found = await found_by(here)
    assert odd(found) == {"fulfilments": "warn"}
    assert found["fulfilments"].do == advice.ASK_PROVIDER


async def test_jobs_that_were_given_up_or_hang(here: Installation, shop: Shop) -> None:
    """Each warns by itself; what hangs for longer fails."""
    async with a_job_was_given_up(shop):
        found = await found_by(here)
    assert odd(found) == {"jobs": "warn"}
    assert found["jobs"].do == advice.FAILED_JOBS
    async with a_job_hangs(shop):
        assert odd(await found_by(here)) == {"jobs": "warn"}
        assert odd(await found_by(replace(here, thresholds=replace(ROOMY, late_fail_s=100.0)))) == {"jobs": "fail"}


# --- the whole of it ------------------------------------------------------------------------------


async def test_a_database_that_can_only_be_read(here: Installation, shop: Shop) -> None:
    """Said so; everything else is looked at all the same."""
    async with read_only(shop.server.dsn):
        found = await found_by(here)
    assert found["database"].do == advice.READ_ONLY
    assert {name for name, state in odd(found).items() if state == "fail"} == {"database"}
    assert found["workers"].state == Condition.OK


async def test_a_database_that_is_gone(here: Installation, shop: Shop) -> None:
    """Its own check fails within seconds; what needs none is looked at, the rest is not, and says why. It comes back by
    itself."""
    async with stopped(shop.server):
        async with asyncio.timeout(30):
            found = await found_by(here)
    assert found["database"].state == Condition.FAIL
    assert found["database"].do == advice.NO_DATABASE
    assert [name for name in ("settings", "versions") if found[name].state != Condition.OK] == []
    after = ORDER[ORDER.index("database") + 1 :]
    assert {found[name].seen for name in after} == {"the database does not answer"}
    assert {found[name].state for name in after} == {Condition.NOT_CHECKED}
    async with asyncio.timeout(30):
        while odd(await found_by(here)):  # noqa: ASYNC110 - it comes back by itself
            await asyncio.sleep(0.2)


@pytest.mark.parametrize(
    ("dsn", "said"),
    [
        ("", "no database is named"),
        ("postgresql://x:hush@127.0.0.1:1/x", "the database does not answer: connection failed: "),
        ("postgresql://x:hush@host:port/x", "the database does not answer: failed to resolve host 'host': "),
        ("hush", NO_ADDRESS),
    ],
)
async def test_an_address_that_leads_nowhere(here: Installation, dsn: str, said: str) -> None:
    """None, a closed port, nonsense: found and said in words, and the password in it is not shown."""
    examined = await examine(replace(here, dsn=dsn))
    found = {check.name: finding for check, finding in examined}
    assert found["database"].state == Condition.FAIL
    assert found["database"].seen.startswith(said)
    assert needs_a_person(examined)
    assert "hush" not in to_json(examined)


async def test_a_check_that_breaks_or_hangs(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that raises and one that never ends are found as such; all others look."""

    async def hangs(_: Installation) -> Diagnosis:
        await asyncio.Event().wait()
        raise AssertionError

    async def breaks(_: Installation) -> Diagnosis:
        raise RuntimeError("hush")

    changed = [replace(c, look=hangs, within_s=0.1) if c.name == "clock" else c for c in CHECKS]
    changed = [replace(c, look=breaks) if c.name == "jobs" else c for c in changed]
    monkeypatch.setattr(run, "CHECKS", tuple(changed))
    found = await found_by(here)
    assert odd(found) == {"clock": "warn", "jobs": "warn"}
    assert found["clock"].seen == "could not be checked: no result within 0.1 s"
    assert found["jobs"].seen == "could not be checked: RuntimeError"


async def test_a_worker_that_does_nothing(here: Installation, shop: Shop) -> None:
    """A minute after its tasks ended: no worker for any kind of work that must go on, and what is due is late. (The
    last test: it stays away.)"""
    async with the_worker_does_nothing(shop):
        found = await found_by(here)
    assert found["workers"].do == advice.START_WORKER
    late = {"workers": "fail", "jobs": "warn", "overdue": "warn", "webhooks": "warn"}
    assert odd(found) == late
    for table, column in (
        ("orders", "expires_at"),
        ("procrastinate_events", "at"),
        ("webhook_deliveries", "next_attempt_at"),
    ):
        shop.sql(f"UPDATE {table} SET {column} = {column} - interval '5 minutes'")
    assert odd(await found_by(here)) == dict.fromkeys(late, "fail")
