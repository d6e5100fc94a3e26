"""What a dialect's part of the demo shop is made of.

Each dialect has a ``demo.py`` in its own folder: what `gerai up` creates for it on the first start, and the example
orders it places over HTTP. This kit stands in ``doors/http`` because below a dialect there is only this package and the
engine; the shop as a whole (``gerai.demo``) stands above the application and asks whatever dialects it finds.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from gerai.engine.core import Engine


@dataclass(frozen=True)
class DemoShop:
    """What a dialect's ``seed`` works with: the running engine and the demo merchant."""

    engine: Engine
    merchant_id: int


@dataclass(frozen=True)
class Shown:
    """One call as it is shown to the person at the terminal. ``answer`` is the decoded JSON body, or the text of a body
    that is not JSON; ``pay_url`` is the pay page of the order, empty when the call made none.

    ``play_payer``: the tour pays that order. ``follows``: the call is about the order of an earlier one, so its curl
    line is shown only at the start that placed them. A status of 0: the call was made at an earlier start.
    """

    title: str
    curl: str
    status: int
    answer: Any
    pay_url: str = ""
    play_payer: bool = False
    follows: bool = False


@dataclass(frozen=True)
class DemoCall:
    """One request of a demo client. ``body`` is sent as JSON; None: no body."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any = None


@dataclass(frozen=True)
class Demo:
    """A dialect's part of the demo shop.

    ``seed`` creates what the dialect needs through engine operations and returns its section of ``demo.json``, plain
    JSON; what ends in ``key`` or ``token`` there is an API key, and nothing else does. ``tour`` places the contract's
    own example orders over HTTP with that section. ``order`` is the n-th order of a client without a rate limit,
    another thing for every n: the tests of all dialects place it. ``ending`` is the same with an item that ends in
    these four figures, by which the fulfilment simulator decides what it does; None: what is ordered goes to none.
    """

    seed: Callable[[DemoShop], Awaitable[dict[str, Any]]]
    tour: Callable[[httpx.AsyncClient, dict[str, Any]], Awaitable[list[Shown]]]
    order: Callable[[dict[str, Any], int], DemoCall]
    ending: Callable[[dict[str, Any], int, str], DemoCall] | None = None


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
    try:
        answer = response.json()
    except ValueError:
        answer = response.text
    return Shown(title, curl_line(str(response.request.url), method, sent, content), response.status_code, answer)


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
