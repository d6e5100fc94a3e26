"""The state tables and the refusals as pages for people: ``docs/reference/states.md`` and ``refusals.md``.

``python -m gerai.domain.describe states`` and ``… refusals`` print them.
"""

from __future__ import annotations

import inspect
import sys
from typing import Final

from gerai.domain.refusals import Refusal, every_refusal
from gerai.domain.state_table import StateTable
from gerai.domain.states import TABLES

_TITLES: Final = {
    "order": "Orders",
    "invoice": "Invoices",
    "payment": "Payments",
    "fulfilment": "Fulfilments",
    "deposit": "Deposits",
    "refund": "Refunds to payers",
    "arrival": "Arrivals",
    "notice": "Notices",
    "gateway attempt": "Payments at gateways",
    "delivery": "Webhook deliveries",
    "shipment": "Shipments",
}
_HEADING: Final = """# States

Printed from `src/gerai/domain/states.py` (`python -m gerai.domain.describe states`); a test holds the two equal.

These are the engine's own words. Each door shows them in the words of its contract. A move that is not in a table is
refused as a conflict, whoever asks for it, and nothing changes.
"""
_NOTES: Final = {
    "order": "A payment that arrives for an expired order may bring it back (`revive`); the merchant's setting "
    "`late_payment` decides: `accept` (the default), `wallet`, `refund` or `hold`. An order whose stock was released "
    "never comes back by itself. One that went on or was completed unpaid stays where it is, and the money that comes "
    "is its payment. An order whose money was given back whole before it was delivered ends, with the "
    "reason `refunded`: `failed` when work on it had begun (`processing`), else `cancelled`. No money of an order goes "
    "back, and it is not cancelled, while a provider that was asked has no result (see Fulfilments). From `confirmed` "
    "on the steps before the parcel leaves (`processing`, `ready`) may be skipped, one or both. A completed order is "
    "open again (`reopen`, `put_back`) only when the payment that a person had marked by mistake, and that completed "
    "it, is taken back.",
    "invoice": "An order has at most one invoice. It is `paid` exactly while a completed payment of its amount stands.",
    "payment": "An order may have several open payments; the first one that is paid cancels the others, and all end "
    "with their order, however it ends. `late` is money that arrived after the payment or its order had ended, or a "
    "second time. It is accepted, credited to the member's wallet, or held for the operator (`gerai payments`), by the "
    "merchant's setting `late_payment`.",
    "fulfilment": "No answer from a provider is `unknown`, never `failed`: it is asked again until it tells. From the "
    "moment a provider is asked until its result is there (`requested`, under way or acknowledged, and `unknown`) its "
    "order is not cancelled, and nothing of its money is given back, whoever asks for it: refused as a conflict of the "
    "`fulfilment`. Only the result ends it, the provider's or that of a person who finishes the order (`gerai orders "
    "complete`, or `fail` while it is `processing`). A result of the provider that comes after that moves nothing any "
    "more: the event `fulfilment.late` keeps it with the order. Work that people do (`manual`) is asked of nobody.",
    "refund": "Real money that is to go back to its payer. Where no gateway took it a person sends it, and says so "
    "(`gerai payments refunds done`). What a gateway took it is asked to send: `sending` until it says that it did, or "
    "that it will not, which leaves it to a person. Until it was sent it stands in the account `refunds_owed`. "
    "Withdrawn, the money is what it was before the refund, and waits for another decision if its order has ended.",
    "arrival": "Money that came into an account of the seller's own, one line of the bank's list. What can be one "
    "payment only is booked at once; what fits none, or several, waits for a person.",
    "notice": "What a service outside said of money that came in, kept as it came. `waiting`: it could not be read, or "
    "names an account that is not known here; it may be read again. Read twice, its money is kept once.",
    "gateway attempt": "A payment or a top-up as its gateway has it, beside itself. `asked`: stored before the call, "
    "and nobody knows the answer yet; it is looked for, and is never taken for a failure. `mismatch`: another amount "
    "came than was asked for with a top-up: nothing is booked, a person decides.",
    "deposit": "A deposit puts money into a wallet, once: when it becomes `succeeded`. `late` is money that arrived "
    "after its time or its end; the merchant's setting `late_payment` decides: with `accept` (the default) and "
    "`wallet` it is accepted at once, else the operator accepts it, or gives it back to the payer (`refunded`).",
    "delivery": "One message on its way to one webhook endpoint. `failed`: the door's schedule is over, or the address "
    "answered 410; `dropped`: its endpoint was switched off or removed. All of them can be replayed.",
    "shipment": "An order has at most one. They go together, whoever moves first: the order is `shipped` while its "
    "parcel is out, `completed` once it is `delivered`, `returned` once it is back; a parcel that has not left is "
    "`cancelled` when its order ends. A report that would take the parcel where its order cannot follow (it has left, "
    "but the order is still `pending` and not paid) is refused; a paid order that was put back is confirmed by it. A "
    "report that is older than the newest (an end, `delivered` or `returned`, never is), or that leads nowhere from "
    "where the parcel stands, is kept in the history and moves nothing; so is a courier's word that a pickup was "
    "cancelled, since the order still wants one.",
}


def states_page() -> str:
    """The text of ``docs/reference/states.md``."""
    return "\n".join([_HEADING, *map(_section, TABLES)])


def _section(table: StateTable) -> str:
    lines = [f"## {_TITLES[table.thing]}", "", _NOTES[table.thing], ""]
    lines.append(f"Begins as {_named(table.initial)}. Final: {_named(table.final) or 'none'}.")
    lines += ["", "| From | Verb | To |", "|---|---|---|"]
    lines += [f"| `{source}` | {verb} | `{target}` |" for source, verb, target in table.moves]
    return "\n".join([*lines, ""])


def _named(states: frozenset[str]) -> str:
    return ", ".join(f"`{state}`" for state in sorted(states))


_REFUSALS_HEADING: Final = """# Refusals

Printed from `src/gerai/domain/refusals/` (`python -m gerai.domain.describe refusals`); a test holds the two equal.

Every reason the server says no. The code stands in the log beside the request id; each door answers in the envelope,
language and status of its own contract. *Again*: the same request may succeed later, unchanged.

| Code | Kind | Again | Meaning |
|---|---|---|---|
"""


def refusals_page() -> str:
    """The text of ``docs/reference/refusals.md``."""
    return _REFUSALS_HEADING + "".join(map(_row, every_refusal()))


def _row(refusal: type[Refusal]) -> str:
    facts = list(inspect.signature(refusal).parameters)
    told = inspect.getdoc(refusal) or ""
    meaning = f"Facts: {', '.join(facts)}." if told.startswith(f"{refusal.__name__}(") else " ".join(told.split())
    again = "yes" if refusal.retryable else ""
    return f"| `{refusal.code}` | {refusal.kind.value} | {again} | {meaning.replace('|', '/')} |\n"


if __name__ == "__main__":
    print({"states": states_page, "refusals": refusals_page}[sys.argv[1]](), end="")
