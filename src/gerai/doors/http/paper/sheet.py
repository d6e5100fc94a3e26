"""A table of the desk as a PDF, in one language: whose it is, of which days, its rows and their sums."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec
from babel.dates import format_date, format_datetime

from gerai.domain.money import display
from gerai.doors.http.language import Language
from gerai.doors.http.paper.texts import printed, settable
from gerai.doors.http.paper.typesetter import TYPESETTER
from gerai.engine.desk.house import Within
from gerai.engine.desk.paper import Sheet
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import JAKARTA, real_now

PDF_TYPE: Final = "application/pdf"
_TOTAL: Final = Bilingual("Jumlah", "Total")
_PLAY: Final = Bilingual("Mode uji coba: bukan uang sungguhan", "Test mode: no real money")
_FOOT: Final = Bilingual("Dicetak {when} dari pembukuan {shop}", "Printed {when} from the books of {shop}")
_WORDS: Final = {"page": Bilingual("Halaman", "Page"), "of": Bilingual("dari", "of")}
_TIME: Final[dict[Language, str]] = {"id": "d MMMM y, HH.mm 'WIB'", "en": "d MMMM y, HH:mm 'WIB'"}
#: As accounts are written.
_MINUS: Final = "\u2212"


async def sheet_pdf(sheet: Sheet, within: Within, language: Language, waiting: int) -> bytes:
    """The sheet of the desk's merchant as PDF. Busy: ``waiting`` papers are being made. SettingFailed."""
    TYPESETTER.require_room(within.merchant_id, waiting)
    source = source_of(sheet, within, language, real_now())
    return await TYPESETTER.pdf(source, within.merchant_id, waiting, "sheet")


def sheet_name(sheet: Sheet, within: Within) -> str:
    """What the file is called: ``toko-monthly-statement-2026-11.pdf``."""
    return f"{within.merchant.code}-{'-'.join(sheet.title.en.lower().split())}-{sheet.since:%Y-%m}.pdf"


def source_of(sheet: Sheet, within: Within, language: Language, now: datetime) -> bytes:
    """What is set, in UTF-8: a line of JSON."""

    def said(text: Bilingual) -> str:
        return text.in_language(language)

    shop = printed(within.merchant.name) or within.merchant.code
    when = format_datetime(now, _TIME[language], tzinfo=JAKARTA, locale=language)
    whole: dict[str, Any] = {
        "language": language,
        "title": said(sheet.title),
        "period": _period(sheet.since, sheet.until, language),
        "shop": shop,
        "address": within.merchant.settings.shop_address,
        "play": said(_PLAY) if within.environment == "sandbox" else "",
        "columns": [said(one) for one in sheet.columns],
        "rows": [[said(name), *map(_amount, amounts)] for name, amounts in sheet.rows],
        "totals": _totals(sheet.totals, said(_TOTAL)),
        "notes": [said(one) for one in sheet.notes],
        "foot": said(_FOOT).format(when=when, shop=shop),
        "words": {name: said(word) for name, word in _WORDS.items()},
    }
    return msgspec.json.encode(settable(whole)) + b"\n"


def _period(since: date, until: date, language: Language) -> str:
    return f"{format_date(since, 'd MMMM y', locale=language)} \u2013 {format_date(until, 'd MMMM y', locale=language)}"


def _amount(sen: int) -> str:
    return f"{_MINUS if sen < 0 else ''}{display(abs(sen))}"


def _totals(totals: Sequence[int], name: str) -> list[str]:
    return [name, *map(_amount, totals)] if totals else []
