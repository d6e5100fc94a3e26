"""What does not fit a setting is told in plain words, with the closest word that was meant."""

from __future__ import annotations

import pytest

from gerai.app import MERCHANT_SETTINGS
from gerai.kit.closest import closest
from gerai.kit.declare import SettingFault


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("late_payment", "holdd", "no such value: holdd (did you mean hold?); one of accept, wallet, refund, hold"),
        ("late_payment", "ref", "no such value: ref (did you mean refund?); one of accept, wallet, refund, hold"),
        ("leuwongrr_limits", '{"creat_order": 5}', "no such value: creat_order (did you mean create_order?); one of "),
        ("leuwongrr_limits", '{"create_order": "5"}', "a whole number is needed, not a text"),
        ("leuwongrr_limits", "[]", "an object {…} is needed, not a list […]"),
        ("leuwongrr_limits", '{"create_order": 0}', "a number is 1 or more"),
        ("payment_fees", '{"va": {"fixd_rupiah": 1}}', "no such field: fixd_rupiah (did you mean fixed_rupiah?); one"),
        ("payment_fees", '{"va": 4000}', "an object {…} is needed, not a whole number"),
        ("payment_fees", '{"VA BCA": {}}', "a name in it is not written as one"),
        ("leuwongrr_payment_methods", "qris", "a list […] or null is needed, not a text"),
        ("leuwongrr_payment_methods", "[1]", "a text is needed, not a whole number"),
        ("private_server_prices", '{"x": 1}', "a whole number is needed, not a text"),
        ("late_paymnt", "hold", "no such setting: late_paymnt (did you mean late_payment?); one of late_payment, "),
    ],
)
def test_a_value_that_does_not_fit(name: str, text: str, said: str) -> None:
    """No type of the program, no path into it."""
    with pytest.raises(SettingFault) as refused:
        MERCHANT_SETTINGS.from_text(name, text)
    assert refused.value.fault.startswith(said), refused.value.fault
    assert not set(refused.value.fault.partition("; it takes")[0]) & set("`$'")


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("prod", ["sandbox", "production"], "production"),
        ("va:BCAX", ["va", "va:BCA", "qris"], "va:BCA"),
        ("faild", ["pending", "delivered", "failed"], "failed"),
        ("p", ["pending", "processing"], ""),
        ("36001", ["30001", "36002"], ""),
        ("", ["pending"], ""),
    ],
)
def test_what_was_probably_meant(name: str, known: list[str], meant: str) -> None:
    """A slip or a beginning; never another id."""
    assert closest(name, known) == meant
