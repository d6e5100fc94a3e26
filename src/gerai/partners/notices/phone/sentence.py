"""What an app's message says of money: how much came in, or that none did. Nothing is guessed."""

from __future__ import annotations

import re
from typing import Final

from gerai.domain.money import printed_sen
from gerai.ports.notices import NoticeFault

_AMOUNT: Final = re.compile(r"(?:\bRp|\bIDR)\.?\s*([0-9][0-9.,]*[0-9]|[0-9])", re.IGNORECASE)
#: What stands before an amount that is not the one that came.
_BESIDE: Final = re.compile(r"\b(?:saldo|balance|biaya|admin|fee|potongan|limit|sisa)\b[^.;!]{0,24}$", re.IGNORECASE)
#: Who got it is the reader.
_SURELY_CAME: Final = re.compile(r"\b(?:masuk|menerima|terima|received from|credited|kredit|cr)\b", re.IGNORECASE)
#: It may have come to the reader, or have been sent to somebody.
_MAY_HAVE_COME: Final = re.compile(r"\b(?:diterima|received|receive|credit|dari|from)\b", re.IGNORECASE)
_TO_SOMEBODY: Final = re.compile(r"\b(?:ke|kepada|to|oleh|by)\b", re.IGNORECASE)
#: Money that went out, has not come, or goes back.
_DID_NOT: Final = re.compile(
    r"\b(?:keluar|debit|debet|db|mengirim|kirim|sent|bayar|tarik|penarikan|withdraw\w*|tagihan|gagal|failed|pending"
    r"|tertunda|menunggu|dibatalkan|cancel\w*|refund|dikembalikan|permintaan|request\w*|minta|otp)\b",
    re.IGNORECASE,
)


def amount_in(words: str) -> int:
    """The one amount that the message says came in, in sen. NoticeFault: it does not say that money came, or names
    several amounts."""
    came = _SURELY_CAME.search(words) or (_MAY_HAVE_COME.search(words) and not _TO_SOMEBODY.search(words))
    if not came or _DID_NOT.search(words):
        raise NoticeFault("its text does not say that money came in")
    said = {printed_sen(found[1]) for found in _AMOUNT.finditer(words) if not _BESIDE.search(words[: found.start()])}
    if len(said) != 1:
        raise NoticeFault("its text names no amount that came in" if not said else "its text names several amounts")
    [amount_sen] = said
    if not amount_sen:
        raise NoticeFault("its text names no amount that can be")
    return amount_sen
