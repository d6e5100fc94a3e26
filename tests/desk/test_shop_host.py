"""A shop's own host is nobody else's, and not the server's."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from desk_kit import OWNER, do, open_desk, written
from gerai.app import App
from gerai.domain.refusals import InputInvalid
from gerai.engine.acting import Actor
from gerai.engine.desk.acts.reset_setting import TheSetting
from gerai.engine.desk.acts.set_setting import ChosenSetting
from gerai.engine.desk.fault_words import in_indonesian
from gerai.engine.desk.house import Within
from gerai.engine.merchants.at_host import shop_at
from gerai.engine.merchants.open import change_settings, open_merchant
from gerai.kit.ids import base62


def a_host() -> str:
    """One that nobody has."""
    return f"{base62(10).lower()}.example"


def chosen(host: str) -> ChosenSetting:
    return ChosenSetting(name="shop_host", value=host)


async def test_a_host_somebody_has_is_refused(within: Within) -> None:
    """At the desk, by the operation under the terminal, and where a merchant is opened: nothing is changed or written,
    and requests to the host are still the other shop's. Given up it is free; one's own may be set again."""
    host, other = a_host(), await open_desk(within.house)
    await do(within, "settings.set", chosen(host))
    await do(within, "settings.set", chosen(host))
    before = await written(other)
    fault = f"{host} is the host of another shop"
    for attempt in (
        lambda: do(other, "settings.set", chosen(host)),
        lambda: change_settings(other.engine, other.merchant_id, {"shop_host": host}),
        lambda: open_merchant(other.engine, base62(8).lower(), "Tiruan", {"shop_host": host}),
    ):
        with pytest.raises(InputInvalid) as refused:
            await attempt()
        assert refused.value.fields == {"shop_host": [fault]}
    assert in_indonesian(fault) == f"{host} dipakai toko lain"
    assert await written(other) == before
    assert "Tiruan" not in [one.name for one in within.engine.directory.merchants()]
    assert shop_at(within.engine.directory, host) == within.merchant
    await do(within, "settings.reset", TheSetting(name="shop_host"))
    await do(other, "settings.set", chosen(host))
    assert shop_at(within.engine.directory, host) == other.merchant


async def test_of_five_at_once_one_has_it(within: Within) -> None:
    """Five shops that take one host at the same moment: one has it."""
    host, shops = a_host(), [within, *[await open_desk(within.house) for _ in range(4)]]
    results = await asyncio.gather(*(do(one, "settings.set", chosen(host)) for one in shops), return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["Done"] + ["InputInvalid"] * 4
    having = [one for one in shops if one.merchant.settings.shop_host == host]
    assert len(having) == 1


async def test_the_servers_own_host_is_no_shops(app: App, within: Within, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the host of its public address nor a name of the machine, where there are other shops."""
    assert app.engine.own_hosts == {(urlsplit(app.settings.base_url).hostname or "").lower()}
    monkeypatch.setattr(within.engine, "own_hosts", frozenset({"gerai.example"}))
    await open_desk(within.house)
    for host in ("gerai.example", "localhost", "toko.localhost", "127.0.0.1"):
        with pytest.raises(InputInvalid) as refused:
            await do(within, "settings.set", chosen(host))
        assert list(refused.value.fields) == ["shop_host"]
        assert in_indonesian(refused.value.fields["shop_host"][0]).endswith("dan ada toko lain")
    assert within.merchant.settings.shop_host == ""
    # Whoever runs the server may, at the terminal.
    operator = replace(OWNER, actor=Actor("operator", "ani", "ani"))
    await do(within, "settings.set", chosen("gerai.example"), operator)
    assert within.merchant.settings.shop_host == "gerai.example"
    await do(within, "settings.reset", TheSetting(name="shop_host"))


async def test_an_only_shop_may_have_it(within: Within, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no other shop the server's host is its."""

    async def alone(*_: object) -> bool:
        return True

    monkeypatch.setattr("gerai.store.shop_hosts.is_alone", alone)
    await do(within, "settings.set", chosen("localhost"))
    assert within.merchant.settings.shop_host == "localhost"
    await do(within, "settings.reset", TheSetting(name="shop_host"))
