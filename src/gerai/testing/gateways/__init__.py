"""A stand-in for each gateway, on this machine: it speaks the gateway's wire, and fails on demand."""
