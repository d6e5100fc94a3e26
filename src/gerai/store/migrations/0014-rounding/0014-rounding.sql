-- depends: 0013-order-contacts

-- What is paid is whole rupiah; what rounding added to the exact sum stands beside it.
ALTER TABLE orders ADD COLUMN rounding_sen bigint NOT NULL DEFAULT 0;
ALTER TABLE orders ADD CONSTRAINT rounding_is_less_than_a_rupiah
    CHECK (rounding_sen >= -49 AND rounding_sen <= 50 AND (rounding_sen = 0 OR total_sen % 100 = 0)) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT rounding_is_less_than_a_rupiah;

-- Orders that still wait for their first payment ask for whole rupiah from now on.
WITH rounded AS (
    UPDATE orders o SET
        total_sen = (o.total_sen + 50) / 100 * 100,
        rounding_sen = (o.total_sen + 50) / 100 * 100 - o.total_sen
    WHERE o.status IN ('draft', 'pending') AND o.funding = 'invoice' AND o.total_sen % 100 <> 0 AND o.charged_sen = 0
      AND NOT EXISTS (SELECT FROM payments p WHERE p.merchant_id = o.merchant_id AND p.order_id = o.order_id)
    RETURNING o.merchant_id, o.order_id, o.total_sen
)
UPDATE invoices i SET amount_sen = r.total_sen
FROM rounded r
WHERE i.merchant_id = r.merchant_id AND i.order_id = r.order_id;
