"""What somebody at the desk may do, and the roles that bundle it."""

from __future__ import annotations

from typing import Final, Literal, get_args

Permission = Literal[
    "orders:read",
    "orders:act",
    "money:read",
    "money:act",
    "catalogue:read",
    "catalogue:write",
    "members:read",
    "members:write",
    "keys:manage",
    "webhooks:manage",
    "settings:read",
    "settings:write",
    "books:read",
    "people:manage",
]
Role = Literal["owner", "operator", "viewer"]

PERMISSIONS: Final[tuple[Permission, ...]] = get_args(Permission)
_READS: Final = frozenset[Permission](p for p in PERMISSIONS if p.endswith(":read"))
_RUNS: Final = frozenset[Permission](("orders:act", "money:act", "catalogue:write", "members:write"))
#: An owner does everything, a viewer sees everything; an operator runs the shop, but hands out no keys.
ROLES: Final[dict[Role, frozenset[Permission]]] = {
    "owner": frozenset(PERMISSIONS),
    "operator": _READS | _RUNS,
    "viewer": _READS,
}
