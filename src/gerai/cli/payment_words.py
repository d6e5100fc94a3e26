"""What became of money, in one sentence of each language: it was confirmed, came late, or went back."""

from __future__ import annotations

from typing import Final

from gerai.domain.money import display
from gerai.domain.payment_status import CAME
from gerai.domain.records import Deposit, OrderView, Payment, RefundTask
from gerai.engine.command import Outcome
from gerai.engine.payments.resolve_late import DECISIONS

SEND_IT: Final = "Send it to the payer; Gerai only keeps the books. / Kirimkan uangnya; Gerai hanya mencatat."
_SEND_THEN: Final = "Send it, then / Kirimkan uangnya, lalu"
_BY_GATEWAY: Final = "goes back through its gateway / dikembalikan lewat gateway-nya: gerai payments refunds list"
#: What can be decided about an order's money that waits.
DECIDED: Final = "|".join(DECISIONS)
_IN_WALLET: Final = "is in the member's wallet / masuk ke saldo anggota"


def resolved(payment: Payment, decision: str, view: OrderView, task: RefundTask | None) -> str:
    """What became of a late payment by somebody's decision; ``task``: by which a person sends it back."""
    amount, order = display(payment.amount_sen), view.order
    if decision == "accept":
        return (
            f"{payment.public_id}: {amount} pays order {order.number}, which is {order.status} now "
            f"/ membayar pesanan {order.number}, kini {order.status}"
        )
    return went_back(payment, payment.amount_sen, inside=decision == "wallet", task=task)


def went_back(payment: Payment, amount_sen: int, *, inside: bool, task: RefundTask | None = None) -> str:
    """Money was given back: into a wallet of ours (``inside``), or for the seller or a gateway to send (``task``)."""
    what = f"{payment.public_id}: {display(amount_sen)}"
    return f"{what} {_IN_WALLET}" if inside else _goes_back(what, task)


def top_up_goes_back(deposit: Deposit, task: RefundTask | None) -> str:
    """A top-up's money goes back to its payer: its gateway sends it, or a person does, by this task; play money has
    gone."""
    return _goes_back(f"{deposit.public_id}: {display(deposit.ours_sen)}", task)


def _goes_back(what: str, task: RefundTask | None) -> str:
    if task is None or (task.status == "done" and task.environment == "sandbox"):
        return f"{what} is booked out. {SEND_IT}"
    if task.status == "sending":
        return f"{what} {_BY_GATEWAY}"
    why = f" ({task.fault})" if task.fault else ""
    done = f"gerai payments refunds done {task.task_id} --reference TEXT"
    return f"{what} is owed to its payer{why}. {_SEND_THEN}: {done}"


def top_up_stays(deposit: Deposit) -> str:
    """Why nothing of a top-up is refunded as an order's payment is, and what can be done."""
    code = deposit.public_id
    if deposit.held:
        return f"top-up {code} has {display(deposit.taken_sen)} that waits: gerai payments resolve {code} refund"
    if deposit.status == "succeeded":
        return (
            f"{display(deposit.amount_sen)} of top-up {code} is in the wallet of member {deposit.member_id}, who buys "
            "with it: nothing is given back / sudah di saldo anggota: tidak ada yang dikembalikan"
        )
    if deposit.status == "refunded":
        return f"top-up {code} is refunded already / sudah dikembalikan: gerai payments refunds list --all"
    return f"top-up {code} is {deposit.status}: nothing came that could go back / tidak ada uang yang bisa dikembalikan"


def went_back_before(payment: Payment, reference: str) -> str:
    """Nothing was given back now: under this reference it was before."""
    return (
        f"{reference} is booked already: nothing more of {payment.public_id} is given back "
        f"/ {reference} sudah dibukukan: tidak ada lagi dari {payment.public_id} yang dikembalikan"
    )


def left_to_refund(view: OrderView, payment_id: int) -> str:
    """What of a payment was given back in all, and what of it still can be."""
    [payment] = [payment for payment in view.payments if payment.payment_id == payment_id]
    back, all_of_it = display(payment.refunded_sen), display(payment.amount_sen)
    left = display(payment.amount_sen - payment.refunded_sen)
    return f"refunded in all: {back} of {all_of_it}; left: {left} / dikembalikan: {back} dari {all_of_it}; sisa: {left}"


def confirmed(outcome: Outcome[OrderView], amount: str, reference: str, public_id: str) -> str:
    """What became of money that was confirmed."""
    order = outcome.answer.order
    if outcome.replayed:
        return (
            f"{reference} is booked already; order {order.number} is {order.status}: nothing is booked now "
            f"/ {reference} sudah dibukukan: tidak ada yang dibukukan lagi"
        )
    return became(outcome.answer, amount, public_id)


def became(view: OrderView, amount: str, public_id: str) -> str:
    """What became of money that came for this payment of the order: it pays it, or came late and waits, or is in the
    wallet."""
    order = view.order
    [status] = [payment.status for payment in view.payments if payment.public_id == public_id]
    late = f"{amount} came late for order {order.number}"
    if status == "late":
        return f"{late} and waits / terlambat, menunggu keputusan: gerai payments resolve {public_id} {DECIDED}"
    if status == "refunded":
        return f"{late}: it {_IN_WALLET} (setting late_payment)"
    return (
        f"{amount} is booked; order {order.number} is {order.status} now "
        f"/ dibukukan; pesanan {order.number} kini {order.status}"
    )


def another_came(given_sen: int, asked_sen: int) -> str:
    """Nothing is booked: another amount came than was asked for."""
    given, asked = display(given_sen), display(asked_sen)
    return (
        f"{given} arrived, but {asked} was asked: nothing is booked "
        f"/ yang datang {given}, yang diminta {asked}: tidak ada yang dibukukan"
    )


def asked_more(payment: Payment, price_sen: int) -> str:
    """Nothing is booked: the price is said to have come, and the payer was asked for more."""
    asked = display(payment.asked_sen)
    exactly = f"--amount {payment.asked_sen // 100}"
    return (
        f"the payer was asked for {asked} ({payment.public_id}), not for the price, {display(price_sen)}: nothing is "
        f"booked; if {asked} came: {exactly}; if the price came as cash: --method cash / yang diminta {asked}: tidak "
        f"ada yang dibukukan; bila itu yang datang: {exactly}; bila tunai seharga pesanan: --method cash"
    )


def asked_elsewhere(payment: Payment, price_sen: int) -> str:
    """Nothing is booked: the payment that asks for this has its money, or a gateway takes it."""
    asked = f"{display(payment.asked_sen)} is what {payment.public_id} asks for, "
    if payment.status in CAME:
        return (
            f"{asked}which is {payment.status}: nothing is booked; for money that came twice: --second --amount "
            f"{price_sen // 100} / tidak ada yang dibukukan; untuk uang yang datang dua kali: --second"
        )
    return (
        f"{asked}and its gateway reports that: nothing is booked; if you see the money there: gerai payments confirm "
        f"{payment.public_id} / tidak ada yang dibukukan; gateway-nya yang mengabarkan"
    )


def several_ask(payments: list[Payment]) -> str:
    """Nothing is booked: each of these asks for it."""
    return (
        f"several ask for it, name one / beberapa memintanya, sebutkan satu: {', '.join(p.public_id for p in payments)}"
    )


def came_before(view: OrderView, *, late: bool) -> str:
    """Nothing is booked: money came for this order already, and this much; it is ``late``, where it waits."""
    came = [payment for payment in view.payments if payment.status in CAME]
    what = ", ".join(f"{display(p.taken_sen)} by {p.method}, {p.public_id}" for p in came)
    had = "has late money already" if late else "is paid already"
    waits = f"; it waits / menunggu keputusan: gerai payments resolve {came[-1].public_id} {DECIDED}" if late else ""
    same = f"; if it is the same money, nothing is left to do (what came: {what}){waits}" if came else ""
    return (
        f"order {view.order.number} {had}: nothing is booked; --second books money that came twice "
        f"/ tidak ada yang dibukukan; --second untuk uang yang datang dua kali{same}"
    )
