"""Roblox, asked whether a player, a place and a pass exist and what the pass costs.

``client.py`` asks the real web API, ``simulator.py`` decides by itself; both are a ``ports.roblox.Roblox``.
"""

from __future__ import annotations

from gerai.partners.lookups.roblox.client import HttpRoblox
from gerai.partners.lookups.roblox.settings import RobloxSettings
from gerai.partners.lookups.roblox.simulator import SimulatedRoblox
from gerai.ports.lookup import Lookup

LOOKUP = Lookup(settings=RobloxSettings(), connect=HttpRoblox, simulate=SimulatedRoblox)
