"""A gateway's list of transactions against ours: each difference by its name, with what both sides say. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final, Literal, NamedTuple

from gerai.engine.payouts.find import GatewayPayment
from gerai.kit.clock import jakarta

#: How a transaction stands there. ``refunded``: its money came, and some of it went back.
TheirStatus = Literal["paid", "waiting", "ended", "refunded"]
DifferenceKind = Literal[
    "not here", "not paid here", "not there", "not paid there", "other amount", "other fee", "other status", "twice"
]
_MONEY: Final[frozenset[TheirStatus]] = frozenset({"paid", "refunded"})


class TheirLine(NamedTuple):
    """One line of a gateway's list: ``reference`` is what the gateway calls ours, ``own_id`` its own; each may be
    empty. ``fee_sen``, ``at``: None where the list does not say."""

    line: int
    reference: str
    own_id: str
    amount_sen: int
    fee_sen: int | None
    status: TheirStatus
    at: datetime | None


class Difference(NamedTuple):
    """``payment`` and ``order``: ours, empty where there is none, of a top-up its code and no order; ``reference``:
    theirs. ``line``: of the file; None: it stands in none. ``here`` and ``there``: what each side says: an amount in
    sen, or a word; None: nothing."""

    kind: DifferenceKind
    payment: str
    order: str
    reference: str
    line: int | None
    here: int | str | None
    there: int | str | None


class Side(NamedTuple):
    """What one side says of money that came: how often, how much, and what is kept of it."""

    payments: int
    sen: int
    fee_sen: int


class Reconciliation(NamedTuple):
    """``left_out``: lines of other days than were asked for; ``fees_unknown``: of so many payments no fee is known
    here, so that theirs is compared with nothing."""

    here: Side
    there: Side
    left_out: int
    fees_unknown: int
    differences: tuple[Difference, ...]


def compare(theirs: Sequence[TheirLine], ours: Iterable[GatewayPayment], first: date, last: date) -> Reconciliation:
    """What the gateway lists against what is known here, of these days in Jakarta and those between. ``ours``: what
    came within them, and whatever the list names, of whenever it is. A line without a time is of these days."""
    known = {one.payment_id: one for one in ours}
    by_name = {one.reference: one for one in known.values() if one.reference}
    by_name |= {one.payment: one for one in known.values()}
    within = [line for line in theirs if line.at is None or first <= jakarta(line.at).date() <= last]
    # Its day is another one there, as it came about midnight: it is not missing.
    elsewhere = {one.payment_id for line in theirs if (one := _of(line, by_name)) is not None}
    found, matched, unpaid = list[Difference](), dict[int, TheirLine](), dict[int, TheirLine]()
    for line in within:
        our = _of(line, by_name)
        if line.status not in _MONEY:
            if our is not None:
                unpaid.setdefault(our.payment_id, line)
        elif our is None:
            found.append(_difference("not here", None, line, None, line.amount_sen))
        elif our.payment_id in matched:
            found.append(_difference("twice", our, line, our.taken_sen, line.amount_sen))
        else:
            matched[our.payment_id] = line
            found += _about(our, line)
    for payment_id, line in unpaid.items():
        our = known[payment_id]
        if payment_id not in matched and our.came:
            found.append(_difference("not paid there", our, line, our.status, line.status))
    here = [
        one
        for one in known.values()
        if one.came
        and (one.payment_id in matched or (one.payment_id not in elsewhere and _came_within(one, first, last)))
    ]
    missing = [one for one in here if one.payment_id not in matched]
    found += [_difference("not there", one, None, one.taken_sen, None) for one in missing]
    money = [line for line in within if line.status in _MONEY]
    return Reconciliation(
        Side(len(here), sum(one.taken_sen for one in here), sum(one.fee_sen or 0 for one in here)),
        Side(len(money), sum(line.amount_sen for line in money), sum(line.fee_sen or 0 for line in money)),
        len(theirs) - len(within),
        sum(one.fee_sen is None for one in here),
        tuple(found),
    )


def _about(our: GatewayPayment, line: TheirLine) -> list[Difference]:
    """What differs where both sides know it, and it is paid there."""
    if not our.came:
        return [_difference("not paid here", our, line, our.status, line.amount_sen)]
    found = list[Difference]()
    if line.amount_sen != our.taken_sen:
        found.append(_difference("other amount", our, line, our.taken_sen, line.amount_sen))
    if line.fee_sen is not None and our.fee_sen is not None and line.fee_sen != our.fee_sen:
        found.append(_difference("other fee", our, line, our.fee_sen, line.fee_sen))
    stands: TheirStatus = "refunded" if our.refunded_sen else "paid"
    if line.status != stands:
        found.append(_difference("other status", our, line, stands, line.status))
    return found


def _of(line: TheirLine, by_name: Mapping[str, GatewayPayment]) -> GatewayPayment | None:
    """Our payment of this line."""
    return by_name.get(line.reference) or by_name.get(line.own_id)


def _came_within(our: GatewayPayment, first: date, last: date) -> bool:
    return our.came_at is not None and first <= jakarta(our.came_at).date() <= last


def _difference(
    kind: DifferenceKind,
    our: GatewayPayment | None,
    line: TheirLine | None,
    here: int | str | None,
    there: int | str | None,
) -> Difference:
    payment, order, reference = ("", "", "") if our is None else (our.payment, our.order_number, our.reference)
    if line is not None:
        # As the list has it, so that it can be found there.
        reference = line.own_id or reference or line.reference
    return Difference(kind, payment, order, reference, None if line is None else line.line, here, there)
