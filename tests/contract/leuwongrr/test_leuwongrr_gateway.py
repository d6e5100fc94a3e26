"""Codes of gateway methods in the LeuwongRR contract."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest

from gerai.domain.refusals import AmountOutOfRange, MethodUnavailable
from gerai.doors.dialects.leuwongrr.gateway import check_amount, find, gateways
from gerai.kit.discover import discover
from gerai.partners.payments.simulated import SimulatedMethod
from gerai.ports.payments import Bounds, Charge, Instructions, PaymentKind, PaymentMethod


@dataclass
class Method(SimulatedMethod):
    """A payment method with the given channels, each from Rp10 to Rp1.000."""

    name: str
    banks: tuple[str, ...]
    kind: PaymentKind = "code"
    title: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def channels(self) -> dict[str, Bounds]:
        return {bank: Bounds(1_000, 100_000) for bank in self.banks}

    def instruct(self, charge: Charge) -> Instructions:
        return Instructions(self.kind, None)


METHODS = {"qris": Method("qris", ("QRIS",)), "bank_transfer": Method("bank_transfer", ("BCA", "BANK_JAGO"))}


OFFERED = {name: method.channels for name, method in METHODS.items()}


def test_codes() -> None:
    """A method with one channel has its own name as code; others one code for each channel."""
    assert list(gateways(METHODS)) == ["qris", "bank-transfer-bca", "bank-transfer-bank-jago"]


def test_every_bank_has_a_code_of_the_contracts_form() -> None:
    """``bank-transfer-`` and the bank, each once, and found again in that spelling."""
    method: PaymentMethod = discover("gerai.partners.payments", "METHOD")["bank_transfer"]
    methods = {"bank_transfer": method}
    codes = gateways(methods)
    assert [*codes] == [f"bank-transfer-{bank.lower()}" for bank in method.channels]
    assert {"bank-transfer-bca", "bank-transfer-btn", "bank-transfer-jago", "bank-transfer-seabank"} <= {*codes}
    assert all(re.fullmatch(r"bank-transfer-[a-z]+", code) for code in codes)
    offered = {"bank_transfer": method.channels}
    assert [find(code, methods, offered, None).channel_code for code in codes] == [*method.channels]


@pytest.mark.parametrize("code", ["bank-transfer-bca", "bank_transfer_bca", "BANK-TRANSFER-BCA"])
def test_spellings(code: str) -> None:
    """Case does not matter, and an underscore works as a hyphen."""
    found = find(code, METHODS, OFFERED, None)
    assert (found.code, found.method.name, found.channel_code) == ("bank-transfer-bca", "bank_transfer", "BCA")


@pytest.mark.parametrize(
    ("code", "active"), [("kartu", None), ("bank_transfer", None), ("qris", ["bank-transfer-bca"]), ("qris", [])]
)
def test_what_is_not_on_offer(code: str, active: list[str] | None) -> None:
    """Unknown and switched-off codes are refused."""
    with pytest.raises(MethodUnavailable):
        find(code, METHODS, OFFERED, active)


def test_what_the_merchant_cannot_collect() -> None:
    """A code of a method that is installed but not offered to this merchant is refused like an unknown one."""
    with pytest.raises(MethodUnavailable):
        find("qris", METHODS, {"bank_transfer": OFFERED["bank_transfer"]}, None)


@pytest.mark.parametrize("amount_sen", [999, 100_001])
def test_bounds(amount_sen: int) -> None:
    """Amounts outside the channel's bounds are refused before an order exists."""
    with pytest.raises(AmountOutOfRange):
        check_amount(find("qris", METHODS, OFFERED, None), amount_sen)
