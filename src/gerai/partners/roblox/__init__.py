"""Roblox, asked whether a player, a place and a pass exist and what the pass costs.

``client.py`` asks the real web API, ``simulator.py`` answers by itself; both are a ``ports.roblox.Roblox``.
"""

from __future__ import annotations
