"""What whoever looks after an installation may ask its database, over a session of its own and no engine running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from gerai.engine.check import examine, examine_database
from gerai.engine.webhooks.deliver import SECRET_CLOSED
from gerai.kit.secret_box import SecretBox, SecretBoxError
from gerai.settings import DatabaseSettings
from gerai.store import backup_record, gauges, sessions, webhook_deliveries, webhook_endpoints, worker_beats
from gerai.store import installation as sql
from gerai.store.connection import Connection, DatabaseError, drop, open_connection
from gerai.store.faults import Fault, fault_of
from gerai.store.migrate import migration_names
from gerai.store.session import USUAL

__all__ = [
    "SECRET_CLOSED", "Connection", "DatabaseError", "Fault", "examine", "examine_database", "fault_of",
    "migration_names",
]  # fmt: skip
SealedSecrets = sql.SealedSecrets
_LOOK_WITHIN_S: Final = 30
SEEN_WITHIN_S: Final = worker_beats.SEEN_WITHIN_S

server = sql.server
try_commit = sql.try_commit
time_limits = sql.time_limits
applied_migrations = sql.applied_migrations
restore_cut_off = sql.restore_cut_off
data_directory = sql.data_directory
libpq_version = sql.libpq_version
key_counts = sql.key_counts
ending_keys = sql.ending_keys
locked_out_merchants = sql.locked_out_merchants
real_merchants = sql.real_merchants
sealed_secrets = sql.sealed_secrets
troubled_endpoints = sql.troubled_endpoints
connections = sessions.connections
blocked = sessions.blocked
long_transactions = sessions.long_transactions
workers_by_kind = worker_beats.by_kind
jobs = gauges.jobs
oldest_jobs = gauges.oldest_jobs
overdue_orders = gauges.overdue_orders
oldest_overdue = gauges.oldest_overdue
open_fulfilments = gauges.open_fulfilments
book_checks = gauges.book_checks
last_backup = backup_record.last_backup
clock_skew = gauges.clock_skew
oldest_webhooks = webhook_deliveries.oldest_due
endpoints_by_state = webhook_endpoints.by_state


@asynccontextmanager
async def looking(dsn: str, limits: DatabaseSettings, within_s: float) -> AsyncGenerator[Connection]:
    """A session whose link is broken after so long, whatever it does then. DatabaseError."""
    connection = await open_connection(dsn, limits)
    timer = asyncio.get_running_loop().call_later(within_s, drop, connection)
    try:
        yield connection
    finally:
        timer.cancel()
        await connection.close()


async def sealed_secrets_in(dsn: str, limits: DatabaseSettings = USUAL) -> list[SealedSecrets]:
    """All that a database holds, of webhook endpoints, gateway contracts and senders of money notices, of each kind a
    thousand at most. DatabaseError, also when its tables are not those of this version."""
    async with looking(dsn, limits, _LOOK_WITHIN_S) as connection:
        return await sealed_secrets(connection)


def not_opened(sealed: Sequence[SealedSecrets], keys: str) -> list[SealedSecrets]:
    """Those that none of these keys opens. SecretBoxError when one of them is no key."""
    box = SecretBox(keys)
    return [row for row in sealed if not _opens(box, row)]


def _opens(box: SecretBox, row: SealedSecrets) -> bool:
    try:
        for secret in filter(None, row.secrets):
            box.open(secret)
    except SecretBoxError:
        return False
    return True
