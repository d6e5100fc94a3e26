"""What a payment method costs: the merchant's own table, ``settings["payment_fees"]``.

``{"va": {"fixed_rupiah": 4000}, "va:BCA": {"fixed_rupiah": 3500}, "qris": {"percent_bp": 70}}``: a method, or one of
its channels (which wins); a percentage in basis points plus a fixed amount (contract §14). An order freezes what each
method costs it when it is created.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gerai.domain.money import percent_of, rupiah


class FeeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``percent_bp``: 150 is 1.5 %. ``fixed_rupiah``: whole rupiah."""

    percent_bp: int = 0
    fixed_rupiah: int = 0


def fee_table(settings: dict[str, Any], admin_fee_method: str, total_sen: int) -> dict[str, int]:
    """The fee in sen of each entry of the merchant's table for an order of ``total_sen``, half-up to whole rupiah.

    A fee the merchant bears (``included``) is never more than the order itself. A table that cannot be read raises
    msgspec.ValidationError: charging nothing instead would lose money silently.
    """
    rules = msgspec.convert(settings.get("payment_fees", {}), dict[str, FeeRule])
    fees = {name: percent_of(total_sen, rule.percent_bp) + rupiah(rule.fixed_rupiah) for name, rule in rules.items()}
    if admin_fee_method == "included":
        return {name: min(fee, total_sen) for name, fee in fees.items()}
    return fees
