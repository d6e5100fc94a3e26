-- depends: 0009-suspense-and-fees

-- How an order may be paid and what that costs, frozen with it; what a person added to how its payment stands.
ALTER TABLE orders ADD COLUMN payment_rules jsonb NOT NULL DEFAULT '{}',
                   ADD COLUMN payment_mark text NOT NULL DEFAULT '';

-- Doors kept both in the order's details, under names the pages knew.
UPDATE orders o SET
    payment_mark = coalesce(o.details ->> 'payment_mark', ''),
    payment_rules = jsonb_strip_nulls(jsonb_build_object(
        'methods', CASE WHEN jsonb_typeof(o.details -> 'methods') = 'array' AND o.details -> 'methods' <> '[]'
                        THEN o.details -> 'methods' END,
        'fees', (SELECT jsonb_object_agg(f.key, f.value)
                 FROM jsonb_each(CASE WHEN jsonb_typeof(o.details -> 'payer_fees') = 'object'
                                      THEN o.details -> 'payer_fees'
                                      WHEN jsonb_typeof(o.details -> 'merchant_fees') = 'object'
                                      THEN o.details -> 'merchant_fees' ELSE '{}' END) f
                 WHERE f.value::text ~ '^[0-9]+$'),
        'fee_bearer', CASE WHEN jsonb_typeof(o.details -> 'payer_fees') = 'object' THEN 'payer' END)),
    details = o.details - ARRAY['payment_mark', 'methods', 'payer_fees', 'merchant_fees', 'fees']
WHERE o.details ?| ARRAY['payment_mark', 'methods', 'payer_fees', 'merchant_fees'];

CREATE INDEX orders_payment_mark ON orders (merchant_id, environment, channel, payment_mark, order_id)
    WHERE payment_mark <> '';

-- Payments that nobody shall make any more: of orders that ended or are paid, and those whose numbers and codes were
-- invented (all methods so far are simulated) although real money would have been paid.
WITH ended AS (
    UPDATE payments p SET updated_at = now(),
        status = CASE WHEN o.status = 'expired' THEN 'expired' ELSE 'cancelled' END
    FROM orders o
    JOIN merchants m ON m.merchant_id = o.merchant_id
    LEFT JOIN invoices i ON i.merchant_id = o.merchant_id AND i.invoice_id = o.order_id
    WHERE p.merchant_id = o.merchant_id AND p.order_id = o.order_id AND p.status = 'processing'
      AND (o.status IN ('cancelled', 'expired', 'failed', 'completed', 'partial', 'returned', 'closed')
           OR i.status IN ('paid', 'refunded')
           OR (o.environment = 'production' AND NOT m.simulated))
    RETURNING p.merchant_id, p.environment, p.order_id, p.public_id, p.status
)
INSERT INTO events (merchant_id, environment, order_id, name, facts, created_at)
SELECT merchant_id, environment, order_id, 'payment.' || status, jsonb_build_object('payment', public_id), now()
FROM ended ORDER BY merchant_id, order_id, public_id;
