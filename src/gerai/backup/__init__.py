"""Backups: one file that holds a whole installation, and the way back from it (docs/decisions/0019-backups.md)."""
