"""The seller's own QRIS code: what is read and shown back, what is refused and why, and what one payment's code is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerai.domain.money import rupiah
from gerai.domain.records import ReceivingAccount
from gerai.partners.payments.qris import METHOD
from gerai.partners.payments.qris.emv import crc16, decode, encode, seal
from gerai.partners.payments.qris.static_code import for_amount, read_account
from gerai.ports.payments import AccountFault, Charge

#: An invented merchant; the checksums of both were reckoned by another program.
STATIC = (
    "00020101021126620015ID.CO.GOPAY.WWW01189360091430000000170210G0000000170303UMI51440014ID.CO.QRIS.WWW"
    "0215ID10200000000170303UMI5204573253033605802ID5911TOKO CONTOH6007BANDUNG61054011162070703A016304BD82"
)
FOR_50017 = (
    "00020101021226620015ID.CO.GOPAY.WWW01189360091430000000170210G0000000170303UMI51440014ID.CO.QRIS.WWW"
    "0215ID10200000000170303UMI5204573253033605405500175802ID5911TOKO CONTOH6007BANDUNG61054011162070703A016304295A"
)
NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def changed(**tags: str | None) -> str:
    """The static code with these tags otherwise (``t54="1"``), or without them, and the right checksum."""
    objects = dict(list(decode(STATIC).items())[:-1])
    for name, value in tags.items():
        objects.pop(name[1:], None)
        objects |= {} if value is None else {name[1:]: value}
    return seal(encode(objects.items()))


def test_what_is_shown_back() -> None:
    """The seller sees the name, the city, the national number and the acquirer in the code, and it is kept as it is."""
    read = read_account({"code": f" {STATIC.lower()[-4:].join([STATIC[:-4], ''])}\n"})
    assert read.shown == (
        ("name", "TOKO CONTOH"), ("city", "BANDUNG"), ("NMID", "ID1020000000017"), ("acquirer", "ID.CO.GOPAY.WWW"),
        ("mode", "with_amount"),
    )  # fmt: skip
    assert (read.channel, read.details["code"], read.details["mode"]) == ("QRIS", STATIC, "with_amount")


@pytest.mark.parametrize("tags", [("02",), ("04",), ("25",), ("02", "15", "25")])
def test_accounts_of_card_schemes_are_shown_back(tags: tuple[str, ...]) -> None:
    """Whoever pays through a card scheme's account (tags 02 to 25) pays there: each is named beside the acquirer for
    the seller to see, wherever it stands in the code, and stays in what is kept and in a payment's code."""
    objects = list(decode(STATIC).items())[:-1]
    schemes = [(tag, "4111111111111111") for tag in tags]
    for code in (seal(encode([*objects[:2], *schemes, *objects[2:]])), seal(encode([*objects, *schemes]))):
        read = read_account({"code": code})
        assert dict(read.shown)["acquirer"] == ", ".join(["ID.CO.GOPAY.WWW", *(f"tag {tag}" for tag in tags)])
        assert read.details["code"] == code
        made = decode(for_amount(code, 50_017))
        assert {tag: made[tag] for tag in tags} == dict(schemes)


def test_the_known_pair() -> None:
    """The code for Rp50.017 is the known one to the character."""
    assert for_amount(STATIC, 50_017) == FOR_50017


@given(
    amount=st.integers(1, 10_000_000),
    name=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=25).filter(str.strip),
    terminal=st.sampled_from(["010211", "5802ID", "540510000", "A01"]),
    behind=st.booleans(),
)
def test_nothing_else_is_touched(amount: int, name: str, terminal: str, behind: bool) -> None:
    """Whatever stands in names and labels, also what looks like tags, and wherever the acquirers stand: 01 is 12, the
    amount comes before the first tag behind it, the checksum fits, and all else is as and where it was."""
    objects = [("00", "01"), ("01", "11"), *list(decode(STATIC).items())[2:-1]]
    if behind:
        objects.append(objects.pop(2))
    objects = [(tag, {"59": name, "62": encode([("07", terminal)])}.get(tag, value)) for tag, value in objects]
    text = for_amount(read_account({"code": seal(encode(objects))}).details["code"], amount)
    made = list(decode(text).items())
    assert made[1] == ("01", "12")
    assert [(tag, value) for tag, value in made if tag not in {"01", "54", "63"}] == [
        (tag, value) for tag, value in objects if tag != "01"
    ]
    at = [tag for tag, _ in made].index("54")
    assert made[at][1] == str(amount)
    assert made[at + 1][0] > "54"
    assert all(tag <= "53" for tag, _ in made[:at])
    assert text[-4:] == f"{crc16(text[:-4].encode()):04X}"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (STATIC[:-1] + "3", "the checksum is wrong"),
        (STATIC.replace("CONTOH", "CONTOK"), "the checksum is wrong"),
        (STATIC[:-9], "is empty or cut off"),
        (STATIC[:40], "is empty or cut off"),
        (STATIC + "0102", "is empty or cut off"),
        ("hello", "no QRIS code: those begin with 000201"),
        ("https://pay.example/qr", "no QRIS code: those begin with 000201"),
        (STATIC * 4, "at most 512"),
        (STATIC.replace("TOKO", "TOKÖ"), "plain characters"),
        ("0002\x00", "plain characters"),
        (seal(encode([("00", "01")]) + "+102" + "11"), "no tag and length"),
        (seal(STATIC[:-8] + "5911TOKO LAINNY"), "comes twice"),
        (seal(STATIC[6:-8]), "no QRIS code"),
        (FOR_50017, "one payment only"),
        (changed(t01="12"), "one payment only"),
        (changed(t54="5000"), "one payment only"),
        (changed(t53="840"), "not for rupiah"),
        (changed(t58="SG"), "not for rupiah"),
        (changed(t55="01"), "tip"),
        (changed(t57="5"), "tip"),
        (changed(t51=None), "NMID"),
        (changed(t51=encode([("00", "ID.CO.QRIS.WWW")])), "NMID"),
        (changed(t26=encode([("01", "936009143000000017")])), "does not say whose"),
        (changed(t59=" "), "no merchant name"),
    ],
)
def test_what_is_refused(code: str, why: str) -> None:
    """A code that is damaged, another country's, for one payment, with a tip, or older than QRIS is not stored."""
    with pytest.raises(AccountFault) as refused:
        read_account({"code": code})
    assert refused.value.name == "code"
    assert why in refused.value.fault


def test_an_unknown_mode() -> None:
    """There are two ways to show the code."""
    with pytest.raises(AccountFault, match="mode: both is none of with_amount, whole"):
        read_account({"code": STATIC, "mode": "both"})


@pytest.mark.parametrize("mode", ["with_amount", "whole"])
def test_what_the_payer_sees(mode: str) -> None:
    """Name and NMID of the shop; the amount is in the code, or to be typed exactly; valid as long as its order."""
    details = read_account({"code": STATIC, "mode": mode}).details
    account = ReceivingAccount(1, 2, "qris", "QRIS", details, NOW, "operator:x")
    until = NOW + timedelta(days=9)
    charge = Charge("pay_1", "ord_1", rupiah(50_017), "Toko Saya", "QRIS", NOW, until, account=account)
    told = METHOD.instruct(charge)
    assert told.qr_text == {"with_amount": FOR_50017, "whole": STATIC}[mode]
    assert (told.holder, told.nmid, told.expires_at) == ("TOKO CONTOH", "ID1020000000017", until)
    assert told.amount_typed is (mode == "whole")
    for language in ("id", "en"):
        assert any("Rp50.017" in step for step in told.steps[language]) is (mode == "whole")
    with pytest.raises(ValueError, match="whole rupiah"):
        METHOD.instruct(replace(charge, amount_sen=5_001_750))
