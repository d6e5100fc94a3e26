"""Choose a setting of a shop."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from gerai.domain.refusals import InputInvalid, NotFound
from gerai.engine.desk.fields import refers, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import change_settings
from gerai.kit.bilingual import Bilingual
from gerai.kit.declare import SettingFault

SettingName = Annotated[str, Meta(min_length=1, max_length=100)]


class ChosenSetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``value``: JSON, or a bare word."""

    name: Annotated[SettingName, words("Nama", "Name", "late_payment"), refers("settings")]
    value: Annotated[Annotated[str, Meta(max_length=20_000)], words("Nilai", "Value", "hold")]


async def run(within: Within, given: ChosenSetting) -> Done:
    """Every process follows within a second. Refuses NotFound (no such setting), and InputInvalid: a value that does
    not fit, or that names a payment method or provider which is not here."""
    declared = within.engine.directory.declared
    one = declared.by_name.get(given.name)
    if one is None:
        raise NotFound("setting", given.name)
    try:
        value = declared.from_text(given.name, given.value)
    except SettingFault as fault:
        raise InputInvalid({"value": [fault.fault]}) from fault
    if unknown := one.unknown_names(value, within.house.payment_methods, within.house.fulfilment):
        raise InputInvalid({"value": [unknown]})
    await change_settings(within.engine, within.merchant_id, {given.name: value})
    return Done(given.name)


ACT = Act("settings.set", "settings:write", Bilingual("Ubah pengaturan", "Change a setting"), ChosenSetting, run)
