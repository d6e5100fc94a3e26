-- depends: 0022-payment-and-state
-- transactional: false

-- Beside the shop's work: five hundred orders at a time, each piece its own transaction, and written to be run again from
-- its beginning. What is waited for is single rows, in the order in which the shop locks them, too: nobody queues behind it.
SET lock_timeout = '10min';
SET enable_seqscan = off;
DO $$
DECLARE
    after_at timestamptz := '-infinity';
BEGIN
    LOOP
        WITH piece AS (
            SELECT merchant_id, order_id, expires_at FROM orders
            WHERE status IN ('draft', 'pending') AND expires_at IS NOT NULL AND expires_at >= after_at
              AND (status = 'draft' OR payment_mark = 'conflict')
            ORDER BY expires_at LIMIT 500
        ), locked AS (
            SELECT o.merchant_id, o.order_id FROM orders o JOIN piece p USING (merchant_id, order_id)
            WHERE o.status = 'draft' OR o.status = 'pending' AND o.payment_mark = 'conflict'
            ORDER BY merchant_id, order_id FOR UPDATE OF o
        ), set_aside AS (
            UPDATE orders o SET expires_at = NULL FROM locked l
            WHERE o.merchant_id = l.merchant_id AND o.order_id = l.order_id
        ), untimed AS (
            UPDATE invoices i SET due_at = NULL FROM locked l
            WHERE i.merchant_id = l.merchant_id AND i.invoice_id = l.order_id AND i.status = 'pending'
        )
        SELECT max(expires_at) INTO after_at FROM piece;
        EXIT WHEN after_at IS NULL;
        COMMIT;
    END LOOP;
END $$;
RESET enable_seqscan;
RESET lock_timeout;
