"""Name an account of the shop's own that real money is paid to."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.accounts import MORE, SETTLES, Pairs, Said, asked_of, by_whom, method_of
from gerai.engine.desk.fields import words
from gerai.engine.desk.house import Within
from gerai.engine.desk.money import require_real
from gerai.engine.desk.registry import Act, Done
from gerai.engine.merchants.receiving import open_account, read_account, read_settles
from gerai.kit.bilingual import Bilingual

_OURS: Final = frozenset({"method", "more", "mine", "settles"})


class NewAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a method asks is filled in, the rest left empty: bank, number and holder of a bank account; the code of a
    QRIS picture and its mode. ``settles``: when its acquirer passes on what came, empty: as is assumed. ``mine``: what
    was understood is yours. Without it the refusal says what that is."""

    method: Annotated[Said, words("Metode", "Method", "bank_transfer")]
    bank: Annotated[Said, words("Bank", "Bank", "BCA")] = ""
    number: Annotated[Said, words("Nomor rekening", "Account number", "1234567890")] = ""
    holder: Annotated[Said, words("Atas nama", "Holder", "Budi Santoso")] = ""
    code: Annotated[Said, words("Isi kode QRIS", "Text of the QRIS code", "000201…")] = ""
    mode: Annotated[Said, words("Nominal QRIS", "Amount of the QRIS code")] = ""
    settles: Annotated[Said, SETTLES] = ""
    more: Annotated[Pairs, MORE] = ()
    mine: Annotated[bool, words("Ini milik saya", "It is mine", True)] = False


async def run(within: Within, given: NewAccount) -> Done:
    """Production orders can be paid there from now on. Refuses NotFound (the desk of the sandbox has none), and
    InputInvalid: a method that there is not or that needs a gateway, something that it asks is missing or cannot be
    right, one that is open for this channel already, the merchant is simulated, or nobody said that it is theirs."""
    require_real(within, "account", given.method)
    method = method_of(within, given.method)
    said = asked_of(given, _OURS, given.more)
    read = read_account(method, said)
    read_settles(method, given.settles)
    if not given.mine:
        understood = "; ".join(f"{name}: {value}" for name, value in read.shown)
        raise InputInvalid({"mine": [f"is this yours? {understood}"]})
    new = await open_account(within.engine, within.merchant_id, method, said, by_whom(), given.settles)
    return Done(str(new.receiving_id), details=dict(read.shown))


ACT = Act(
    "accounts.add", "settings:write", Bilingual("Tambah rekening penerima", "Add a receiving account"), NewAccount, run,
    reasoned=True, grave=True, here=True,
)  # fmt: skip
