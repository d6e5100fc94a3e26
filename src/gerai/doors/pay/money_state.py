"""What was paid for an order and what became of it, from its payments and charges."""

from __future__ import annotations

from dataclasses import dataclass

from gerai.domain.records import OrderView


@dataclass(frozen=True)
class MoneyState:
    """Amounts in sen. ``paid_sen``: counted as paid, with the payer's fees; ``kept_sen``: what could still be given
    back of it; ``returned_sen``: given back; ``waiting_sen``: arrived too late or a second time, undecided yet;
    ``charged_sen``: taken from a wallet that had reserved it."""

    paid_sen: int
    kept_sen: int
    returned_sen: int
    waiting_sen: int
    charged_sen: int

    @property
    def arrived(self) -> bool:
        """Whether money was taken at all, wherever it is now."""
        return bool(self.paid_sen or self.returned_sen or self.waiting_sen or self.charged_sen)

    @property
    def all_returned(self) -> bool:
        """Whether everything that was taken went back."""
        return bool(self.returned_sen) and not (self.kept_sen or self.waiting_sen)


def money_of(view: OrderView) -> MoneyState:
    """The money of an order. Its payments say it all, but for a reservation, which is charged without one."""
    completed = [p for p in view.payments if p.status == "completed"]
    return MoneyState(
        paid_sen=sum(p.amount_sen + p.fee_sen for p in completed),
        kept_sen=sum(p.amount_sen - p.refunded_sen for p in completed),
        returned_sen=sum(p.refunded_sen for p in view.payments),
        waiting_sen=sum(p.amount_sen + p.fee_sen for p in view.payments if p.status == "late"),
        charged_sen=view.order.charged_sen if view.order.funding == "hold" else 0,
    )
