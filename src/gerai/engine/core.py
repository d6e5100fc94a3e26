"""The engine: one object that takes commands, serves reads, and follows the directory.

Several engines (processes) may stand on one database; nothing here assumes to be alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar

from gerai.domain.refusals import IdempotencyKeyReused
from gerai.engine.articles import ArticleReads
from gerai.engine.batch import Writer
from gerai.engine.command import Command, Idempotency, Outcome
from gerai.engine.deposits.find import DepositReads
from gerai.engine.directory import Directory, Part
from gerai.engine.following import follow
from gerai.engine.ids import Ids
from gerai.engine.made import Made, decode_made
from gerai.engine.maintenance import maintain
from gerai.engine.orders.find import EventReads, OrderReads
from gerai.engine.outage import DatabaseState, outages_of
from gerai.engine.payments.find import PaymentReads
from gerai.engine.payouts.find import PayoutReads
from gerai.engine.subscriptions import SUBSCRIBED_CHANNELS
from gerai.engine.wallet.find import WalletReads
from gerai.kit import clock
from gerai.kit.calendar import Calendar, calendar_of
from gerai.kit.declared import MerchantSettingsDeclared
from gerai.kit.supervise import Supervisor
from gerai.merchant_settings import GENERAL
from gerai.settings import DatabaseSettings
from gerai.store import idempotency as idempotency_keys
from gerai.store.batch import WRITER_SESSION
from gerai.store.check import now as time_there
from gerai.store.connection import Connection, open_connection
from gerai.store.faults import Fault
from gerai.store.pool import Pool, PoolLimits
from gerai.store.session import USUAL, limited

Answer = TypeVar("Answer")
#: What runs as long as the engine does.
NO_LABELS: Final[Mapping[str, Mapping[str, str]]] = {}
ENGINE_TASKS: Final = ("writer", "directory", "maintenance")


class ReadsStats(NamedTuple):
    """Connections for reading that are in use, reads that wait for one, and reads so far that got none, by reason."""

    used: int
    waiting: int
    refused: Mapping[Fault, int]


class Engine:
    """``orders``, ``events``, ``payments``, ``deposits``, ``wallets`` and ``articles`` answer reads; ``ids``,
    ``directory`` as their modules say."""

    def __init__(
        self,
        dsn: str,
        *,
        database: DatabaseSettings = USUAL,
        parts: tuple[Part[Any], ...] = (),
        merchant_settings: MerchantSettingsDeclared = GENERAL,
        calendar: Calendar | None = None,
        cash_labels: Mapping[str, Mapping[str, str]] = NO_LABELS,
        own_hosts: frozenset[str] = frozenset(),
        queue_limit: int = 2048,
        batch_limit: int = 256,
        deadline_s: float = 10.0,
        lanes: int = 2,
        reads_pool_size: int = 8,
        reads_wait_s: float = 2.0,
        reads_waiting_limit: int = 256,
    ) -> None:
        #: With the limits of every session of this engine.
        self.dsn = limited(dsn, database)
        self.ids = Ids()
        #: By channel, the labels of orders whose courier takes the money.
        self.cash_labels = cash_labels
        #: Names that the server itself is reached by.
        self.own_hosts = own_hosts
        self.directory = Directory((SUBSCRIBED_CHANNELS, *parts), merchant_settings)
        self.writer = Writer(self._connect, self.directory, self.ids, queue_limit, batch_limit, deadline_s, lanes)
        #: How the database serves reads; the writer has its own.
        self.database = DatabaseState("reads")
        limits = PoolLimits(reads_pool_size, reads_wait_s, reads_waiting_limit)
        self._pool = Pool(self.dsn, limits, database, self.database.failed, self.database.worked)
        self._rehearsed: Connection | None = None
        self.orders = OrderReads(self._pool)
        self.events = EventReads(self._pool)
        self.payments = PaymentReads(self._pool)
        self.payouts = PayoutReads(self._pool, calendar or calendar_of(None))
        self.deposits = DepositReads(self._pool)
        self.articles = ArticleReads(self._pool)
        self.wallets = WalletReads(self._pool)
        #: Watches what runs beside the calls. Whoever started the engine stops it once this gave up.
        self.supervisor = Supervisor(*ENGINE_TASKS, excused=outages_of(dsn))

    async def _connect(self) -> Connection:
        connection = await open_connection(self.dsn)
        await connection.execute(WRITER_SESSION)
        return connection

    @property
    def reads(self) -> ReadsStats:
        """How reading is served now."""
        return ReadsStats(len(self._pool.used), len(self._pool.waiting), self._pool.refused)

    def connection(self, timeout_s: float | None = None) -> AbstractAsyncContextManager[Connection]:
        """A connection of the pool, in autocommit, for modules of this package (a test finds any other caller)."""
        return self._pool.connection(timeout_s) if self._rehearsed is None else nullcontext(self._rehearsed)

    @asynccontextmanager
    async def rehearsing(self) -> AsyncGenerator[None]:
        """In this block master data are changed one change after the other, each is seen by the next and by nobody
        else, and at the end all are taken back. Commands are none of it. For a process with one caller."""
        async with self._pool.connection() as connection:
            try:
                async with connection.transaction(force_rollback=True):
                    # As the directory reads: everything as it is at one moment.
                    await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                    self._rehearsed = connection
                    yield
            finally:
                self._rehearsed = None
                await self.directory.load(connection)

    # --- life ------------------------------------------------------------------------------

    async def start(self) -> None:
        """Connect, load the directory, begin to write."""
        await self._pool.open()
        async with self._pool.connection() as connection:
            await self.ids.refill(connection)
            # Before the first command: what it writes may be due to the second.
            asked_s = clock.steady_s()
            clock.adjust(await time_there(connection), asked_s)
        follower = asyncio.create_task(self._follow(), name="gerai-directory-first")
        loaded = asyncio.create_task(self.directory.loaded.wait())
        # The follower ends before it has loaded only by failing; waiting for the load alone would hang then.
        await asyncio.wait((follower, loaded), return_when=asyncio.FIRST_COMPLETED)
        if follower.done():
            loaded.cancel()
            await self._pool.close()
            follower.result()
        watch = self.supervisor
        watch.start("writer", self.writer.run)
        watch.start("directory", self._follow, first=follower)
        watch.start("maintenance", lambda: maintain(self._pool, self.ids))

    async def _follow(self) -> None:
        await follow(self.directory, self.dsn)

    async def stop(self) -> None:
        """Finish what was accepted, then disconnect."""
        self.writer.close()
        # The writer first, which commits what was accepted; only then what it leans on.
        await self.supervisor.finish("writer")
        await self.supervisor.stop()
        await self._pool.close()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Engine]:
        """Start, and stop at the end of the block."""
        await self.start()
        try:
            yield self
        finally:
            await self.stop()

    @property
    def alive(self) -> bool:
        """Whether commands are being worked off."""
        return self.supervisor.states["writer"].alive_since is not None and not self.supervisor.gave_up.is_set()

    # --- work ------------------------------------------------------------------------------

    async def submit(self, command: Command[Answer], idempotency: Idempotency | None = None) -> Outcome[Answer]:
        """Hand a command to the writer and wait until it is committed.

        Replayed under its key, the answer shows what was made as it is now. Raises the operation's refusals,
        IdempotencyKeyReused, and Busy when the queue is full or its deadline passed.
        The command is done or refused even when the caller stops waiting.
        """
        outcome = await self.writer.put(command, idempotency)
        if not outcome.replayed:
            return outcome
        # Only ids were kept: reading is outside the transaction, so that a storm of retries locks nothing.
        return Outcome(await self._as_now(type(command), command.merchant_id, outcome.answer), replayed=True)

    async def find_answer(
        self, command_type: type[Command[Answer]], merchant_id: int, environment: str, idempotency: Idempotency
    ) -> Answer | None:
        """What was made under an idempotency key, as it is now, without running anything. None: nothing yet.
        IdempotencyKeyReused as in submit."""
        async with self._pool.connection() as connection:
            # From the pool: a storm of retries must not fill the writer's queue.
            found = await idempotency_keys.stored(connection, merchant_id, environment, idempotency)
        if found is None:
            return None
        fingerprint, answer = found
        if fingerprint != idempotency.fingerprint:
            raise IdempotencyKeyReused(idempotency.key)
        self.writer.figures.replays += 1
        return await self._as_now(command_type, merchant_id, decode_made(answer))

    async def release_key(
        self,
        command_type: type[Command[Answer]],
        merchant_id: int,
        environment: str,
        idempotency: Idempotency,
        void: Callable[[Answer], bool],
    ) -> bool:
        """Forget an idempotency key if what was made under it, whatever was asked then, is ``void`` as it is now: the
        key may be used anew. Returns whether it may. Of several at once, none takes the key of what another made since.
        """
        async with self._pool.connection() as connection:
            found = await idempotency_keys.stored(connection, merchant_id, environment, idempotency)
            if found is None:
                return True
            _, answer = found
            if not void(await command_type.reload(connection, merchant_id, decode_made(answer))):
                return False
            await idempotency_keys.forget(connection, merchant_id, environment, idempotency, answer)
            return True

    async def made_under(self, merchant_id: int, environment: str, idempotency: Idempotency) -> Made | None:
        """The ids of what was made under an idempotency key, whatever was asked then. None: nothing yet."""
        async with self._pool.connection() as connection:
            found = await idempotency_keys.stored(connection, merchant_id, environment, idempotency)
        return None if found is None else decode_made(found[1])

    async def _as_now(self, command_type: type[Command[Answer]], merchant_id: int, made: Made) -> Answer:
        async with self._pool.connection() as connection:
            return await command_type.reload(connection, merchant_id, made)

    def now(self, merchant_id: int, environment: str) -> datetime:
        """The time on the merchant's clock for this environment."""
        return self.directory.merchant(merchant_id).now(environment)
