"""The server's settings of the real client."""

from __future__ import annotations

from dataclasses import dataclass

from gerai.kit.declare import setting


@dataclass(frozen=True)
class RobloxSettings:
    """The Roblox look-ups of the LeuwongRR door. Sandbox keys always use the simulator."""

    users_base_url: str = setting("https://users.roblox.com", "Base address of the users API.")
    games_base_url: str = setting("https://games.roblox.com", "Base address of the games API.")
    apis_base_url: str = setting("https://apis.roblox.com", "Base address of the game-pass and universe APIs.")
    timeout_s: float = setting(5.0, "How long one look-up may take.", 0.1)
