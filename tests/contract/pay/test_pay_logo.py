"""A shop's logo: at the head of its own pages and papers, nowhere else; served as a picture and nothing but one."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import httpx
import pytest
from pay_deposits import address as deposit_address
from pay_deposits import start
from pay_papers import pictures_in
from pay_shop import place

from gerai.domain.refusals import InputInvalid, NotFound
from gerai.doors.pay import answers
from gerai.engine.core import Engine
from gerai.engine.merchants.logos import LOGOS, logo_content, remove_logo, set_logo
from gerai.engine.merchants.open import open_merchant
from gerai.kit import ids
from picture_kit import logo

PNG, JPEG = logo(), logo(kind="JPEG")


def url_of(merchant_id: int, content: bytes) -> str:
    return f"/_logo/{merchant_id}/{hashlib.sha256(content).hexdigest()}"


async def another(engine: Engine) -> int:
    return await open_merchant(engine, f"logo{engine.ids.next()}", "Toko Lain", simulated=True)


async def test_without_one_the_page_is_as_it_was(engine: Engine, client: httpx.AsyncClient) -> None:
    """The first letter of the shop's name stands at the head, and no picture."""
    order = (await place(engine, await another(engine))).order
    page = (await client.get(f"/i/{order.secret}")).text
    assert '<span class="mark" aria-hidden="true">T</span>' in page
    assert ("_logo" in page, "<img" in page) == (False, False)


async def test_it_stands_on_every_page_of_its_shop(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """Of orders, short links and deposits, with its size, instead of the letter; under the same policy; taken away, the
    letter is back."""
    code = "".join(chr(ord("a") + b % 26) for b in ids.token().encode()[:6])
    order = (await place(engine, merchant.merchant_id, channel="durianpay", number=code)).order
    paths = (f"/i/{order.secret}", f"/payment/{code}", deposit_address(await start(engine, merchant)))
    before = [await client.get(path) for path in paths]
    await set_logo(engine, merchant.merchant_id, PNG, "t")
    url = url_of(merchant.merchant_id, PNG)
    for path, earlier in zip(paths, before, strict=True):
        answer = await client.get(path)
        assert f'<img src="{url}" alt="" width="400" height="160">' in answer.text, path
        assert 'class="mark"' not in answer.text
        policy = "content-security-policy"
        assert answer.headers[policy] == earlier.headers[policy] == answers.SAFETY[policy]
    await remove_logo(engine, merchant.merchant_id, "t")
    for path, earlier in zip(paths, before, strict=True):
        assert 'class="mark"' in (await client.get(path)).text
        assert 'class="mark"' in earlier.text
    with pytest.raises(NotFound):
        await remove_logo(engine, merchant.merchant_id, "t")


@pytest.mark.parametrize(("content", "kind"), [(PNG, "image/png"), (JPEG, "image/jpeg")])
async def test_it_is_served_as_a_picture(engine: Engine, client: httpx.AsyncClient, content: bytes, kind: str) -> None:
    """As it was given, with its type and all the safe headers, to be kept for good: its address has its digest."""
    merchant_id = await another(engine)
    await set_logo(engine, merchant_id, content, "t")
    answer = await client.get(url_of(merchant_id, content))
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, content, kind)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answers.SAFETY.items() <= dict(answer.headers).items()
    assert "set-cookie" not in answer.headers


async def test_another_address_is_none(engine: Engine, client: httpx.AsyncClient) -> None:
    """Another merchant's id, another digest, that of an earlier logo, and whatever else: 404, not to be kept."""
    merchant_id, other = await another(engine), await another(engine)
    await set_logo(engine, merchant_id, PNG, "t")
    right = url_of(merchant_id, PNG)
    assert (await client.get(right)).status_code == 200
    await set_logo(engine, merchant_id, JPEG, "t")
    for path in (
        right, url_of(other, JPEG), url_of(merchant_id, b"x"), f"/_logo/{merchant_id}/", f"/_logo/{merchant_id}",
        f"/_logo/x/{'a' * 64}", f"/_logo/{'9' * 30}/{'a' * 64}", f"/_logo/-1/{'a' * 64}", f"/_logo/{merchant_id}/..",
        url_of(merchant_id, JPEG).upper(), f"/_logo/\u00b2/{'a' * 64}",
    ):  # fmt: skip
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store"), path
    assert (await client.get(url_of(merchant_id, JPEG))).content == JPEG


async def test_a_shop_has_one(engine: Engine) -> None:
    """Of several that are given at once one stays, whole; and another shop has none by it."""
    merchant_id, other = await another(engine), await another(engine)
    given = [logo(width=200 + n) for n in range(6)]
    await asyncio.gather(*(set_logo(engine, merchant_id, one, "t") for one in given))
    async with engine.connection() as connection:
        await engine.directory.load(connection, [merchant_id])
    kept = engine.directory.get(LOGOS, merchant_id)
    assert kept is not None
    found = await logo_content(engine, merchant_id, kept.digest)
    assert found is not None
    assert found[1] in given
    assert (hashlib.sha256(found[1]).digest(), kept.width) == (kept.digest, 200 + given.index(found[1]))
    assert engine.directory.get(LOGOS, other) is None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<svg/>", "neither PNG nor JPEG"), (PNG[:-1], "broken PNG"), (PNG + b"\0" * 524_288, "larger than 512 KiB"),
        (logo(15, 40), "15 × 40 pixels"), (logo(2049, 20), "2049 × 20 pixels"),
    ],
)  # fmt: skip
async def test_what_is_none_is_refused(engine: Engine, content: bytes, why: str) -> None:
    """Another kind of file, a broken or too large one, one with too few or too many pixels: nothing is stored, and an
    earlier one stays."""
    merchant_id = await another(engine)
    await set_logo(engine, merchant_id, JPEG, "t")
    with pytest.raises(InputInvalid) as refused:
        await set_logo(engine, merchant_id, content, "t")
    assert why in refused.value.fields["logo"][0]
    kept = engine.directory.get(LOGOS, merchant_id)
    assert kept is not None
    assert kept.digest == hashlib.sha256(JPEG).digest()


@pytest.mark.parametrize("content", [PNG, JPEG])
async def test_it_is_on_paper(engine: Engine, merchant: Any, client: httpx.AsyncClient, content: bytes) -> None:
    """The PDF has the picture at its head; without a logo it has none."""
    path = f"/i/{(await place(engine, merchant.merchant_id)).order.secret}/document.pdf"
    plain = await client.get(path)
    await set_logo(engine, merchant.merchant_id, content, "t")
    with_it = await client.get(path)
    await remove_logo(engine, merchant.merchant_id, "t")
    assert [pictures_in(answer.content) for answer in (plain, with_it)] == [[], [(400, 160)]]
