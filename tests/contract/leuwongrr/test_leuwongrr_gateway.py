"""Codes of gateway methods in the LeuwongRR contract."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from gerai.domain.refusals import AmountOutOfRange, MethodUnavailable
from gerai.doors.dialects.leuwongrr.gateway import check_amount, find, gateways
from gerai.partners.payments.simulated import SimulatedMethod
from gerai.ports.payments import Bounds, Charge, Instructions, PaymentKind


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
