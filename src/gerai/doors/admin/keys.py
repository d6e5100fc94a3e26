"""The keys of the administration's API: ``adm_s_…`` for the sandbox, ``adm_p_…`` for production."""

from __future__ import annotations

from typing import Final

from gerai.domain.permissions import PERMISSIONS
from gerai.domain.records import Environment
from gerai.doors.http.describe import KeyForm, KeyScheme
from gerai.engine.desk.keys import DESK_DOOR
from gerai.kit.ids import base62

CHANNEL: Final = DESK_DOOR
_PREFIXES: Final[dict[str, str]] = {"sandbox": "adm_s_", "production": "adm_p_"}


def make_key(environment: Environment) -> KeyForm:
    """A fresh key that may do everything; whoever makes it for less names its scopes. The secret has 238 bits."""
    prefix = _PREFIXES[environment]
    token = prefix + base62(40)
    return KeyForm(token, token[: len(prefix) + 4], PERMISSIONS)


ADMIN_KEYS: Final = KeyScheme(make_key)
