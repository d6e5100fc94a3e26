"""What bounds a session with PostgreSQL: every connection that Gerai opens carries these limits, set in this one place
(docs/decisions/0010-limits-on-the-database.md)."""

from __future__ import annotations

import dataclasses
from typing import Final
from urllib.parse import parse_qs, quote, urlencode

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from gerai.settings import DatabaseSettings

#: Of whoever was given no settings.
USUAL: Final = DatabaseSettings()
#: A peer that is silent is asked this many times, this often, before its connection counts as broken.
_KEEPALIVE_TIMES: Final = 3
_KEEPALIVE_EVERY_S: Final = 5


def patient(limits: DatabaseSettings) -> DatabaseSettings:
    """The limits of migrations: statements may take long; a lock is waited for only as long as the requests that queue
    behind it can bear."""
    return dataclasses.replace(
        limits,
        lock_timeout_s=limits.migration_lock_timeout_s,
        statement_timeout_s=limits.migration_statement_timeout_s,
        idle_transaction_timeout_s=limits.migration_statement_timeout_s,
    )


def unhurried(limits: DatabaseSettings) -> DatabaseSettings:
    """The limits of whoever moves all rows of a database that nobody else uses yet."""
    return dataclasses.replace(limits, statement_timeout_s=0, idle_transaction_timeout_s=0)


def limited_url(dsn: str, limits: DatabaseSettings) -> str:
    """As :func:`limited`, as a ``postgresql://`` address, in whichever form it was given."""
    names = (*_usual(limits), "options")
    added = {name: value for name, value in conninfo_to_dict(limited(dsn, limits)).items() if name in names}
    head, _, query = _as_url(dsn).partition("?")
    kept = {name: values[-1] for name, values in parse_qs(query).items()}
    return f"{head}?{urlencode(kept | added, quote_via=quote)}"


def _as_url(dsn: str) -> str:
    if dsn.startswith("postgresql://"):
        return dsn
    given = {name: str(value) for name, value in conninfo_to_dict(dsn).items() if value is not None}
    user, password = (quote(given.pop(name, ""), safe="") for name in ("user", "password"))
    database = quote(given.pop("dbname", ""), safe="")
    return f"postgresql://{user}:{password}@/{database}?{urlencode(given, quote_via=quote)}"


def limited(dsn: str, limits: DatabaseSettings = USUAL) -> str:
    """The same address with these limits. What the address itself names wins."""
    given = conninfo_to_dict(dsn)
    # The server reads them from left to right.
    options = f"{_options(limits)} {given.pop('options', None) or ''}".strip()
    named = {name: value for name, value in _usual(limits).items() if name not in given}
    return make_conninfo(dsn, options=options, **named)


def _usual(limits: DatabaseSettings) -> dict[str, str | int]:
    usual: dict[str, str | int] = {"connect_timeout": max(1, round(limits.connect_timeout_s))}
    if limits.keepalive_s:
        given_up_after_s = limits.keepalive_s + _KEEPALIVE_TIMES * _KEEPALIVE_EVERY_S
        usual |= {
            "keepalives": 1,
            "keepalives_idle": max(1, round(limits.keepalive_s)),
            "keepalives_interval": _KEEPALIVE_EVERY_S,
            "keepalives_count": _KEEPALIVE_TIMES,
            # For what was sent and never acknowledged: no keepalives are sent meanwhile.
            "tcp_user_timeout": round(given_up_after_s * 1000),
        }
    return usual


def _options(limits: DatabaseSettings) -> str:
    seconds = {
        "lock_timeout": limits.lock_timeout_s,
        "statement_timeout": limits.statement_timeout_s,
        "idle_in_transaction_session_timeout": limits.idle_transaction_timeout_s,
        "client_connection_check_interval": limits.client_check_s,
    }
    return " ".join(f"-c {name}={round(limit_s * 1000)}" for name, limit_s in seconds.items())
