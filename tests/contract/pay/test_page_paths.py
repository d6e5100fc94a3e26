"""The addresses of pages that dialects name in their descriptors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest
from pay_shop import place

from gerai.app import DIALECTS
from gerai.doors.http.door import Dialect
from gerai.doors.pay import pages
from gerai.engine.core import Engine
from gerai.kit.discover import PluginBroken

NAMED = [(dialect.name, path) for dialect in DIALECTS for path in dialect.page_paths]


def paths_of(*dialects: Dialect) -> list[str]:
    """The paths of GET routes of the pages of a server with these dialects."""
    return [route.path for route in pages(dialects).routes if route.method == "GET"]


@pytest.mark.parametrize(("channel", "path"), NAMED)
async def test_a_named_path_opens_the_dialects_orders(
    engine: Engine, merchant: Any, client: httpx.AsyncClient, channel: str, path: str
) -> None:
    """Each path a dialect names opens the page of its orders, by the secret alone or by code and secret together."""
    order = (await place(engine, merchant.merchant_id, channel=channel)).order
    filled = path.format(secret=order.secret, code=order.public_id)
    page = await client.get(filled, params={"t": order.secret} if "{code}" in path else {})
    assert (page.status_code, order.number in page.text) == (200, True)
    without = await client.get(path.format(secret="x" * 40, code=order.public_id))
    assert (without.status_code, order.number in without.text) == (404, False)


def test_the_pages_know_no_dialects_paths() -> None:
    """A path is a route only while a dialect names it, once however many do; every order has `/i/{secret}` besides."""
    assert len(NAMED) > 2
    bare = [replace(dialect, page_paths=()) for dialect in DIALECTS]
    assert [path for _, path in NAMED if path in paths_of(*bare)] == []
    assert "/i/{secret}" in paths_of()
    one, two = (replace(dialect, page_paths=("/bills/{code}",)) for dialect in DIALECTS[:2])
    assert set(paths_of(one, two)) - set(paths_of()) == {
        f"/bills/{{code}}{act}"
        for act in (
            "",
            "/events",
            "/qr.png",
            "/document.pdf",
            "/files/{file}",
            "/confirm",
            "/method",
            "/change",
            "/play",
            "/proof",
        )
    }
    assert paths_of(one, two).count("/bills/{code}") == 1


def test_a_path_without_a_place_for_the_secret_is_refused() -> None:
    """A page that nothing opens is a mistake of the dialect, found at the start."""
    with pytest.raises(PluginBroken, match="/bills"):
        pages([replace(DIALECTS[0], page_paths=("/bills",))])
