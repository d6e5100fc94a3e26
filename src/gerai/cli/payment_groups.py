"""The groups of commands below `gerai payments`, each in a file of its own."""

from __future__ import annotations

from gerai.cli.arrivals import arrivals
from gerai.cli.cod import cod
from gerai.cli.cod_report import import_report
from gerai.cli.confirm import confirm
from gerai.cli.fakes import fake
from gerai.cli.gateways import gateways
from gerai.cli.notices import notices
from gerai.cli.payment_methods import show_methods
from gerai.cli.payment_trial import try_method
from gerai.cli.payments import payments
from gerai.cli.payouts import payouts
from gerai.cli.proofs import proofs
from gerai.cli.receiving import accounts
from gerai.cli.reconcile import reconcile
from gerai.cli.refunds import refunds
from gerai.cli.settle_payout import settle
from gerai.cli.settle_rules import settle_rule

__all__ = ["payments"]

payments.command(epilog="Example: gerai payments confirm NO-1 --amount 150000 --reference BCA-1 --merchant toko")(
    confirm
)
payments.add_typer(accounts, name="accounts")
payments.add_typer(arrivals, name="arrivals")
payments.add_typer(notices, name="notices")
payments.add_typer(proofs, name="proofs")
payments.add_typer(gateways, name="gateways")
payments.add_typer(refunds, name="refunds")
payments.add_typer(cod, name="cod")
payments.add_typer(payouts, name="payouts")
cod.command(
    "import",
    epilog="Example: gerai payments cod import jne.csv receipt=AWB collected=COD --fee 10000 --reference JNE-3 "
    "--merchant toko",
)(import_report)
payouts.command(
    epilog="Example: gerai payments payouts settle midtrans --day 2026-12-01 --amount 290000 --fee 10000 "
    "--reference WD-31 --merchant toko"
)(settle)
gateways.command(
    "settle-rule", epilog="Example: gerai payments gateways settle-rule 7001 va:BCA workdays=1 cutoff=15:00"
)(settle_rule)
payments.command("reconcile", epilog="Example: gerai payments reconcile xendit transactions.csv --merchant toko")(
    reconcile
)
payments.command("methods")(show_methods)
payments.command("test", epilog="Example: gerai payments test va:BCA --merchant toko")(try_method)
payments.command("fake", epilog="Example: gerai payments fake midtrans --port 9250")(fake)
