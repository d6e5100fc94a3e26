"""What the shop keeps: the engine's own things, immutable, one class per table, one file per kind of thing.

A change is a new value (``msgspec.structs.replace``). Field order is the table's column order.
Amounts are integer sen. Times are aware datetimes in UTC. ``channel`` is the name of the door an order came
through; the engine never looks inside it, nor inside ``details``.
"""

from gerai.domain.records.articles import Article, ArticleFormat
from gerai.domain.records.deliveries import Fulfilment, Shipment, Stock
from gerai.domain.records.digital import CodeDelivery, CodePool, CodeStatus, LicenceCode, VariantFile
from gerai.domain.records.gateways import GatewayAttempt, GatewayContract, OfferedWay, Payout
from gerai.domain.records.journal import AuditEntry, Event, IdempotencyRecord
from gerai.domain.records.logos import ShopLogo
from gerai.domain.records.members import Environment, Member, email_key
from gerai.domain.records.orders import Funding, Order, OrderContact, OrderLine, OrderTerm, OrderView
from gerai.domain.records.payments import ASKED_SEN, FeeBearer, Invoice, Payment, PaymentRules, RefundTask
from gerai.domain.records.receiving import Arrival, ExpectedAmount, Notice, NoticeSource, PaymentProof, ReceivingAccount
from gerai.domain.records.wallets import MANUAL, Account, Deposit, Transfer

__all__ = [
    "ASKED_SEN",
    "MANUAL",
    "Account",
    "Arrival",
    "Article",
    "ArticleFormat",
    "AuditEntry",
    "CodeDelivery",
    "CodePool",
    "CodeStatus",
    "Deposit",
    "Environment",
    "Event",
    "ExpectedAmount",
    "FeeBearer",
    "Fulfilment",
    "Funding",
    "GatewayAttempt",
    "GatewayContract",
    "IdempotencyRecord",
    "Invoice",
    "LicenceCode",
    "Member",
    "Notice",
    "NoticeSource",
    "OfferedWay",
    "Order",
    "OrderContact",
    "OrderLine",
    "OrderTerm",
    "OrderView",
    "Payment",
    "PaymentProof",
    "PaymentRules",
    "Payout",
    "ReceivingAccount",
    "RefundTask",
    "Shipment",
    "ShopLogo",
    "Stock",
    "Transfer",
    "VariantFile",
    "email_key",
]
