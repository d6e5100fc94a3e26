"""Whether the server and its partners can, right now."""

from __future__ import annotations

from dataclasses import dataclass, field

from gerai.domain.refusals.base import Kind, Refusal


@dataclass(eq=False)
class PartnerUnavailable(Refusal):
    """A partner did not respond, or an order may not be given to it. Unknown is never a refusal. ``reason`` is for the
    log: silent | unknown (not installed here) | simulated (it only pretends, and the order is real)."""

    partner: str
    retry_after_s: int = 30
    reason: str = "silent"
    code = "partner_unavailable"
    kind = Kind.UNAVAILABLE
    retryable = True


@dataclass(eq=False)
class Busy(Refusal):
    """The command queue is full, or the command was not started before its deadline. Nothing was done."""

    retry_after_s: int = 1
    code = "busy"
    kind = Kind.UNAVAILABLE
    retryable = True


@dataclass(eq=False)
class Broken(Refusal):
    """Our own failure. The id finds the log line; nothing else is disclosed."""

    request_id: str = ""
    detail: str = field(default="", repr=False)
    code = "broken"
    kind = Kind.INTERNAL
    retryable = True
