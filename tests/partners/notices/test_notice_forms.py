"""What each sender's notice says of money: its proof, who came, and what is not money that came in."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import pytest

from gerai.kit.discover import discover
from gerai.partners.notices.phone.sentence import amount_in
from gerai.ports.notices import CourierPayout, NoticeFault, NoticeForm, PaidParcel, Told

FORMS: dict[str, NoticeForm] = discover("gerai.partners.notices", "FORM")
SECRET = "a-secret-of-sixteen"
MOOTA = {
    "account_number": "7770123456", "date": "2026-11-30 05:23:04", "description": "TRSF E-BANKING CR BUDI", "note": "",
    "amount": 50123, "type": "CR", "balance": 3799460.89, "mutation_id": "3ykVJxnwYkN", "taggings": [],
    "bank": {"account_number": "7770123456", "bank_type": "mandiriBisnisV2", "interval_refresh": 15},
}  # fmt: skip
MUTASIBANK = {
    "api_key": "token", "account_id": 123, "module": "bca", "account_name": "PT Toko", "account_number": "7770123456",
    "balance": 5000000, "data_mutasi": [
        {"id": "f3c9", "transaction_date": "2026-11-30 14:30:00", "description": "TRANSFER BUDI", "type": "CR",
         "amount": 50123, "balance": 5000000},
        {"id": "f3ca", "transaction_date": "2026-11-30 14:31:00", "description": "BIAYA", "type": "DB",
         "amount": 6500, "balance": 4993500},
    ],
}  # fmt: skip
QRISLY = {
    "event": "payment.success", "timestamp": "2026-11-30T10:35:22Z", "data": {
        "history_id": "0d3c", "qris_id": "91aa", "amount": 100001, "original_amount": 100000, "status": "paid",
        "paid_at": "2026-11-30T10:35:22Z", "payment_method": "Bank Transfer", "payment_provider": "Bank BCA",
    },
}  # fmt: skip
COURIER = {
    "reference": "JNE-3011", "paid_at": "2026-11-30T10:00:00+07:00", "fee": 10000,
    "parcels": [{"receipt": "JX1", "collected": 150000}, {"receipt": " JX2 ", "collected": "140000.50"}],
}  # fmt: skip
PHONE = {"title": "BCA mobile", "text": "Transfer masuk Rp50.123 dari BUDI", "at": "2026-11-30T14:30:00+07:00"}


class Sent(dict[str, str]):
    """Headers, as a door reads them."""

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        return {key.lower(): value for key, value in self.items()}.get(name.lower(), default)


def body_of(payload: Any) -> bytes:
    return json.dumps(payload).encode()


def read(form: str, payload: Any) -> list[tuple[str, int, str, str, str]]:
    """Key, sen, time, description and account of all that came."""
    told = FORMS[form].read(payload if isinstance(payload, bytes) else body_of(payload))
    assert isinstance(told, tuple)
    return [(t.key, t.amount_sen, t.at.isoformat() if t.at else "", t.description, t.account) for t in told]


def test_moota() -> None:
    """A bare list of mutations; amounts as numbers and as texts; what went out is left out."""
    out = MOOTA | {"type": "DB", "mutation_id": "other"}
    text = MOOTA | {"amount": "12111.00", "mutation_id": "third"}
    came, at = "TRSF E-BANKING CR BUDI", "2026-11-30T05:23:04+07:00"
    assert read("moota", [MOOTA, out, text]) == [
        ("3ykVJxnwYkN", 5_012_300, at, came, "7770123456"), ("third", 1_211_100, at, came, "7770123456"),
    ]  # fmt: skip
    assert read("moota", []) == []


def test_mutasibank() -> None:
    """One account's mutations; what went out is left out; ids may be numbers."""
    at = "2026-11-30T14:30:00+07:00"
    assert read("mutasibank", MUTASIBANK) == [("f3c9", 5_012_300, at, "TRANSFER BUDI", "7770123456")]
    [first, _] = MUTASIBANK["data_mutasi"]  # type: ignore[misc]
    numbered = MUTASIBANK | {"data_mutasi": [first | {"id": 17}]}  # type: ignore[operator]
    assert [key for key, *_ in read("mutasibank", numbered)] == ["17"]


def test_qrisly() -> None:
    """The amount that was paid, not the original one; an expired payment is no money."""
    assert read("qrisly", QRISLY) == [("0d3c", 10_000_100, "2026-11-30T10:35:22+00:00", "Bank Transfer Bank BCA", "")]
    assert read("qrisly", {"event": "payment.expired", "data": {"status": "expired"}}) == []
    assert read("qrisly", QRISLY | {"data": QRISLY["data"] | {"status": "pending"}}) == []  # type: ignore[operator]


def test_phone() -> None:
    """As JSON or as a form; the amount in the text, or named; the time in digits; two messages that number alike are
    two, and one that comes again is one."""
    at = "2026-11-30T14:30:00+07:00"
    [(key, sen, when, words, account)] = read("phone", PHONE)
    assert (sen, when, words, account) == (5_012_300, at, "BCA mobile Transfer masuk Rp50.123 dari BUDI", "")
    assert read("phone", PHONE)[0][0] == key
    assert read("phone", PHONE | {"at": "2026-11-30T14:31:00+07:00"})[0][0] != key
    assert (
        read("phone", {"id": 1, "text": "A", "amount": 1})[0][0]
        != read("phone", {"id": 1, "text": "B", "amount": 1})[0][0]
    )
    form = b"text=Transfer+masuk+Rp50.123&at=1796023800&account=777-0123-456"
    [(_, sen, when, _, account)] = read("phone", form)
    assert (sen, when, account) == (5_012_300, "2026-11-30T07:30:00+00:00", "777-0123-456")
    assert read("phone", {"id": "x", "amount": "75000.50"})[0][1] == 7_500_050
    assert read("phone", {"at": 1796023800123, "amount": 5})[0][2] == "2026-11-30T07:30:00.123000+00:00"


def payout(payload: Any) -> CourierPayout:
    told = FORMS["courier"].read(body_of(payload))
    assert isinstance(told, CourierPayout)
    return told


def test_courier() -> None:
    """A payout with its parcels, to the sen; one fee for all of it, or one of each parcel, and none is one, too; the
    time in digits or not."""
    told = payout(COURIER)
    assert (told.reference, told.at.isoformat(), told.fee_sen) == ("JNE-3011", COURIER["paid_at"], 1_000_000)
    assert told.parcels == (PaidParcel("JX1", 15_000_000), PaidParcel("JX2", 14_000_050))
    own = [{"receipt": "A", "collected": 5, "fee": 0}, {"receipt": "B", "collected": 5, "fee": "1.25"}]
    told = payout({"reference": "R", "paid_at": 1796023800, "parcels": own})
    assert (told.at.isoformat(), told.fee_sen) == ("2026-11-30T07:30:00+00:00", None)
    assert told.parcels == (PaidParcel("A", 500, 0), PaidParcel("B", 500, 125))
    assert payout(COURIER | {"fee": 0}).fee_sen == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"reference": ""}, {"reference": "x" * 101}, {"reference": "a\0b"}, {"paid_at": "yesterday"}, {"paid_at": ""},
        {"parcels": []}, {"parcels": [{"receipt": "A", "collected": 1}] * 1001}, {"fee": 290001}, {"fee": -1},
        {"fee": True}, {"fee": False}, {"parcels": [{"receipt": " ", "collected": 5}]},
        {"parcels": [{"receipt": "A", "collected": 5, "fee": 1}]},
        {"fee": None, "parcels": [{"receipt": "A", "collected": 5, "fee": 6}]}, {"parcels": {"receipt": "A"}},
        {"parcels": [{"collected": 5}]}, {"parcels": [{"receipt": 5, "collected": 5}]},
    ],
    ids=str,
)  # fmt: skip
def test_a_payout_that_cannot_be(changes: dict[str, Any]) -> None:
    """Without a reference, a time or a parcel, with more than a thousand, with both kinds of fee or a fee of more than
    was collected: it waits as a whole."""
    with pytest.raises(NoticeFault):
        FORMS["courier"].read(body_of(COURIER | changes))


@pytest.mark.parametrize(
    ("words", "sen"),
    [
        ("Transfer masuk Rp50.017 dari BUDI", 5_001_700), ("Anda menerima IDR 50,017.00 ke rekening 123", 5_001_700),
        ("Pembayaran QRIS Rp 50.017 diterima. Saldo Rp1.250.000", 5_001_700), ("Rp50017 received from BUDI", 5_001_700),
        ("Dana masuk sebesar Rp1.250.017,00", 125_001_700), ("Dana masuk dari BUDI sebesar Rp1.000", 100_000),
        ("You received Rp50.017 from A", 5001700),
        ("Uang masuk Rp50.017 (Rp50.017)", 5_001_700),
    ],
)  # fmt: skip
def test_a_sentence_that_says_it(words: str, sen: int) -> None:
    """The one amount that came, whatever else stands there."""
    assert amount_in(words) == sen


@pytest.mark.parametrize(
    "words",
    [
        "Transfer ke BUDI Rp50.017 berhasil", "Transfer Rp50.017 kepada BUDI telah diterima", "Rp50.017 sent to BUDI",
        "Pembayaran dari rekening Anda ke TOKO Rp50.017", "Transfer masuk Rp50.017 gagal", "Dana masuk Rp5.017 pending",
        "Tagihan kartu kredit Rp50.017", "BUDI meminta Rp50.017 dari Anda: permintaan", "Kode OTP masuk 123456",
        "Transfer masuk Rp50.017 dan Rp60.017", "Transfer masuk", "Rp50.017", "Transfer masuk Rp0", "Uang keluar Rp500",
        "Transfer masuk Rp1.2.3", "Saldo masuk: saldo Rp50.017", "Rp50.017 diterima oleh BUDI", "",
        "Transfer masuk Rp" + "9" * 40, "Terima kasih. Transfer Rp61.234 ke BUDI berhasil",
        "Dana masuk dari SALDO BUDI sebesar Rp1.000 Rp7.777.000",
        "Dana masuk dari SALDO BUDI sebesar Rp1.000. Catatan: Rp7.777.000",
        "Transfer masuk dari BIAYA BUDI Rp1.000, berita Rp50.123",
        "Dari BUDI LIMIT Rp1.000 masuk. Berita: IDR 50.123", "Transfer masuk 1.000 dari BUDI berita Rp50.123",
        "Transfer masuk USD 5 dari Rp50.123", "Transfer Rp50.123 tidak masuk", "Transfer Rp50.123 akan masuk",
        "Pembayaran kartu kredit Rp50.123 berhasil", "Transaksi kartu kredit Rp50.123 di TOKOPEDIA",
        "Pembayaran Rp50.123 ke TOKO berhasil. Terima kasih", "Anda membayar Rp50.123 diterima",
        "Transfer ke TOKO MASUK Rp50.123 berhasil", "Hai, promo! Terima cashback Rp50.123",
        "Anda terima pesan baru: saya sudah transfer Rp50.123", "Dana masuk dari BUDI Rp9.999 saldo sebesar Rp1.000",
        "Dana masuk sebesar Rp1.250.017,00. Biaya admin: Rp500", "Transfer masuk dari BUDI Rp9.999.999",
        "masuk " + "Rp1.000 saldo " * 15_000,
    ],
)  # fmt: skip
def test_a_sentence_that_does_not(words: str) -> None:
    """Money that went out, has not come, or may be another: nobody guesses."""
    with pytest.raises(NoticeFault):
        amount_in(words)


def test_a_note_is_the_payers_own() -> None:
    """What stands behind the bank's word for it is no amount of the bank's."""
    assert amount_in("Dana masuk dari BUDI sebesar Rp1.000. Catatan: Rp7.777.000") == 100_000


def signature(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("form", "header"),
    [
        ("moota", "Signature"),
        ("mutasibank", "X-Mutasibank-Signature"),
        ("phone", "X-Gerai-Secret"),
        ("courier", "X-Gerai-Secret"),
    ],
)
def test_proof(form: str, header: str) -> None:
    """Only who knows the secret is believed; of another body, under another secret, or with none it proves nothing."""
    body = b'[{"amount":1}]'
    shown = header == "X-Gerai-Secret"
    right = SECRET if shown else signature(body)
    assert FORMS[form].genuine(Sent({header: right}), body, SECRET)
    if shown:
        assert FORMS[form].genuine(Sent({"Authorization": f"Bearer {SECRET}"}), body, SECRET)
        others = [SECRET.upper(), SECRET + "x", "ü" * 19]
    else:
        assert FORMS[form].genuine(Sent({header: right.upper()}), body, SECRET)
        others = [signature(body + b" "), signature(body, "other"), signature(body, ""), "ü", right[:-1]]
    for wrong in ("", *others):
        assert not FORMS[form].genuine(Sent({header: wrong}), body, SECRET)
        assert not FORMS[form].genuine(Sent({header: wrong}), body, "")
    assert not FORMS[form].genuine(Sent({}), body, SECRET)


GOOD: Mapping[str, Any] = {
    "moota": [MOOTA], "mutasibank": MUTASIBANK, "qrisly": QRISLY, "phone": PHONE, "courier": COURIER,
}  # fmt: skip
WRONG_AMOUNTS = (
    -5, 0, "", None, True, [], {}, "1e999999999", 1e300, "NaN", "Infinity", "0.001", "9" * 60, "lima",
    "0.10" + "0" * 60 + "1", "50_000", "٥٠٠٠٠", " 5000", "+5000", "5e3",
)  # fmt: skip


@pytest.mark.parametrize("form", GOOD)
@pytest.mark.parametrize("amount", WRONG_AMOUNTS, ids=str)
def test_an_amount_that_cannot_be(form: str, amount: Any) -> None:
    """No amount, none that can be, finer than a sen or beyond all bounds: the notice waits, nothing breaks."""
    good = GOOD[form]
    wrong: Any
    match form:
        case "moota":
            wrong = [good[0] | {"amount": amount}]
        case "mutasibank":
            wrong = good | {"data_mutasi": [good["data_mutasi"][0] | {"amount": amount}]}
        case "qrisly":
            wrong = good | {"data": good["data"] | {"amount": amount}}
        case "courier":
            wrong = good | {"parcels": [{"receipt": "A", "collected": amount}]}
        case _:
            wrong = {"id": "1", "text": "no money", "amount": amount}
    with pytest.raises(NoticeFault) as fault:
        FORMS[form].read(body_of(wrong))
    assert "999999" not in str(fault.value)


@pytest.mark.parametrize("form", GOOD)
@pytest.mark.parametrize(
    "body",
    [
        b"", b"\xff\xfe", b"null", b"{}", b"[]x", b'"text"', b"[" * 100_000, b'{"a":' * 100_000, b"[1]", b"[null]",
        b'{"event":5}', b'{"data_mutasi":{}}', b'{"at":"\\ud800","text":"x"}', b"\x00", b"a=%ff&b", b"&" * 5000,
        b'{"at":"9999-12-31","amount":5}', b'{"at":"0001-01-01","amount":5}', b'{"at":99999999999999,"amount":5}',
    ],
    ids=lambda body: repr(body[:20]),
)  # fmt: skip
def test_garbage_waits(form: str, body: bytes) -> None:
    """Whatever came, it is read or it is a fault in a sentence."""
    told: tuple[Told, ...] | CourierPayout = ()
    with contextlib.suppress(NoticeFault):
        told = FORMS[form].read(body)
    assert told == ()


def test_what_stood_there_is_not_said() -> None:
    """A fault goes into lists and logs: it names the place, never what a payer wrote."""
    with pytest.raises(NoticeFault) as fault:
        FORMS["moota"].read(body_of([MOOTA | {"description": ["RAHASIA"]}]))
    assert "RAHASIA" not in str(fault.value)


def test_nothing_told_is_without_a_key() -> None:
    """Money without a mark of its own would be taken for other money."""
    for form, wrong in (
        ("moota", [MOOTA | {"mutation_id": ""}]),
        ("qrisly", QRISLY | {"data": QRISLY["data"] | {"history_id": ""}}),
    ):  # type: ignore[operator]
        with pytest.raises(NoticeFault):
            FORMS[form].read(body_of(wrong))
    assert Told("k", 1, None, "").account == ""
