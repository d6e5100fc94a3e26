"""Gateways: who takes a seller's payments, and is asked over the network. Every folder is one."""
