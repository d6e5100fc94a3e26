"""What the ways to pay an order cost: the merchant's own table, its setting ``payment_fees``, frozen with the order.

``{"va": {"fixed_rupiah": 4000}, "va:BCA": {"fixed_rupiah": 3500}, "qris": {"percent_bp": 70}}``: a method, or one of
its channels (which wins); a percentage in basis points plus a fixed amount.
"""

from __future__ import annotations

from gerai.domain.money import percent_of, rupiah
from gerai.domain.records import FeeBearer, PaymentRules
from gerai.merchant_settings import FeeRule


def payment_rules(
    methods: tuple[str, ...] | None, rules: dict[str, FeeRule], bearer: FeeBearer, total_sen: int
) -> PaymentRules:
    """How an order of ``total_sen`` may be paid, with what each way costs and the percentages in that."""
    rates_bp = {name: rule.percent_bp for name, rule in rules.items() if rule.percent_bp}
    return PaymentRules(methods, fee_table(rules, bearer, total_sen), bearer, rates_bp)


def fee_table(rules: dict[str, FeeRule], bearer: FeeBearer, total_sen: int) -> dict[str, int]:
    """The fee in sen of each entry of the merchant's table for an order of ``total_sen``, half-up to whole rupiah.

    A fee the merchant bears is never more than the order itself.
    """
    fees = {name: percent_of(total_sen, rule.percent_bp) + rupiah(rule.fixed_rupiah) for name, rule in rules.items()}
    if bearer == "merchant":
        return {name: min(fee, total_sen) for name, fee in fees.items()}
    return fees
