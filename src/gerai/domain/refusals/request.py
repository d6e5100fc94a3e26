"""What arrived: bodies, paths, hosts and fields."""

from __future__ import annotations

from dataclasses import dataclass

from gerai.domain.refusals.base import Kind, Refusal


@dataclass(eq=False)
class BodyUnreadable(Refusal):
    """The body is not what the door reads. ``reason``: empty | not_json | not_object | nul | surrogate (a character cut
    in two, or bytes that are none) | too_deep | number | encoding (it does not unpack as its Content-Encoding says) |
    form (no form, or one that is cut off)."""

    reason: str
    code = "body_unreadable"


@dataclass(eq=False)
class BodyTooLarge(Refusal):
    limit_bytes: int
    code = "body_too_large"


@dataclass(eq=False)
class EncodingUnsupported(Refusal):
    """The body is packed in a way the server does not unpack. ``encoding`` is the name the client gave."""

    encoding: str
    code = "encoding_unsupported"


@dataclass(eq=False)
class BodyIncomplete(Refusal):
    """The rest of the body did not arrive in time."""

    limit_s: int
    code = "body_incomplete"
    retryable = True


@dataclass(eq=False)
class HostUnknown(Refusal):
    """The request names a host that this server does not serve."""

    host: str
    code = "host_unknown"


@dataclass(eq=False)
class PathUnknown(Refusal):
    path: str
    code = "path_unknown"
    kind = Kind.NOT_FOUND


@dataclass(eq=False)
class MethodNotAllowed(Refusal):
    method: str
    allowed: tuple[str, ...] = ()
    code = "method_not_allowed"


@dataclass(eq=False)
class InputInvalid(Refusal):
    """Field errors, already in the door's own words: name → texts. ``where``: body | query | headers | params."""

    fields: dict[str, list[str]]
    where: str = "body"
    code = "input_invalid"


@dataclass(eq=False)
class FieldsForbidden(Refusal):
    """The body names fields a client may not set."""

    names: tuple[str, ...]
    code = "fields_forbidden"


@dataclass(eq=False)
class PayloadMismatch(Refusal):
    """The payload of a catalogue item does not match its schema; ``errors`` are ready texts."""

    errors: tuple[str, ...]
    code = "payload_mismatch"
