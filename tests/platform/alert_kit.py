"""A running server with a worker, and one way to make each fault of which an alert rule speaks."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import msgspec
import psycopg
import pytest
from fault_kit import stopped
from metrics_kit import SCRAPE, TOKEN, Series, series

from app_kit import app_of
from cluster_kit import migrated_scratch
from gerai.app import DIALECTS, App
from gerai.cli.serving import accepting, free_port, serving
from gerai.domain.refusals import Broken, Busy
from gerai.engine import gauges
from gerai.engine.deposits.manual import ManualDeposit
from gerai.engine.fulfilment.record import RecordFulfilment
from gerai.engine.installation import examine_database
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import add_member, open_merchant
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.outage import DatabaseError
from gerai.engine.subscriptions import SUBSCRIBED_CHANNELS
from gerai.engine.webhooks.endpoints import NewEndpoint, add_endpoint, new_secret
from gerai.kit.clock import real_now, unix_s
from gerai.kit.log_file import TurningFile
from gerai.kit.open_files import open_files
from gerai.kit.secret_box import SecretBox, new_key
from gerai.settings import (
    DatabaseSettings,
    EngineSettings,
    HttpSettings,
    MetricsSettings,
    PageSettings,
    ServerSettings,
    Settings,
    WebhookSettings,
    WorkerSettings,
)
from gerai.store.embedded import EmbeddedPostgres
from gerai.testing.receiver import Receiver, receiving

SEAL_KEY = new_key()
DEMO_KEYS = next(dialect.keys for dialect in DIALECTS if dialect.name == "durianpay" and dialect.keys)
#: What the counter keeps of its orders; without it its messages cannot be composed.
_DETAILS = {
    "amount_sen": 100_00, "shipping_fee_sen": None, "payment_option": "full_payment", "description": "",
    "metadata": [], "items": [], "link_code": "abcdef", "is_notification_enabled": False, "email_subject": "",
    "email_content": "",
}  # fmt: skip


@dataclass
class Shop:
    """The server, what is scraped of it, and a receiver of its webhooks."""

    app: App
    server: EmbeddedPostgres
    client: httpx.AsyncClient
    receiver: Receiver
    merchant_id: int

    async def scrape(self) -> Series:
        """All figures, asked for now."""
        self.app._metrics._questions._asked_s = None
        return series((await self.client.get("/metrics", headers=SCRAPE)).text)

    async def until(self, holds: Callable[[Series], object], within_s: float = 20.0) -> Series:
        """The first scrape of which this holds."""
        async with asyncio.timeout(within_s):
            while not holds(found := await self.scrape()):  # noqa: ASYNC110 - figures have no event
                await asyncio.sleep(0.1)
            return found

    def sql(self, statement: str, *params: Any) -> None:
        with psycopg.connect(self.server.dsn, autocommit=True) as connection:
            connection.execute(statement, params)  # type: ignore[arg-type]

    async def place(self, **changes: Any) -> int:
        """A production order of Rp100; its id."""
        order_id = self.app.engine.ids.next()
        fields: dict[str, Any] = {
            "merchant_id": self.merchant_id, "environment": "production", "channel": "durianpay", "key_id": None,
            "order_id": order_id, "public_id": f"o-{order_id}", "number": f"N-{order_id}",
            "secret": f"{order_id:0>32}", "lines": (NewLine("thing", 1, "Thing", 1, 100_00, 100_00),),
            "total_sen": 100_00, "funding": "invoice", "details": _DETAILS,
        }  # fmt: skip
        await self.app.engine.submit(PlaceOrder(**(fields | changes)))
        return order_id

    async def listen_at(self, url: str) -> None:
        """From now on the shop's orders are announced there, and nowhere else."""
        self.sql("UPDATE webhook_deliveries SET status = 'dropped', finished_at = now() WHERE status = 'pending'")
        self.sql("UPDATE webhook_endpoints SET status = 'removed'")
        new = NewEndpoint(merchant_id=self.merchant_id, environment="production", channel="durianpay", url=url)
        new = msgspec.structs.replace(new, key_secret="dp_live_x")
        await add_endpoint(self.app.engine, SecretBox(SEAL_KEY), new, new_secret())
        while not self.app.engine.directory.get(SUBSCRIBED_CHANNELS, self.merchant_id):  # noqa: ASYNC110 - notified
            await asyncio.sleep(0.02)


@asynccontextmanager
async def running_shop() -> AsyncGenerator[Shop]:
    """A server whose worker has looked once at everything. Its time limits are short."""
    with migrated_scratch() as server, receiving() as receiver:
        settings = replace(
            Settings(), database=DatabaseSettings(url=server.dsn), metrics=MetricsSettings(token=TOKEN),
            engine=EngineSettings(command_deadline_s=2.0, reads_pool_size=4, reads_wait_s=0.2),
            webhooks=WebhookSettings(seal_key=SEAL_KEY, allow_loopback=True, timeout_s=3.0),
            worker=WorkerSettings(poll_interval_s=0.5), server=ServerSettings(shutdown_grace_s=2.0),
            pages=PageSettings(streams_limit=0), http=HttpSettings(body_timeout_s=0.2),
        )  # fmt: skip
        app = app_of(settings, with_worker=True)
        async with app.running():
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                merchant_id = await open_merchant(app.engine, "toko", "Toko", simulated=True)
                shop = Shop(app, server, client, receiver, merchant_id)
                await shop.listen_at(receiver.url())
                yield shop


# --- faults ------------------------------------------------------------------------------------
# Each is a block in which the alert must fire, and after which it must be silent again.


@asynccontextmanager
async def a_table_is_locked(shop: Shop) -> AsyncGenerator[None]:
    """Somebody holds a table, and an order waits for it."""
    with psycopg.connect(shop.server.dsn) as holding:
        holding.execute("LOCK TABLE order_lines IN ACCESS EXCLUSIVE MODE")
        asking = asyncio.create_task(shop.place())
        async with asyncio.timeout(30):
            while not shop.app.engine.writer.parked:  # noqa: ASYNC110 - the writer has no event for it
                await asyncio.sleep(0.02)
        yield
        holding.rollback()
    with contextlib.suppress(Busy):
        await asking


@asynccontextmanager
async def a_transaction_stays_open(shop: Shop) -> AsyncGenerator[None]:
    """Somebody forgot to commit."""
    with psycopg.connect(shop.server.dsn) as holding:
        holding.execute("SELECT 1")
        await asyncio.sleep(0.3)
        yield


@asynccontextmanager
async def readers_take_every_connection(shop: Shop) -> AsyncGenerator[None]:
    """Longer than others wait."""
    engine = shop.app.engine
    async with contextlib.AsyncExitStack() as stack:
        with contextlib.suppress(DatabaseError):
            while True:
                await stack.enter_async_context(engine.connection(0.05))
    yield


@asynccontextmanager
async def the_queue_is_full(shop: Shop) -> AsyncGenerator[None]:
    """A command is turned away."""
    with patch.object(shop.app.engine.writer, "queue_limit", 0), pytest.raises(Busy):
        await shop.place()
    yield


@asynccontextmanager
async def a_link_breaks_while_it_is_written(shop: Shop) -> AsyncGenerator[None]:
    """The transaction hangs while it is written, and is cut off: nobody knows what became of it."""
    shop.sql(
        "CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(4); RETURN NEW; END $$"
    )
    shop.sql("CREATE TRIGGER hang BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION hang()")
    try:
        with pytest.raises(Broken):
            await shop.place()
    finally:
        shop.sql("DROP FUNCTION hang CASCADE")
    yield


@asynccontextmanager
async def keys_cannot_be_asked_for(shop: Shop) -> AsyncGenerator[None]:
    """What is known of keys is older than it may be."""
    with patch.object(shop.app.engine.directory, "trusted_s", -1.0):
        yield


@asynccontextmanager
async def others_take_the_connections(shop: Shop) -> AsyncGenerator[None]:
    """Nearly all the server has."""
    with contextlib.ExitStack() as stack, psycopg.connect(shop.server.dsn, autocommit=True) as watch:
        used = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
        while (row := watch.execute(used).fetchone()) and row[0] < 90:
            stack.enter_context(psycopg.connect(shop.server.dsn))
        yield


@asynccontextmanager
async def the_clock_is_ahead(shop: Shop) -> AsyncGenerator[None]:
    """This machine's, by ten seconds."""

    async def skew(connection: Any) -> list[tuple[float]]:
        return await gauges.sql.clock_skew(connection, lambda: unix_s() + 10)

    with patch.dict(gauges._QUESTIONS, {"skew": skew}):
        yield


@asynccontextmanager
async def the_database_is_away(shop: Shop) -> AsyncGenerator[None]:
    """Shut down; afterwards it is there again, and so is the server."""
    async with stopped(shop.server):
        with contextlib.suppress(Busy):
            await shop.place()
        yield
    async with asyncio.timeout(20):
        while True:
            with contextlib.suppress(Busy):
                await shop.place()
                return
            await asyncio.sleep(0.1)


@asynccontextmanager
async def an_endpoint_answers_late(shop: Shop) -> AsyncGenerator[None]:
    """After a second, of three that it may take."""
    shop.receiver.delay_s = 1.0
    await shop.place()
    await shop.until(lambda found: found.of("gerai_webhooks_slow_endpoints") == 1)
    yield
    shop.receiver.delay_s = 0.0
    # The late answer itself comes first.
    await shop.until(lambda found: found.of("gerai_webhooks_sending") == 0)
    await shop.place()
    await shop.until(lambda found: found.of("gerai_webhooks_slow_endpoints") == 0)


@asynccontextmanager
async def an_endpoint_is_paused(shop: Shop) -> AsyncGenerator[None]:
    """It was silent five times."""
    shop.sql(
        "UPDATE webhook_endpoints SET failures = 5, paused_until = now() + interval '1 minute' WHERE status = 'active'"
    )
    yield
    shop.sql("UPDATE webhook_endpoints SET failures = 0, paused_until = NULL")


@asynccontextmanager
async def an_endpoint_names_an_inner_address(shop: Shop) -> AsyncGenerator[None]:
    """One that is never called."""
    await shop.listen_at("https://10.0.0.1/hook")
    await shop.place()
    await shop.until(lambda found: found.of("gerai_outgoing_requests_total", outcome="forbidden"))
    yield
    await shop.listen_at(shop.receiver.url())


@asynccontextmanager
async def an_endpoint_is_gone(shop: Shop) -> AsyncGenerator[None]:
    """Nobody listens at its port."""
    unreachable = (await shop.scrape()).of("gerai_outgoing_requests_total", partner="webhooks", outcome="unreachable")
    with receiving() as gone:
        url = gone.url()
    await shop.listen_at(url)
    await shop.place()
    await shop.until(
        lambda found: found.of("gerai_outgoing_requests_total", partner="webhooks", outcome="unreachable") > unreachable
    )
    yield
    await shop.listen_at(shop.receiver.url())


@asynccontextmanager
async def connections_take_every_place(shop: Shop) -> AsyncGenerator[None]:
    """Of a server with few of them, silently."""
    port = free_port("127.0.0.1", 0)
    async with serving(shop.app, ServerSettings(port=port, connections=8)):
        await accepting("127.0.0.1", port)
        links = [await asyncio.open_connection("127.0.0.1", port) for _ in range(12)]
        await shop.until(lambda found: found.of("gerai_connections_cut_total", reason="full"))
        for _, writer in links:
            writer.close()
    yield


@asynccontextmanager
async def files_run_out(shop: Shop) -> AsyncGenerator[None]:
    """The process may open hardly more than it has open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (int(open_files() / 0.85), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@asynccontextmanager
async def bodies_do_not_come(shop: Shop) -> AsyncGenerator[None]:
    """Thirty requests that stop in the middle of their body."""

    async def half() -> AsyncIterator[bytes]:
        yield b'{"a":'
        await asyncio.sleep(1)

    made = DEMO_KEYS.make("sandbox")
    owner = (shop.app.engine, shop.merchant_id, "sandbox", "durianpay")
    await create_key(*owner, made.token, name="slow", prefix=made.prefix)
    headers = {"content-type": "application/json", "content-length": "20"}

    async def ask() -> int:
        answer = await shop.client.post("/v1/orders", content=half(), headers=headers, auth=(made.token, ""))
        return answer.status_code

    assert set(await asyncio.gather(*(ask() for _ in range(30)))) == {408}
    yield


@asynccontextmanager
async def live_pages_are_full(shop: Shop) -> AsyncGenerator[None]:
    """This server may hold none at all."""
    order_id = await shop.place()
    answer = await shop.client.get(f"/i/{order_id:0>32}/events")
    assert answer.status_code == 503
    yield


@asynccontextmanager
async def the_log_takes_no_more(_: Shop) -> AsyncGenerator[None]:
    """Its disk is full."""
    with TurningFile(Path("/dev/full")) as file:
        file.write(b"a line\n")
    yield


@asynccontextmanager
async def the_log_is_flooded(_: Shop) -> AsyncGenerator[None]:
    """Six files in no time."""
    with tempfile.TemporaryDirectory() as folder, TurningFile(Path(folder) / "gerai.log", max_bytes=10) as file:
        for _number in range(6):
            file.write(b"0123456789")
    yield


@asynccontextmanager
async def something_breaks(shop: Shop) -> AsyncGenerator[None]:
    """The front page."""
    with patch.object(shop.app.engine.directory, "merchants", None):
        assert (await shop.client.get("/")).status_code == 500
    yield


@asynccontextmanager
async def the_books_are_broken(shop: Shop) -> AsyncGenerator[None]:
    """Stock is promised to nobody."""
    shop.sql("INSERT INTO stock VALUES (%s, 5, 'production', 5, 1, 9, 2, now())", shop.merchant_id)
    await examine_database(shop.server.dsn)
    yield
    shop.sql("DELETE FROM stock WHERE stock_id = 5")
    await examine_database(shop.server.dsn)


@asynccontextmanager
async def the_books_are_not_checked(shop: Shop) -> AsyncGenerator[None]:
    """For three hours."""
    shop.sql("UPDATE book_checks SET checked_at = checked_at - interval '3 hours'")
    yield
    await examine_database(shop.server.dsn)


@asynccontextmanager
async def a_backup_is_old(shop: Shop) -> AsyncGenerator[None]:
    """Three days."""
    shop.sql("INSERT INTO backups (merchant_id, made_at, tried_at) VALUES (0, now() - interval '3 days', now())")
    yield
    shop.sql("DELETE FROM backups")


@asynccontextmanager
async def a_backup_failed(shop: Shop) -> AsyncGenerator[None]:
    """The last attempt, an hour after one that was made."""
    shop.sql("INSERT INTO backups VALUES (0, now() - interval '1 hour', 1, 1, now(), 'no room')")
    yield
    shop.sql("DELETE FROM backups")


@asynccontextmanager
async def a_job_was_given_up(shop: Shop) -> AsyncGenerator[None]:
    """After ten attempts."""
    shop.sql("INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('q', 't', 'failed')")
    yield
    shop.sql("DELETE FROM procrastinate_jobs WHERE task_name = 't'")


@asynccontextmanager
async def a_job_hangs(shop: Shop) -> AsyncGenerator[None]:
    """In the hands of a worker for three minutes. It lives: the jobs of one that does not are taken from it."""
    shop.sql("INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('never', 't')")
    shop.sql(
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers) "
        "WHERE task_name = 't'"
    )
    shop.sql("UPDATE procrastinate_events SET at = at - interval '3 minutes'")
    yield
    shop.sql("DELETE FROM procrastinate_jobs WHERE task_name = 't'")


@asynccontextmanager
async def work_has_no_known_end(shop: Shop) -> AsyncGenerator[None]:
    """A provider's answer was lost an hour ago."""
    engine, owner = shop.app.engine, {"merchant_id": shop.merchant_id, "environment": "production"}
    member_id, wallets = await add_member(engine, shop.merchant_id, "test", "m1", "Member")
    wallet = wallets["production"]
    await engine.submit(ManualDeposit(**owner, account_id=wallet, amount_sen=1_000_00))
    order_id = await shop.place(
        funding="hold", account_id=wallet, member_id=member_id, work={"items": ["a"]}, provider="nobody"
    )
    await engine.submit(RecordFulfilment(**owner, order_id=order_id, outcome="unknown"))
    shop.sql("UPDATE orders SET updated_at = now() - interval '1 hour' WHERE order_id = %s", order_id)
    yield
    await engine.submit(RecordFulfilment(**owner, order_id=order_id, outcome="done", succeeded=1))


@asynccontextmanager
async def the_worker_does_nothing(shop: Shop) -> AsyncGenerator[None]:
    """Its tasks are gone while orders go on, and a minute passes: the database's clock is not turned, what is stored is
    moved back by it. The worker never comes back."""
    worker = shop.app._worker
    assert worker is not None
    received = len(shop.receiver.requests)
    await shop.place()
    # Until the attempt is written down, too.
    await shop.until(lambda now: len(shop.receiver.requests) > received and not now.of("gerai_webhooks_sending"))
    await worker.supervisor.stop()
    await shop.place(expires_at=real_now() + timedelta(milliseconds=1))
    shop.sql(
        "INSERT INTO webhook_deliveries SELECT (jsonb_populate_record(d, jsonb_build_object("
        "'delivery_id', -1, 'part', 99, 'status', 'pending', 'tries', 0, 'next_attempt_at', now(), "
        "'finished_at', NULL, 'leased_until', NULL))).* "
        "FROM webhook_deliveries d JOIN webhook_endpoints e USING (merchant_id, endpoint_id) "
        "WHERE e.status = 'active' ORDER BY d.delivery_id DESC LIMIT 1"
    )
    for table, column in (("worker_beats", "beat_at"), ("orders", "expires_at"), ("procrastinate_events", "at"),
                          ("webhook_deliveries", "next_attempt_at")):  # fmt: skip
        shop.sql(f"UPDATE {table} SET {column} = {column} - interval '61 seconds'")
    yield
