"""A payer who is played, where only play money moves: starts a payment if there is none, and pays it."""

from __future__ import annotations

from collections.abc import Mapping

from gerai.domain.records import OrderView, Payment
from gerai.domain.refusals import AmountOutOfRange, MethodUnavailable, SurchargeForbidden
from gerai.engine.core import Engine
from gerai.engine.payments.offered import offered_channels, require_offered
from gerai.engine.payments.open import WantedPayment, payment_to_start
from gerai.engine.payments.play import play_command, played_payment
from gerai.ports.payments import PaymentMethod


async def start_any(engine: Engine, methods: Mapping[str, PaymentMethod], view: OrderView) -> Payment | None:
    """A payment by the first method that takes this order and is no gateway's; None: there is none."""
    order, merchant = view.order, engine.directory.merchant(view.order.merchant_id)
    for name, channels in offered_channels(methods, merchant, order.environment).items():
        for channel in channels:
            if require_offered(methods, merchant, order.environment, name, channel).contract is not None:
                continue
            wanted = WantedPayment(method=name, channel=channel, only_if_none_open=True)
            try:
                command = payment_to_start(engine.ids.next(), merchant, methods, view, wanted)
            except (MethodUnavailable, SurchargeForbidden, AmountOutOfRange):
                continue
            started = (await engine.submit(command)).answer
            return next(one for one in started.payments if one.payment_id == command.payment_id)
    return None


async def pay_as_payer(engine: Engine, methods: Mapping[str, PaymentMethod], view: OrderView) -> OrderView:
    """The order, paid in time with play money. Refuses MethodUnavailable (nothing can be paid with), and what the
    engine refuses: StateConflict where it was paid before."""
    order = view.order
    assert engine.directory.merchant(order.merchant_id).plays_with(order.environment)
    payment = played_payment(view, "pay") or await start_any(engine, methods, view)
    if payment is None:
        raise MethodUnavailable("")
    return (await engine.submit(play_command(view, payment, "pay"))).answer
