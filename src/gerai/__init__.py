"""Gerai: one order engine behind four public API contracts."""

__version__ = "0.1.0"
