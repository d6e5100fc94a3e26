"""Where a seller receives money without anybody between."""

from __future__ import annotations

from datetime import datetime

import msgspec

from gerai.domain.settlement import SettleRule


class ExpectedAmount(msgspec.Struct, frozen=True):
    """An amount that may come into a receiving account until ``expected_until``, and which order's payment or which
    deposit it is then. No two expect the same."""

    merchant_id: int
    receiving_id: int
    amount_sen: int
    order_id: int | None
    payment_id: int | None
    expected_until: datetime
    deposit_id: int | None = None


class Arrival(msgspec.Struct, frozen=True):
    """Money that came into a receiving account; once booked, which order's payment or which deposit it paid.
    ``arrival_key``: what its line in the bank's list alone has. ``source``: where it was read; ``decided_by``: the
    person who did, where a person did."""

    merchant_id: int
    arrival_id: int
    receiving_id: int
    arrival_key: str
    amount_sen: int
    arrived_at: datetime
    description: str
    source: str
    status: str
    order_id: int | None
    payment_id: int | None
    decided_by: str
    created_at: datetime
    updated_at: datetime
    deposit_id: int | None = None


class NoticeSource(msgspec.Struct, frozen=True):
    """Who may tell that money came in or was paid out, and in which form. ``receiving_id``: the account whose money it
    is, where notices do not name one. ``token_hash``: of the secret part of its address; ``secret_sealed``: what proves
    its notices, empty where the form has nothing. ``created_by``, ``closed_by``: people."""

    merchant_id: int
    source_id: int
    form: str
    receiving_id: int | None
    token_hash: bytes
    secret_sealed: bytes
    created_at: datetime
    created_by: str
    closed_at: datetime | None = None
    closed_by: str = ""


class Notice(msgspec.Struct, frozen=True):
    """A notice as it came. ``digest``: of its body, by which one that comes again is known. ``fault``: why it waits for
    a person; ``kept``: how many arrivals are kept, or parcels paid, of it."""

    merchant_id: int
    notice_id: int
    source_id: int
    digest: bytes
    body: bytes
    status: str
    fault: str
    kept: int
    created_at: datetime
    updated_at: datetime


class PaymentProof(msgspec.Struct, frozen=True):
    """What a payer sent to show that they transferred, as it came. ``digest``: SHA-256 of ``content``; ``kind``: what
    its bytes are, whatever its sender called it. ``content`` is empty where it was not read along."""

    merchant_id: int
    proof_id: int
    payment_id: int
    digest: bytes
    kind: str
    size_bytes: int
    uploaded_at: datetime
    content: bytes


class ReceivingAccount(msgspec.Struct, frozen=True):
    """An account of the seller's own into which payers pay: a bank account, the QRIS code on the counter. ``details``:
    what its method shows payers, as the method once read it. ``created_by``, ``closed_by``: the people who named and
    closed it. ``identity``: what it is to its bank or acquirer, whatever it is called here; empty: not
    known. ``settles``: its acquirer passes on what came, then; None: what comes is there at once."""

    merchant_id: int
    receiving_id: int
    method: str
    channel: str
    details: dict[str, str]
    created_at: datetime
    created_by: str
    closed_at: datetime | None = None
    closed_by: str = ""
    identity: str = ""
    settles: SettleRule | None = None

    @property
    def acquirer(self) -> str:
        """What its payouts are listed under: every account that is the same one to its acquirer has it."""
        return f"{self.method}:{self.identity or self.receiving_id}"
