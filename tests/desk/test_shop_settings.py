"""A shop's settings, name and test clock at the desk, and the audit that keeps who changed them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from structlog.testing import capture_logs

from desk_kit import OPERATOR, VIEWER, do, open_desk, seen, written
from gerai.domain.refusals import InputInvalid, NotFound, PermissionMissing
from gerai.engine.desk.acts.open_merchant import NewMerchant
from gerai.engine.desk.acts.rename_merchant import MerchantName
from gerai.engine.desk.acts.reset_setting import TheSetting
from gerai.engine.desk.acts.set_clock import ClockTime
from gerai.engine.desk.acts.set_setting import ChosenSetting
from gerai.engine.desk.house import Within
from gerai.engine.desk.read import read_json, read_texts
from gerai.engine.desk.registry import Done, look, views
from gerai.engine.merchants.open import set_test_clock
from gerai.kit.clock import real_now
from gerai.store.audit import entries
from gerai.store.due import due_orders
from gerai.store.test_clock import FURTHEST_OFFSET_S

NOON = datetime(2026, 12, 1, 5, tzinfo=UTC)


async def setting(within: Within, name: str) -> tuple[str, bool]:
    """Its value, and whether that is the default."""
    [row] = [row for row in await seen(within, "settings.list") if row.name == name]
    return row.value, row.is_default


async def test_a_setting_is_chosen_and_reset(within: Within) -> None:
    """A bare word or JSON; it is in force at once, in this shop alone, and the audit keeps old and new."""
    assert await setting(within, "late_payment") == ('"accept"', True)
    await do(within, "settings.set", ChosenSetting(name="late_payment", value="hold"))
    fees = '{"va":{"percent_bp":0,"fixed_rupiah":4000}}'
    await do(within, "settings.set", ChosenSetting(name="payment_fees", value=fees))
    assert await setting(within, "late_payment") == ('"hold"', False)
    assert await setting(within, "payment_fees") == (fees, False)
    assert within.merchant.settings.late_payment == "hold"
    other = await open_desk(within.house)
    assert await setting(other, "late_payment") == ('"accept"', True)
    await do(within, "settings.reset", TheSetting(name="late_payment"))
    assert await setting(within, "late_payment") == ('"accept"', True)
    newest, _, first = [entry for _, entry in await written(within)]
    assert (newest.act, newest.target, newest.facts) == (
        "settings.reset", "late_payment", {"before": {"late_payment": "hold"}, "after": {}},
    )  # fmt: skip
    assert first.facts == {"before": {}, "after": {"late_payment": "hold"}}


async def test_what_does_not_fit_changes_nothing(within: Within) -> None:
    """An unknown setting, a value that does not fit, a payment method that is not here, and who may not."""
    for given, refusal in (
        (ChosenSetting(name="nothing", value="x"), NotFound),
        (ChosenSetting(name="late_payment", value="maybe"), InputInvalid),
        (ChosenSetting(name="payment_fees", value='{"nothing": {"fixed_rupiah": 1}}'), InputInvalid),
        (ChosenSetting(name="payment_fees", value="{"), InputInvalid),
    ):
        with pytest.raises(refusal):
            await do(within, "settings.set", given)
    with pytest.raises(NotFound):
        await do(within, "settings.reset", TheSetting(name="nothing"))
    with pytest.raises(PermissionMissing):
        await do(within, "settings.set", ChosenSetting(name="late_payment", value="hold"), OPERATOR)
    assert all(row.is_default for row in await seen(within, "settings.list", VIEWER))
    assert await written(within) == []


async def test_the_sandbox_has_a_clock(within: Within) -> None:
    """It stands still or runs beside the real time, and is set back; production keeps the real time."""
    sandbox = Within(within.house, within.merchant_id, "sandbox")
    await do(sandbox, "clock.set", ClockTime(frozen_at=NOON))
    [row] = await seen(sandbox, "clock.list")
    assert (row.now, row.frozen_at, row.offset_s) == (NOON, NOON, 0)
    await do(sandbox, "clock.set", ClockTime(offset_s=3600))
    [row] = await seen(sandbox, "clock.list")
    assert timedelta(minutes=59) < row.now - real_now() < timedelta(minutes=61)
    [real] = await seen(within, "clock.list")
    assert abs(real.now - real_now()) < timedelta(minutes=1)
    for at, given in ((within, ClockTime(offset_s=3600)), (sandbox, ClockTime(frozen_at=NOON, offset_s=1))):
        with pytest.raises(InputInvalid):
            await do(at, "clock.set", given)
    await do(sandbox, "clock.set", ClockTime())
    [row] = await seen(sandbox, "clock.list")
    assert (row.frozen_at, row.offset_s) == (None, 0)
    assert [entry.environment for _, entry in await written(within)] == ["sandbox"] * 3


@pytest.mark.parametrize(
    "at",
    [
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(999, 12, 31, 23, 59, tzinfo=UTC),
        datetime(9999, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=12))),
    ],
)
async def test_no_clock_stands_where_no_time_can_be_read(within: Within, at: datetime) -> None:
    """It is refused by every face and by the engine, and nothing is kept of it: others still read the shops."""
    sandbox = Within(within.house, within.merchant_id, "sandbox")
    with pytest.raises(InputInvalid) as refused:
        read_texts(ClockTime, {"frozen_at": at.isoformat()}, rupiah=True)
    assert refused.value.fields == {"frozen_at": ["there is no such time"]}
    with pytest.raises(InputInvalid):
        read_json(ClockTime, {"frozen_at": at.isoformat()})
    with pytest.raises(InputInvalid):
        await do(sandbox, "clock.set", ClockTime(frozen_at=at))
    with pytest.raises(InputInvalid):
        await set_test_clock(within.engine, within.merchant_id, offset_s=FURTHEST_OFFSET_S + 1)
    [row] = await seen(sandbox, "clock.list")
    assert (row.frozen_at, row.offset_s) == (None, 0)
    assert await written(within) == []
    async with within.engine.connection() as connection:
        await within.engine.directory.load(connection)


@pytest.mark.parametrize("at", [datetime(1000, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, 23, tzinfo=UTC)])
async def test_a_clock_at_either_end(within: Within, at: datetime) -> None:
    """The first and the last time that can be set are read again, and shown."""
    sandbox = Within(within.house, within.merchant_id, "sandbox")
    for zone in (UTC, timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))):
        await do(sandbox, "clock.set", ClockTime(frozen_at=at.replace(tzinfo=zone)))
        [row] = await seen(sandbox, "clock.list")
        assert row.now == at.replace(tzinfo=zone)
    await seen(sandbox, "orders.list")
    await seen(sandbox, "reports.summary")
    await do(sandbox, "clock.set", ClockTime())


@pytest.mark.parametrize(
    ("frozen_at", "offset_s"),
    [("0001-01-01 00:00:00+14", 0), ("infinity", 0), ("9999-12-31 23:00:00-12", 0), (None, 2**62)],
)
async def test_a_stored_clock_out_of_reach_is_none(within: Within, frozen_at: str | None, offset_s: int) -> None:
    """One that was edited by hand, or set by an earlier version, is told in the log, and stops neither its own shop nor
    what is due in others."""
    sandbox = Within(within.house, within.merchant_id, "sandbox")
    async with within.engine.connection() as connection:
        await connection.execute(
            "UPDATE merchants SET sandbox_clock_frozen_at = %s, sandbox_clock_offset_s = %s WHERE merchant_id = %s",
            (frozen_at, offset_s, within.merchant_id),
        )
        with capture_logs() as logs:
            await within.engine.directory.load(connection, [within.merchant_id])
        [row] = await seen(sandbox, "clock.list")
        await due_orders(connection, 1)
    assert (row.frozen_at, row.offset_s) == (None, 0)
    assert abs(row.now - real_now()) < timedelta(minutes=1)
    told = [entry for entry in logs if entry["event"] == "merchant.clock_unreadable"]
    assert {entry["merchant"] for entry in told} == {within.merchant.code}
    await do(sandbox, "clock.set", ClockTime())


async def test_a_shop_is_renamed(within: Within) -> None:
    """Its code stays; the audit keeps both names."""
    before = within.merchant
    await do(within, "merchants.rename", MerchantName(name="Toko Mawar"))
    assert (within.merchant.name, within.merchant.code) == ("Toko Mawar", before.code)
    [(_, entry)] = await written(within)
    assert entry.facts == {"name": [before.name, "Toko Mawar"]}


async def test_a_merchant_is_opened_once(within: Within) -> None:
    """Of two at once with one code, one opens it; it is written down in the new merchant's audit."""
    outside = Within(within.house, 0, "production")
    new = NewMerchant(code=f"baru{within.merchant_id}", name="Toko Baru", simulated=True)
    both = await asyncio.gather(*(do(outside, "merchants.open", new) for _ in range(2)), return_exceptions=True)
    assert {type(one) for one in both} == {Done, InputInvalid}
    [made] = [one for one in both if isinstance(one, Done)]
    merchant = within.engine.directory.merchant(int(made.id))
    assert (merchant.code, merchant.name, merchant.simulated) == (new.code, "Toko Baru", True)
    async with within.engine.connection() as connection:
        [(_, entry)] = await entries(connection, int(made.id), 2**62, 10)
    assert (entry.act, entry.target, entry.facts["code"]) == ("merchants.open", made.id, new.code)


async def test_the_sandbox_sees_its_own_acts(within: Within) -> None:
    """What was done in production is not seen there, neither in the list nor by its target; production sees both."""
    sandbox = Within(within.house, within.merchant_id, "sandbox")
    for desk in (within, sandbox):
        await do(desk, "merchants.rename", MerchantName(name=f"Toko {desk.environment}"))
    [entry] = await seen(sandbox, "audit.list")
    assert (entry.environment, entry.act) == ("sandbox", "merchants.rename")
    assert [one.id for one in await seen(sandbox, "audit.list", target=entry.target)] == [entry.id]
    both = await seen(within, "audit.list")
    assert [one.environment for one in both] == ["sandbox", "production"]


async def test_the_audit_is_seen_page_by_page(within: Within) -> None:
    """Newest first, all of a shop or of one thing, never another shop's."""
    for name in ("Satu", "Dua", "Tiga"):
        await do(within, "merchants.rename", MerchantName(name=name))
    await do(within, "settings.set", ChosenSetting(name="late_payment", value="hold"), reason="uji coba")
    view = views()["audit.list"]
    first = await look(view, within, view.filter(limit=3), VIEWER)
    second = await look(view, within, view.filter(limit=3, after=first.next), VIEWER)
    acts = [(row.act, row.actor, row.reason) for row in (*first.rows, *second.rows)]
    assert acts == [("settings.set", "person:7", "uji coba")] + [("merchants.rename", "person:7", "")] * 3
    assert second.next == ""
    about = await seen(within, "audit.list", target="late_payment")
    assert [row.facts["after"] for row in about] == [{"late_payment": "hold"}]
    assert await seen(await open_desk(within.house), "audit.list") == []
    assert msgspec.to_builtins(about[0])["at"]
