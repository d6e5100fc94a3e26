"""What a shop has chosen, and what else it could."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from gerai.engine.desk.fields import words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual


class SettingFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All are shown: those of the merchant, in both environments."""


class SettingRow(msgspec.Struct, frozen=True):
    """A setting. ``value``, in force now, and ``default`` are JSON; ``takes`` shows what fits."""

    name: Annotated[str, words("Nama", "Name")]
    value: Annotated[str, words("Nilai", "Value")]
    is_default: Annotated[bool, words("Bawaan", "Default in force")]
    default: Annotated[str, words("Nilai bawaan", "Default")]
    help: Annotated[Bilingual, words("Keterangan", "What it does")]
    takes: Annotated[Bilingual, words("Yang cocok", "Takes")]


async def run(within: Within, wanted: SettingFilter) -> ViewPage:
    """As they are declared."""
    chosen = within.merchant.chosen
    rows: list[SettingRow] = []
    for one in within.engine.directory.declared.by_name.values():
        value = getattr(chosen.of(one.struct), one.name)
        said, takes = _plain(one.help), _plain(one.takes)
        rows.append(SettingRow(one.name, _json(value), value == one.default, _json(one.default), said, takes))
    return ViewPage(rows)


def _plain(text: Bilingual) -> Bilingual:
    """Without what marks code in Markdown."""
    return Bilingual(text.id.replace("`", ""), text.en.replace("`", ""))


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


VIEW = View("settings.list", "settings:read", Bilingual("Pengaturan", "Settings"), SettingFilter, SettingRow, run)
