"""What a payment method costs: the merchant's own table, ``settings["payment_fees"]``.

``{"va": {"fixed_rupiah": 4000}, "va.BCA": {"fixed_rupiah": 3}, "qris": {"percent_bp": 70}}``: a method, or one channel
of it (which wins); a percentage of the amount, in basis points, plus a fixed amount (contract §14).
"""

from __future__ import annotations

from typing import Any

import msgspec

from gerai.domain.money import percent_of, rupiah


class FeeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``percent_bp``: 150 is 1.5 %. ``fixed_rupiah``: whole rupiah."""

    percent_bp: int = 0
    fixed_rupiah: int = 0


def fee_sen(settings: dict[str, Any], method: str, channel: str, amount_sen: int) -> int:
    """The fee of one payment in sen, rounded half-up to whole rupiah; nothing where the table has no entry.

    A table that cannot be read raises msgspec.ValidationError: charging nothing instead would lose money silently.
    """
    table = msgspec.convert(settings.get("payment_fees", {}), dict[str, FeeRule])
    rule = table.get(f"{method}.{channel}") or table.get(method) or FeeRule()
    return percent_of(amount_sen, rule.percent_bp) + rupiah(rule.fixed_rupiah)


def split_fee(fee: int, admin_fee_method: str, amount_sen: int) -> tuple[int, int]:
    """(what the payer pays on top, what the merchant bears) in sen.

    ``excluded``: the payer pays it. ``included``: the merchant does, and never more than the amount itself (§18).
    """
    return (fee, 0) if admin_fee_method == "excluded" else (0, min(fee, amount_sen))
