"""Merchant settings: declared once, checked when written, safe to read whatever stands in the row."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, get_args

import msgspec
import pytest
from msgspec import Meta
from structlog.testing import capture_logs

from engine_kit import Shop, open_shop
from gerai.app import MERCHANT_SETTINGS
from gerai.domain.refusals import InputInvalid
from gerai.doors.dialects.leuwongrr.auth import LIMITS
from gerai.doors.dialects.leuwongrr.merchant_settings import LeuwongrrSettings, LimitBucket
from gerai.engine.core import Engine
from gerai.engine.merchants.open import change_settings, open_merchant, reset_setting
from gerai.kit.bilingual import Bilingual
from gerai.kit.declare import SettingFault, says
from gerai.kit.declared import ChosenSettings, MerchantSettingsDeclared
from gerai.kit.discover import PluginBroken
from gerai.merchant_settings import FeeRule, MerchantSettings

ROOT = Path(__file__).resolve().parents[2]
DECLARED = MERCHANT_SETTINGS.by_name
DEFAULTS, _ = MERCHANT_SETTINGS.read({})
#: For each setting a value that fits, and one that does not.
VALUES: dict[str, tuple[Any, Any]] = {
    "late_payment": ("wallet", "later"),
    "other_amount": ("wallet", "keep"),
    "payment_fees": ({"va:BCA": {"percent_bp": 150}}, {"va": {"percent_bp": -1}}),
    "matching_amount": ("none", "subtract"),
    "qris_surcharge": ("allow", True),
    "shop_address": ("Jl. Melati 1, Jakarta", "Jl. Melati 1\nJakarta"),
    "shop_host": ("toko.example", "https://toko.example"),
    "shop_url": ("https://toko.example/katalog", "http://toko.example"),
    "shop_colour": ("#0B6B53", "hijau"),
    "shop_contact": ("0812-3456-7890", "hubungi kami"),
    "complaint_contact": ("pengaduan@toko.example", "http://toko.example"),
    "first_steps": ("hidden", "gone"),
    "robux_rate_sen": (15_000, "15000"),
    "private_server_prices": ({"920587237": 350}, {"Adopt Me": 350}),
    "leuwongrr_invoice_minutes": (60, 0),
    "leuwongrr_provider": ("manual", 7),
    "leuwongrr_payment_methods": (["qris"], "qris"),
    "leuwongrr_limits": ({"user_read": 7}, {"user_reads": 7}),
    "cekceir_deposit_minutes": (15, 0),
    "cekceir_deposit_providers": (["qris", "bank_bca"], "qris"),
}


def in_force(shop: Shop) -> ChosenSettings:
    return shop.engine.directory.merchant(shop.merchant_id).chosen


def value(shop: Shop, name: str) -> Any:
    """The setting in force."""
    return getattr(in_force(shop).of(DECLARED[name].struct), name)


async def edit(shop: Shop, settings: str) -> None:
    """Write into the row behind everybody's back, and let the directory read it again."""
    await shop.execute("UPDATE merchants SET settings = %s::jsonb WHERE merchant_id = %s", (settings, shop.merchant_id))
    async with shop.engine.connection() as connection:
        await shop.engine.directory.load(connection, [shop.merchant_id])


def test_every_setting_is_tried_here_and_explained() -> None:
    """No setting without a good and a bad value in these tests, a help text, and a use in the package."""
    assert set(VALUES) == set(DECLARED)
    code = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "src/gerai").rglob("*.py"))
    for one in DECLARED.values():
        assert one.help
        assert one.takes
        assert re.search(rf"settings\.{one.name}\b", code), one.name


@pytest.mark.parametrize("name", sorted(DECLARED))
async def test_what_fits_is_stored_and_what_does_not_is_refused(engine: Engine, name: str) -> None:
    """Checked when written: the refusal names the setting, and neither it nor what came with it is changed."""
    good, bad = VALUES[name]
    shop = await open_shop(engine, settings={name: good})
    assert value(shop, name) != DECLARED[name].default
    before = in_force(shop)
    with pytest.raises(InputInvalid) as refused:
        await change_settings(engine, shop.merchant_id, {"robux_rate_sen": 99, name: bad})
    assert list(refused.value.fields) == [name]
    assert in_force(shop) == before
    await reset_setting(engine, shop.merchant_id, name)
    assert in_force(shop) == DEFAULTS


async def test_a_merchant_is_not_opened_with_a_setting_nobody_knows(engine: Engine) -> None:
    """A typo is refused, and there is no merchant."""
    count = len(engine.directory.merchants())
    with pytest.raises(InputInvalid) as refused:
        await open_merchant(engine, "typo", "Typo", {"late_payments": "hold"})
    assert (
        "no such setting: late_payments (did you mean late_payment?); one of late_payment, "
        in refused.value.fields["late_payments"][0]
    )
    assert len(engine.directory.merchants()) == count


@pytest.mark.parametrize("name", sorted(DECLARED))
async def test_a_row_edited_to_nonsense_is_read_as_the_default(engine: Engine, name: str) -> None:
    """The nonsense is told in the log with merchant and setting; every other setting of the row counts."""
    shop = await open_shop(engine)
    other = "late_payment" if name != "late_payment" else "robux_rate_sen"
    good = VALUES[other][0]
    row = msgspec.json.encode({name: [None, {}], other: good, "gone": 1}).decode()
    with capture_logs() as logs:
        await edit(shop, row)
    assert value(shop, name) == DECLARED[name].default
    assert value(shop, other) == good
    told = [entry for entry in logs if entry["event"] == "merchant.setting_unreadable"]
    assert {entry["setting"] for entry in told} == {name, "gone"}
    assert all(entry["merchant"].startswith("engine-") and entry["log_level"] == "error" for entry in told)
    # Every process that reads the merchants of this database would name it again.
    await edit(shop, "{}")


@pytest.mark.parametrize("row", ["[]", '"hold"', "7", "null"])
async def test_a_row_that_is_no_object_is_all_defaults(engine: Engine, row: str) -> None:
    """Whatever JSON stands there: defaults count, and the next change makes an object of it again."""
    shop = await open_shop(engine, settings={"late_payment": "hold"})
    await edit(shop, row)
    assert in_force(shop) == DEFAULTS
    await change_settings(engine, shop.merchant_id, {"robux_rate_sen": 5})
    assert in_force(shop).of(LeuwongrrSettings) == LeuwongrrSettings(robux_rate_sen=5)
    assert in_force(shop).of(MerchantSettings) == MerchantSettings()
    await edit(shop, row)
    await reset_setting(engine, shop.merchant_id, "robux_rate_sen")
    assert in_force(shop) == DEFAULTS
    await edit(shop, "{}")


def test_limits_name_the_buckets_of_the_door() -> None:
    """The setting knows exactly the buckets the door counts in."""
    assert set(get_args(LimitBucket)) == set(LIMITS)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("late_payment", "hold", "hold"),
        ("late_payment", '"hold"', "hold"),
        ("robux_rate_sen", "15000", 15_000),
        ("leuwongrr_provider", "", ""),
        ("leuwongrr_payment_methods", "null", None),
        ("leuwongrr_payment_methods", '["qris"]', ["qris"]),
        ("payment_fees", '{"qris":{"percent_bp":70}}', {"qris": {"percent_bp": 70, "fixed_rupiah": 0}}),
    ],
)
def test_what_is_typed_is_understood(name: str, text: str, value: Any) -> None:
    """JSON or a bare word."""
    assert MERCHANT_SETTINGS.from_text(name, text) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [("late_payment", "5"), ("robux_rate_sen", "1.5"), ("payment_fees", "{"), ("payment_fees", "4000"), ("x", "1")],
)
def test_what_makes_no_sense_is_said(name: str, text: str) -> None:
    """The fault names the setting."""
    with pytest.raises(SettingFault) as fault:
        MERCHANT_SETTINGS.from_text(name, text)
    assert fault.value.name == name


def test_reading_makes_values_of_the_declared_types() -> None:
    """A stored fee is a rule, not a dictionary; ids that are texts in JSON are numbers."""
    row = {"payment_fees": {"va": {"fixed_rupiah": 4000}}, "private_server_prices": {"7": 350}}
    found, faults = MERCHANT_SETTINGS.read(row)
    assert (found.of(MerchantSettings).payment_fees, faults) == ({"va": FeeRule(fixed_rupiah=4000)}, [])
    assert found.of(LeuwongrrSettings).private_server_prices == {7: 350}


class Fifth(msgspec.Struct, frozen=True):
    """What a fifth dialect declares; the rate is declared like another's."""

    fifth_stars: Annotated[int, Meta(ge=0), says(Bilingual("Berapa bintang.", "How many stars."), "0 …")] = 3
    robux_rate_sen: Annotated[
        int,
        Meta(ge=0, le=10_000_000),
        says(
            Bilingual(
                "Harga satu Robux dalam sen; 0: tidak menjual Robux.",
                "Price of one Robux in sen; 0: no Robux are sold.",
            ),
            "0 … 10000000",
        ),
    ] = 0


class Other(msgspec.Struct, frozen=True):
    """The same name, another meaning."""

    fifth_stars: Annotated[str, says(Bilingual("Bintang mana.", "Which stars."), "a name")] = ""


def test_two_dialects_may_share_a_setting_but_not_disagree_about_it() -> None:
    """Declared alike, one stored value is both's; declared otherwise, the start stops and names the setting."""
    declared = MerchantSettingsDeclared(*dict.fromkeys(one.struct for one in DECLARED.values()), Fifth)
    assert list(declared.by_name) == [*DECLARED, "fifth_stars"]
    found, faults = declared.read({"robux_rate_sen": 7, "fifth_stars": -1})
    assert (found.of(Fifth), found.of(LeuwongrrSettings).robux_rate_sen) == (Fifth(robux_rate_sen=7), 7)
    assert [fault.name for fault in faults] == ["fifth_stars"]
    with pytest.raises(PluginBroken, match="Fifth and Other declare the merchant setting fifth_stars"):
        MerchantSettingsDeclared(Fifth, Other)


def test_without_a_dialect_its_settings_are_unknown() -> None:
    """What no dialect declares here is no setting: it is refused when written, and told when read."""
    general = MerchantSettingsDeclared(MerchantSettings)
    with pytest.raises(
        SettingFault,
        match=r"robux_rate_sen: no such setting: robux_rate_sen; one of late_payment, other_amount, payment_fees, "
        r"matching_amount, qris_surcharge, shop_address, shop_url, shop_host, shop_colour, shop_contact, "
        r"complaint_contact, first_steps$",
    ):
        general.checked({"robux_rate_sen": 5})
    found, faults = general.read({"robux_rate_sen": 5, "late_payment": "hold"})
    assert (found.of(MerchantSettings).late_payment, [fault.name for fault in faults]) == ("hold", ["robux_rate_sen"])
