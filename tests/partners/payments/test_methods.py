"""Every payment method found in gerai.partners.payments keeps the promises of ports/payments.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gerai.domain.money import rupiah
from gerai.domain.records import ReceivingAccount
from gerai.kit.discover import PluginBroken, discover
from gerai.partners.payments.qris.emv import crc16, decode, encode, plain, seal
from gerai.ports.channel_titles import channel_title
from gerai.ports.payments import AccountFault, Charge, PaymentMethod

METHODS: dict[str, PaymentMethod] = discover("gerai.partners.payments", "METHOD")
NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
CHARGE = Charge(
    payment_public_id="pay_Ln1PZECuqf3748",
    order_public_id="ord_0dIWbuDJQ84078",
    amount_sen=rupiah(10_001),
    merchant_name="Toko Contoh",
    channel_code="",
    at=NOW,
    order_expires_at=NOW + timedelta(days=30),
    details={"page_url": "https://shop.example/i/secret"},
)
EVERY_CHANNEL = [(name, channel) for name, method in METHODS.items() for channel in method.channels]


def test_the_eight_methods_are_found() -> None:
    """Each folder is one method and the descriptor's name is the folder's."""
    assert list(METHODS) == ["bank_transfer", "bnpl", "card", "ewallet", "online_banking", "qris", "retail", "va"]
    assert [method.name for method in METHODS.values()] == list(METHODS)


@pytest.mark.parametrize(("name", "channel"), EVERY_CHANNEL)
def test_instructions_fit_the_kind(name: str, channel: str) -> None:
    """What the kind promises is there, nothing else is, and the help exists in both languages."""
    method = METHODS[name]
    told = method.instruct(replace(CHARGE, channel_code=channel))
    assert told.kind == method.kind
    assert (bool(told.code), bool(told.qr_text), bool(told.url)) == {
        "code": (True, False, False),
        "manual": (True, False, False),
        "qr": (False, True, False),
        "redirect": (False, False, True),
    }[method.kind]
    assert set(told.steps) == {"id", "en"}
    assert len(told.steps["id"]) == len(told.steps["en"])
    assert set(method.title) == {"id", "en"}


@pytest.mark.parametrize(("name", "channel"), EVERY_CHANNEL)
def test_same_charge_same_answer(name: str, channel: str) -> None:
    """Simulated methods are pure: asking twice tells the payer the same."""
    charge = replace(CHARGE, channel_code=channel)
    assert METHODS[name].instruct(charge) == METHODS[name].instruct(charge)


@pytest.mark.parametrize(("name", "channel"), EVERY_CHANNEL)
def test_nothing_outlives_its_order(name: str, channel: str) -> None:
    """Instructions never lapse after the order they pay."""
    soon = NOW + timedelta(minutes=5)
    told = METHODS[name].instruct(replace(CHARGE, channel_code=channel, order_expires_at=soon))
    assert told.expires_at in (None, soon)


@pytest.mark.parametrize(
    ("name", "channel", "minimum", "maximum"),
    [
        ("va", "BCA", 10_000, 999_999_999_999),
        ("va", "MANDIRI", 10_000, 50_000_000),
        ("va", "BNI", 10_000, 50_000_000),
        ("va", "BRI", 10_000, 50_000_000),
        ("va", "PERMATA", 10_000, 9_999_999_999),
        ("card", "CARD", 1_000, 999_999_999_999),
        ("ewallet", "GOPAY", 1, 10_000_000),
        ("ewallet", "DANA", 1, 10_000_000),
        ("ewallet", "LINKAJA", 1, 10_000_000),
        ("ewallet", "SHOPEEPAY", 1, 10_000_000),
        ("ewallet", "OVO", 100, 10_000_000),
        ("qris", "QRIS", 1, 10_000_000),
        ("retail", "ALFAMART", 10_000, 5_000_000),
        ("retail", "INDOMARET", 10_000, 5_000_000),
        ("bnpl", "AKULAKU", 10_000, 999_999_999_999),
        ("bnpl", "INDODANA", 10_000, 25_000_000),
        ("online_banking", "JENIUSPAY", 10_000, 999_999_999_999),
    ],
)
def test_bounds_are_the_documented_ones(name: str, channel: str, minimum: int, maximum: int) -> None:
    """The least and most per channel, as the payment methods page of the Durianpay contract lists them."""
    bounds = METHODS[name].channels[channel]
    assert (bounds.minimum_sen, bounds.maximum_sen) == (rupiah(minimum), rupiah(maximum))


def test_va_number_has_the_banks_prefix() -> None:
    """16 digits, different for each bank and each payment."""
    mandiri = METHODS["va"].instruct(replace(CHARGE, channel_code="MANDIRI")).code
    bca = METHODS["va"].instruct(replace(CHARGE, channel_code="BCA")).code
    other = METHODS["va"].instruct(replace(CHARGE, channel_code="BCA", payment_public_id="pay_Other00000000")).code
    assert mandiri.startswith("88708")
    assert bca.startswith("39017")
    assert {len(mandiri), len(bca), len(other)} == {16}
    assert (mandiri + bca + other).isdigit()
    assert len({mandiri, bca, other}) == 3


def test_lifetimes() -> None:
    """Retail and online banking: 24 hours. QRIS: three days. VA and manual transfer: as long as the order."""
    expiry = {
        name: METHODS[name].instruct(replace(CHARGE, channel_code=channel)).expires_at
        for name, channel in [
            ("retail", "ALFAMART"),
            ("online_banking", "JENIUSPAY"),
            ("qris", "QRIS"),
            ("va", "BCA"),
            ("bank_transfer", "BCA"),
            ("ewallet", "DANA"),
        ]
    }
    assert expiry == {
        "retail": NOW + timedelta(hours=24),
        "online_banking": NOW + timedelta(hours=24),
        "qris": NOW + timedelta(days=3),
        "va": NOW + timedelta(days=30),
        "bank_transfer": NOW + timedelta(days=30),
        "ewallet": None,
    }


def test_a_manual_transfer_uses_the_shops_own_account() -> None:
    """The account the shop named is the account the payer sees, whatever a door was given of an account."""
    account = ReceivingAccount(
        1, 2, "bank_transfer", "BCA", {"number": "1234567890", "holder": "PT Contoh"}, NOW, "operator:x"
    )
    charge = replace(CHARGE, channel_code="BCA", account=account, details={"account_number": "0", "number": "1"})
    told = METHODS["bank_transfer"].instruct(charge)
    assert (told.code, told.holder) == ("1234567890", "PT Contoh")
    assert told.steps["en"][0] == "Transfer exactly Rp10.001 to the BCA account 1234567890 in the name of PT Contoh."


@pytest.mark.parametrize(
    ("typed", "channel", "title"),
    [
        ("btn", "BTN", "BTN"), ("Maybank", "MAYBANK", "Maybank"), ("OCBC", "OCBC", "OCBC"),
        ("Bank  Jago", "JAGO", "Jago"),
        ("seabank", "SEABANK", "SeaBank"), ("blu", "BLU", "blu (BCA Digital)"), ("Mega", "MEGA", "Mega"),
        ("Jenius", "JENIUS", "Jenius / BTPN"), ("BTPN", "JENIUS", "Jenius / BTPN"), ("bjb", "BJB", "BJB"),
        ("panin", "PANIN", "Panin"), ("muamalat", "MUAMALAT", "Muamalat"), ("Bank Mandiri", "MANDIRI", "Mandiri"),
    ],
)  # fmt: skip
def test_banks_as_sellers_type_them(typed: str, channel: str, title: str) -> None:
    """Any usual bank, in any case, also with the word bank before it or under its other name; it is shown as people
    write it, and its payers transfer there."""
    form = METHODS["bank_transfer"].own_account
    assert form is not None
    read = form.read({"bank": typed, "number": "1234567890", "holder": "Budi"})
    assert (read.channel, dict(read.shown)["bank"], channel_title(channel)) == (channel, title, title)
    account = ReceivingAccount(1, 2, "bank_transfer", channel, read.details, NOW, "operator:x")
    told = METHODS["bank_transfer"].instruct(replace(CHARGE, channel_code=channel, account=account))
    assert told.steps["en"][0] == f"Transfer exactly Rp10.001 to the {title} account 1234567890 in the name of Budi."


@pytest.mark.parametrize("typed", ["BCX", "BANK", "SYARIAH", "OTHERS", "bank bank bca"])
def test_a_bank_that_is_not_known_is_refused(typed: str) -> None:
    """With the list of those that are; nothing is guessed."""
    form = METHODS["bank_transfer"].own_account
    assert form is not None
    with pytest.raises(AccountFault, match=r"is none of BCA, BJB, "):
        form.read({"bank": typed, "number": "1234567890", "holder": "Budi"})


@pytest.mark.parametrize(("name", "channel"), EVERY_CHANNEL)
def test_steps_name_a_channel_as_its_button_does(name: str, channel: str) -> None:
    """No step holds a code that people do not write (SAHABAT_SAMPOERNA, OTHERS, GOPAY): banks, wallets, chains and
    lenders are called what the page's button calls them."""
    steps = METHODS[name].instruct(replace(CHARGE, channel_code=channel)).steps
    title = channel_title(channel)
    for language, lines in steps.items():
        text = " ".join(lines)
        assert title == channel or channel not in text, (language, text)
        if name in ("va", "bank_transfer", "ewallet", "retail", "bnpl") and channel != "OTHERS":
            assert title in text, (language, text)


def test_a_number_for_any_bank_names_the_bank_it_belongs_to() -> None:
    """A transfer to another bank begins with that bank and its code, so that "other banks" can be paid at all."""
    told = METHODS["va"].instruct(replace(CHARGE, channel_code="OTHERS"))
    assert told.steps["id"][1] == "Pilih transfer ke bank lain, lalu Bank Permata (kode 013)."
    assert told.steps["en"][1] == "Choose transfer to another bank, then Bank Permata (code 013)."
    assert [told.code in lines[2] for lines in told.steps.values()] == [True, True]
    assert "thers" not in " ".join(told.steps["en"])


def test_crc_of_the_standard_check_value() -> None:
    """CRC-16/CCITT-FALSE of "123456789" is 0x29B1 (the published check value)."""
    assert crc16(b"123456789") == 0x29B1


def test_crc_of_a_published_example() -> None:
    """The example code of the EMVCo merchant-presented specification carries its own CRC."""
    example = (
        "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT"
        "6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME91320016A0112"
        "233449988770708123456786304A13A"
    )
    assert f"{crc16(example[:-4].encode()):04X}" == "A13A"


def test_qris_text_says_what_is_paid() -> None:
    """Dynamic, rupiah, whole amount, merchant name, reference; sealed with the right CRC."""
    text = METHODS["qris"].instruct(replace(CHARGE, channel_code="QRIS")).qr_text
    parts = decode(text)
    assert text.startswith("000201010212")
    assert seal(text[:-8]) == text
    assert {tag: parts[tag] for tag in ("53", "54", "58", "59")} == {
        "53": "360",
        "54": "10001",
        "58": "ID",
        "59": "Toko Contoh",
    }
    assert decode(parts["62"]) == {"05": "pay_Ln1PZECuqf3748"}
    assert decode(parts["26"])["00"] == "ID.CO.GERAI.WWW"
    assert decode(parts["51"])["00"] == "ID.CO.QRIS.WWW"


def test_the_seal_covers_the_amount() -> None:
    """Another amount has another CRC."""
    text = METHODS["qris"].instruct(replace(CHARGE, channel_code="QRIS")).qr_text
    changed = text.replace("540510001", "540590001")
    assert (changed != text, seal(changed[:-8])[-4:] != text[-4:]) == (True, True)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Café Ünal", "Cafe Unal"),
        ("店", "GERAI"),
        ("  Toko\nBaru\t", "Toko Baru"),
        ("A" * 40, "A" * 25),
        ("", "GERAI"),
    ],
)
def test_merchant_names_become_plain(name: str, shown: str) -> None:
    """QR readers get ASCII of at most 25 characters, and never an empty name."""
    assert plain(name, 25, "GERAI") == shown
    text = METHODS["qris"].instruct(replace(CHARGE, channel_code="QRIS", merchant_name=name)).qr_text
    assert decode(text)["59"] == shown


@pytest.mark.parametrize("value", ["", "x" * 100, "é"])
def test_emv_objects_refuse_what_they_cannot_hold(value: str) -> None:
    """Empty, too long and non-ASCII values have no two-digit length."""
    with pytest.raises(ValueError, match="tag 59 cannot hold"):
        encode([("59", value)])


def test_emv_text_cut_short_is_refused() -> None:
    """A length that reaches beyond the end is an error, not a shorter value."""
    with pytest.raises(ValueError, match="cut off"):
        decode(seal(encode([("59", "GERAI")]))[:-2])


def test_discover_refuses_a_folder_without_descriptor() -> None:
    """A plug-in that does not introduce itself stops the start, and is named."""
    with pytest.raises(PluginBroken, match=r"payments\.bank_transfer does not define NOTHING_LIKE_THIS"):
        discover("gerai.partners.payments", "NOTHING_LIKE_THIS")


def test_discover_refuses_a_folder_that_is_no_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without __init__.py is named; files, hidden and private folders are no plug-ins."""
    root = tmp_path / "discovered_by_test"
    for name in ("good", "_private", ".hidden", "__pycache__"):
        (root / name).mkdir(parents=True)
    (root / "__init__.py").write_text("")
    (root / "a_file.py").write_text("")
    (root / "good" / "__init__.py").write_text("METHOD = 'good'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert discover("discovered_by_test", "METHOD") == {"good": "good"}
    (root / "broken").mkdir()
    with pytest.raises(PluginBroken, match="broken is no package"):
        discover("discovered_by_test", "METHOD")
