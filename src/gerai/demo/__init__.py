"""The demo shop: what `gerai up` creates on its first start and the orders it places through the four doors.

One module per door, named like it: ``async seed(shop) -> dict`` creates what that door needs through engine operations
and answers its section of ``demo.json``; ``async show(client, section) -> list[Shown]`` places the contract's own
example orders over HTTP. This file holds what they share.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from psycopg import AsyncConnection

from gerai.engine.core import Engine


@dataclass(frozen=True)
class DemoShop:
    """What a door's ``seed`` works with: the running engine, the demo merchant, and a connection (autocommit) for
    catalogue rows that are written by SQL of ``gerai.store``."""

    engine: Engine
    merchant_id: int
    connection: AsyncConnection


@dataclass(frozen=True)
class Shown:
    """One call as it is shown to the person at the terminal. ``answer`` is the decoded JSON body; ``pay_url`` is the
    pay page of the order, empty when the call made none."""

    title: str
    curl: str
    status: int
    answer: Any
    pay_url: str = ""


async def call(
    client: httpx.AsyncClient,
    title: str,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: Any = None,
) -> Shown:
    """Do one call and describe it; the curl line repeats exactly what was sent. ``body`` is sent as JSON."""
    content = None if body is None else json.dumps(body, ensure_ascii=False)
    sent = dict(headers) if content is None else {**headers, "Content-Type": "application/json"}
    response = await client.request(method, path, headers=sent, content=content)
    return Shown(
        title, curl_line(str(response.request.url), method, sent, content), response.status_code, response.json()
    )


def curl_line(url: str, method: str, headers: Mapping[str, str], content: str | None = None) -> str:
    """A command line ready to paste into a POSIX shell."""
    words = ["curl", "-sS"]
    words += [] if method == "GET" and content is None else ["-X", method]
    words.append(url)
    for name, value in headers.items():
        words += ["-H", f"{name}: {value}"]
    if content is not None:
        words += ["-d", content]
    return shlex.join(words)
