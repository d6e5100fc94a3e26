"""What a process tells of itself and of the database (docs/reference/metrics.md)."""
