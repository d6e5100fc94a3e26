"""The figures a process reports of itself and of the database (docs/reference/metrics.md)."""
