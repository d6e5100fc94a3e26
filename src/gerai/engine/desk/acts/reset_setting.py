"""Give a setting of a shop its default again."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.desk.acts.set_setting import SettingName
from gerai.engine.desk.fields import refers, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.open import reset_setting
from gerai.kit.bilingual import Bilingual


class TheSetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which one; also what an earlier version left, and nobody knows now."""

    name: Annotated[SettingName, words("Nama", "Name", "late_payment"), refers("settings")]


async def run(within: Within, given: TheSetting) -> Done:
    """Every process follows within a second. Refuses NotFound."""
    await reset_setting(within.engine, within.merchant_id, given.name)
    return Done(given.name)


ACT = Act("settings.reset", "settings:write", Bilingual("Kembali ke bawaan", "Reset a setting"), TheSetting, run)
