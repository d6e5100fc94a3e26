"""What an app's message says of money: how much came in, or that none did. Nothing is guessed.

Part of a message is the payer's own text: a name, a note. So an amount counts only where the bank's words stand, and a
message that says anything besides waits for a person.
"""

from __future__ import annotations

import re
from typing import Final

from gerai.domain.money import printed_sen
from gerai.ports.notices import NoticeFault

#: Messages of banks are shorter.
LONGEST: Final = 500
_FLAGS: Final = re.IGNORECASE
_AMOUNT: Final = re.compile(r"\b(?:Rp|IDR)\.?\s?([0-9][0-9.,]*[0-9]|[0-9])", _FLAGS)
#: After it stands what the payer wrote.
_NOTE: Final = re.compile(r"\b(?:berita|catatan|pesan|keterangan|ket|note|message|remark|memo)\b", _FLAGS)
_POLITE: Final = re.compile(r"\b(?:terima kasih|makasih|thank you)\b", _FLAGS)
#: The bank's words for money that came to the reader.
_CAME: Final = re.compile(
    r"\b(?:(?:transfer|dana|uang|trf|trsf|kredit|transaksi) masuk|masuk (?:sebesar|sejumlah|senilai|rp|idr)"
    r"|(?:anda|kamu)(?: telah| sudah)? (?:menerima|terima) (?:transfer|dana|uang|pembayaran|rp|idr)"
    r"|pembayaran(?: qris)?(?: sebesar)?(?: rp| idr)?[ 0-9.,]*(?: telah| sudah| berhasil)? diterima"
    r"|(?:you )?received (?:rp|idr|from|a payment|payment)|payment received|received from|credited)",
    _FLAGS,
)
#: To whom, which is the reader where their account is meant, and somebody else where not.
_TO_OWN: Final = re.compile(r"\b(?:ke|to) (?:rekening|rek|akun|saldo|your|account)\b", _FLAGS)
_TO_SOMEBODY: Final = re.compile(r"\b(?:ke|kepada|to|oleh|by)\b", _FLAGS)
#: Money that went out, has not come, goes back, is borrowed or is another currency's.
_DID_NOT: Final = re.compile(
    r"\b(?:keluar|debit|debet|db|mengirim|kirim|dikirim|sent|bayar|membayar|dibayar|tarik|penarikan|withdraw\w*|tagihan"
    r"|gagal|failed|pending|tertunda|menunggu|dibatalkan|batal|cancel\w*|refund|dikembalikan|permintaan|request\w*"
    r"|minta|otp|tidak|belum|akan|bukan|not|will|jika|bila|kartu|promo|cashback|hadiah|voucher|pinjaman|usd|sgd|eur|myr)"
    r"\b",
    _FLAGS,
)
#: A payer's name may stand before the amount only where the bank's own word leads to it.
_FROM: Final = re.compile(r"\b(?:dari|from|pengirim|sender)\b", _FLAGS)
_LED_TO: Final = re.compile(r"\b(?:sebesar|sejumlah|senilai|amount|of)\s*:?\s*$", _FLAGS)
_BALANCE: Final = re.compile(r"\b(?:saldo|balance)(?: \w+){0,2}\s?:?\s*$", _FLAGS)


def amount_in(words: str) -> int:
    """The one amount that the message says came in, in sen. NoticeFault: it is not sure that it does, or which."""
    if len(words) > LONGEST:
        raise NoticeFault(f"its text is longer than {LONGEST} characters")
    said = _POLITE.sub(" ", words)
    note = _NOTE.search(said)
    if note is not None:
        said = said[: note.start()]
    if not _CAME.search(said) or _DID_NOT.search(said) or _TO_SOMEBODY.search(_TO_OWN.sub(" ", said)):
        raise NoticeFault("its text does not say that money came in")
    amounts = list(_AMOUNT.finditer(said))
    if not amounts:
        raise NoticeFault("its text names no amount that came in")
    first, *others = amounts
    before = said[: first.start()]
    if _BALANCE.search(before) or (_FROM.search(before) and not _LED_TO.search(before)):
        raise NoticeFault("its text does not say which amount came in")
    # What follows may be the balance only where no payer could have written anything before.
    rest = {other[1] for other in others if _FROM.search(before) or not _BALANCE.search(said[: other.start()][-40:])}
    amount_sen = printed_sen(first[1])
    if any(printed_sen(other) != amount_sen for other in rest):
        raise NoticeFault("its text names several amounts")
    if not amount_sen:
        raise NoticeFault("its text names no amount that can be")
    return amount_sen
