"""Rows of idempotency keys as version 0.1.0 wrote them: the whole answer. ``ORDER`` … stand for ids."""

from __future__ import annotations

from typing import Final

_ORDER: Final = (
    '{"merchant_id":7001,"order_id":ORDER,"environment":"production","channel":"test","key_id":null,"member_id":null,'
    '"account_id":ACCOUNT,"public_id":"p-1","number":"n-1","secret":"s-1","status":"pending","funding":"wallet",'
    '"currency":"IDR","total_sen":500000,"held_transfer_id":null,"charged_sen":500000,"refunded_sen":0,"reference":"",'
    '"provider":"","after_payment":"start","details":{"deposit_id":1,"view":{"order":{"order_id":1}}},'
    '"created_at":"2026-07-01T02:03:04.000005Z","updated_at":"2026-07-01T02:03:04.000005Z","expires_at":null}'
)
_LINES: Final = (
    '[{"merchant_id":7001,"order_id":ORDER,"line_no":1,"item_kind":"goods","item_id":1,"stock_id":null,"name":"Thing",'
    '"quantity":1,"unit_price_sen":500000,"total_sen":500000,"details":{}}]'
)
_PAYMENTS: Final = (
    '[{"merchant_id":7001,"payment_id":PAYMENT,"environment":"production","order_id":ORDER,"invoice_id":ORDER,'
    '"public_id":"pay-1","method":"va","channel_code":"BCA","status":"processing","amount_sen":500000,"fee_sen":0,'
    '"refunded_sen":0,"reference":"","instructions":{"code":"39010001"},"failure":{},'
    '"created_at":"2026-07-01T02:03:04.000005Z","updated_at":"2026-07-01T02:03:04.000005Z","expires_at":null,'
    '"completed_at":null,"merchant_fee_sen":0}]'
)
_VIEW: Final = (
    f'{{"order":{_ORDER},"lines":{_LINES},"invoice":null,"payments":{_PAYMENTS},"fulfilment":null,"member":null}}'
)

#: Of PlaceOrder.
PLACED: Final = (
    f'{{"view":{_VIEW},"available_before_sen":10000000,"available_after_sen":9500000,"transfer_id":TRANSFER}}'
)
#: Of StartPayment.
STARTED_PAYMENT: Final = _VIEW
#: Of StartDeposit.
STARTED_DEPOSIT: Final = (
    '{"merchant_id":7001,"deposit_id":DEPOSIT,"environment":"production","channel":"test","member_id":null,'
    '"account_id":ACCOUNT,"public_id":"dep-1","secret":"s-2","status":"pending","amount_sen":25000,"fee_sen":0,'
    '"pay_sen":25000,"method":"qris","channel_code":"QRIS","reference":"","provider_reference":"","instructions":{},'
    '"note":"","transfer_id":null,"created_at":"2026-07-01T02:03:04.000005Z",'
    '"updated_at":"2026-07-01T02:03:04.000005Z","expires_at":null,"completed_at":null}'
)
#: Of ManualDeposit.
MANUAL_DEPOSIT: Final = (
    '{"merchant_id":7001,"account_id":ACCOUNT,"environment":"production","kind":"wallet","member_id":5,'
    '"credits_posted":25000,"debits_posted":0,"credits_pending":0,"debits_pending":0,'
    '"updated_at":"2026-07-01T02:03:04.000005Z"}'
)


def stored(answer: str, **ids: int | None) -> bytes:
    """The row with these ids."""
    for name, value in ids.items():
        answer = answer.replace(name, "null" if value is None else str(value))
    return answer.encode()
