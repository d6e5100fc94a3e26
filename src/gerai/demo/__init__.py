"""The demo shop of `gerai up`: opened on its first start, and the tour of its counters."""
