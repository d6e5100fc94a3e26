"""`gerai bench`: orders per second over HTTP against the same rows written by pgbench, one transaction per order.

Both sides use the same database in the same run, in turns, so that the ratio says something on a noisy machine too.
What the figure means and where the time goes: docs/explanation/speed.md.
"""
