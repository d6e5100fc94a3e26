"""What a payment or a deposit shows its payer, as it was stored when it was started."""

from __future__ import annotations

import msgspec
import structlog

from gerai.domain.records import Deposit, Payment
from gerai.ports.payments import PaymentKind
from gerai.ports.va_places import PayPlace

log = structlog.get_logger("gerai.pages")


class StoredInstructions(msgspec.Struct, frozen=True):
    """The part of ``Payment.instructions`` that every payment method fills (``ports.payments.Instructions``). A payment
    that was booked by hand has none; doors may keep more beside it. ``at_gateway``: a gateway gave them;
    ``instead``: code and secret of the deposit that is to be paid in place of this one."""

    kind: PaymentKind = "manual"
    code: str = ""
    company_code: str = ""
    holder: str = ""
    qr_text: str = ""
    nmid: str = ""
    amount_typed: bool = False
    url: str = ""
    at_gateway: bool = False
    instead: tuple[str, str] | None = None
    steps: dict[str, list[str]] = {}
    places: dict[str, list[PayPlace]] = {}

    @property
    def asked_code(self) -> str:
        """The code as a bank asks for it: without the company's, where that is asked for by itself."""
        return self.code.removeprefix(self.company_code).strip()


def instructions_of(paid_by: Payment | Deposit) -> StoredInstructions:
    """What the payer must see; nothing of it when what is stored cannot be read."""
    try:
        return msgspec.convert(paid_by.instructions, StoredInstructions)
    except msgspec.ValidationError:
        log.warning("page.instructions_unreadable", public_id=paid_by.public_id)
        return StoredInstructions()
