"""The seller's own static QRIS code: read with care, and made a code for one payment.

What a static code is, and where its amount stands: EMVCo merchant-presented mode with the tags of QRIS (51: the
national repository, whose 02 is the merchant's number, the NMID). Nothing of it is changed but 01, 54 and 63.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gerai.domain.settlement import SettleRule
from gerai.partners.payments.qris.emv import decode, encode, seal
from gerai.ports.payments import AccountFault, AccountForm, Asked, ReadAccount

#: The code with the amount in it (tag 54), or as it hangs on the counter: the payer types the amount.
WITH_AMOUNT: Final = "with_amount"
WHOLE: Final = "whole"
_MODES: Final = (WITH_AMOUNT, WHOLE)
_LONGEST: Final = 512
#: The first tag says which standard a code follows, in its first version.
_BEGINS: Final = "000201"
_ACQUIRERS: Final = tuple(str(tag) for tag in range(26, 52))
_NATIONAL: Final = "51"
#: Accounts of card schemes: whoever pays through one of them pays there.
_OTHER_SCHEMES: Final = tuple(f"{tag:02d}" for tag in range(2, 26))
_TIPS: Final = ("55", "56", "57")


def read_account(said: Mapping[str, str]) -> ReadAccount:
    """The text of a printed QRIS code (``code``), and how it is to be shown (``mode``). AccountFault: it is damaged, no
    static QRIS code of Indonesia, or one whose amount somebody else decides."""
    mode = said.get("mode", WITH_AMOUNT)
    if mode not in _MODES:
        raise AccountFault("mode", f"{mode} is none of {', '.join(_MODES)}")
    text = said["code"].strip()
    try:
        found = _read(text)
    except ValueError as fault:
        raise AccountFault("code", str(fault)) from fault
    national = decode(found[_NATIONAL])
    acquirers = [decode(found[tag])["00"] for tag in _ACQUIRERS if tag in found and tag != _NATIONAL]
    acquirers += [f"tag {tag}" for tag in _OTHER_SCHEMES if tag in found]
    details = {
        "code": text[:-4] + text[-4:].upper(),
        "mode": mode,
        "name": found["59"],
        "city": found.get("60", ""),
        "nmid": national["02"],
    }
    shown = (
        ("name", details["name"]), ("city", details["city"]), ("NMID", details["nmid"]),
        ("acquirer", ", ".join(acquirers) or national["00"]), ("mode", mode),
    )  # fmt: skip
    return ReadAccount("QRIS", details, shown, details["nmid"])


def for_amount(text: str, amount_rupiah: int) -> str:
    """The same code for one payment of this amount: 01 says so, the amount (54) stands before the first tag behind it,
    the checksum is new; all else stays as and where it was."""
    rest = [(tag, value) for tag, value in decode(text).items() if tag not in {"00", "01", "63"}]
    at = next((i for i, (tag, _) in enumerate(rest) if tag > "54"), len(rest))
    return seal(encode([("00", "01"), ("01", "12"), *rest[:at], ("54", str(amount_rupiah)), *rest[at:]]))


def _read(text: str) -> dict[str, str]:
    """The data objects of a static QRIS code. ValueError says what is wrong with it."""
    if len(text) > _LONGEST or not text.isascii() or not text.isprintable():
        raise ValueError(f"a QRIS code is at most {_LONGEST} plain characters, beginning with {_BEGINS}")
    # Before anything is taken apart: most codes that are no QRIS code are a link.
    found = decode(text) if text.startswith(_BEGINS) else {}
    if [*found][-1:] != ["63"]:
        raise ValueError(f"this is no QRIS code: those begin with {_BEGINS} and end with a checksum (63)")
    if seal(text[:-8]) != text[:-4] + text[-4:].upper():
        raise ValueError("the checksum is wrong: a character is missing or was changed; copy the whole code again")
    if found.get("01", "11") != "11" or "54" in found:
        raise ValueError("this code is for one payment only; use the static one that hangs on the counter")
    if found.get("53") != "360" or found.get("58") != "ID":
        raise ValueError("this code is not for rupiah in Indonesia (tags 53 and 58)")
    if any(tag in found for tag in _TIPS):
        raise ValueError("this code asks payers for a tip (tags 55 to 57): what they pay would not be the price")
    national = decode(found.get(_NATIONAL, ""))
    if not national.get("02", "").startswith("ID") or "00" not in national:
        raise ValueError("this code has no national merchant number (NMID, tag 51): it is not a QRIS code of today")
    if any("00" not in decode(found[tag]) for tag in _ACQUIRERS if tag in found):
        raise ValueError("an acquirer's part (tags 26 to 50) does not say whose it is")
    if not found.get("59", "").strip():
        raise ValueError("this code has no merchant name (tag 59)")
    return found


OWN_ACCOUNT: Final = AccountForm(
    (
        Asked(
            "code",
            {
                "id": "Isi kode QRIS statis Anda: teks yang dimulai dengan 000201",
                "en": "The text in your static QRIS code, which begins with 000201",
            },
            in_qr=True,
        ),
        Asked(
            "mode",
            {
                "id": f"{WITH_AMOUNT}: nominal ikut di dalam kode; {WHOLE}: kode apa adanya, pembeli mengetik nominal",
                "en": f"{WITH_AMOUNT}: the amount is in the code; {WHOLE}: the code as it is, payers type the amount",
            },
            required=False,
        ),
    ),
    read_account,
    # Assumed: each acquirer has its own day, and the code does not say it.
    SettleRule(days=1),
)
