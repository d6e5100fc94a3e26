"""An owner of the benchmark's shop, signed in at the console of the server under test."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Final

import httpx
import psycopg

from gerai.app import make_engine
from gerai.bench.case import ENVIRONMENT, BenchError
from gerai.bench.processes import HOST
from gerai.bench.stand import Stand, Step
from gerai.engine.people.join import first_person, reset_password
from gerai.engine.reports.roll_up import roll_up
from gerai.settings import DatabaseSettings, Settings

_LOGIN: Final = "admin"
#: Of a scratch database on this machine's loopback.
_PASSWORD: Final = "tolok ukur 1"  # noqa: S105
_TIMEOUT_S: Final = 900.0
_MARK: Final = re.compile(r'name="mark" value="([^"]+)"')


@dataclass(frozen=True)
class ShopOwner:
    """``base`` is the shop's address there, without the host."""

    client: httpx.Client
    base: str


@contextlib.contextmanager
def visiting(stand: Stand, step: Step) -> Generator[ShopOwner]:
    """Sign in once the reports of all stored orders are counted. BenchError when nobody is let in."""
    step("counting the reports")
    password = asyncio.run(_ready(stand.dsn))
    headers = {"sec-fetch-site": "same-origin"}
    with httpx.Client(
        base_url=f"http://{HOST}:{stand.port}", headers=headers, follow_redirects=True, timeout=_TIMEOUT_S,
        trust_env=False,
    ) as client:  # fmt: skip
        page = client.post("/console/sign-in", data={"login": _LOGIN, "password": password})
        if (mark := _MARK.search(page.text)) is None:
            raise BenchError(f"cannot sign in at the console: {page.status_code}")
        told = {"mark": mark[1], "old": password, "new": _PASSWORD}
        if client.post("/console/account/password", data=told).is_error:
            raise BenchError("cannot choose a password at the console")
        with psycopg.connect(stand.dsn) as connection:
            [(code,)] = connection.execute(
                "SELECT code FROM merchants WHERE merchant_id = %s", (stand.ours.merchant_id,)
            ).fetchall()
        yield ShopOwner(client, f"/console/{code}/{ENVIRONMENT}")


async def _ready(dsn: str) -> str:
    """What a worker does for the reports, which a server alone does not; and a one-time password."""
    async with make_engine(replace(Settings(), database=DatabaseSettings(url=dsn))).running() as engine:
        await roll_up(engine)
        return await first_person(engine, _LOGIN) or await reset_password(engine, _LOGIN)
