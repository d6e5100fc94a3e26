-- Orders that a shop has from earlier, with all that hangs on them: rows that keep every rule of the books. Orders are
-- numbered from the newest (1) backwards, so that more of them make the shop older, not busier: what is open, due or
-- waiting stays the same. Parameters: first and last number (%(first)s, %(last)s), the newest one's moment (%(now)s).
--
-- Of ten orders nine are of the first shops (temporary table stored_shops: its ``is_large``), one of the others. By their
-- number: 40 %% Cek Ceir on a wallet's hold, 30 %% Durianpay, 20 %% LeuwongRR, 10 %% Scalev with a parcel. What a counter
-- keeps with its orders: temporary table stored_details. A member buys at one counter; a third of each counter's orders
-- is one member's. The newest 2,000 are open, then 85 %% are completed, 11 %% expired or failed, 4 %% cancelled.

CREATE TEMPORARY TABLE stored_orders ON COMMIT DROP AS
SELECT n.*, d.details, d.labels, d.item_kind, d.item_id, d.line_details,
       s.merchant_id, s.sales_id, s.gateway_id, s.endpoint_id, s.stock_id,
       -- below all ids that are drawn later (stored.py), and rising with time
       (1000000000 - n.i) * 8 + 1 AS order_id,
       s.first_member + m.place AS member_id, s.first_wallet + m.place AS wallet_id,
       CASE n.channel WHEN 'cekceir' THEN CASE WHEN n.open THEN 'processing' WHEN n.fate < 850 THEN 'completed'
                                               WHEN n.fate < 960 THEN 'failed' ELSE 'cancelled' END
                      ELSE CASE WHEN n.open THEN 'pending' WHEN n.fate < 850 THEN 'completed'
                                WHEN n.fate < 960 THEN 'expired' ELSE 'cancelled' END END AS status
FROM (SELECT i, i <= 2000 AS open, CASE WHEN i %% 3 > 0 THEN i ELSE 0 END AS who, i * 104729 %% 1000 AS fate,
             1500000 + i %% 97 * 100000 AS total_sen,
             %(now)s::timestamptz - i * interval '20 seconds' AS at,
             CASE WHEN i * 7919 %% 100 < 40 THEN 'cekceir' WHEN i * 7919 %% 100 < 70 THEN 'durianpay'
                  WHEN i * 7919 %% 100 < 90 THEN 'leuwongrr' ELSE 'scalev' END AS channel
      FROM generate_series(%(first)s::int8, %(last)s::int8) AS i) n
JOIN (SELECT *, row_number() OVER w - 1 AS number, count(*) OVER (PARTITION BY is_large) AS alike
      FROM stored_shops WINDOW w AS (PARTITION BY is_large ORDER BY merchant_id)) s
  ON s.is_large = (n.i %% 10 > 0) AND s.number = n.i / 10 %% s.alike
JOIN stored_details d USING (channel)
CROSS JOIN LATERAL (SELECT n.who %% (s.members / 4) * 4 + CASE n.channel WHEN 'cekceir' THEN 0 WHEN 'durianpay' THEN 1
                                                         WHEN 'leuwongrr' THEN 2 ELSE 3 END AS place) m
-- As they lie in a shop that grew: neighbours in time are neighbours on disk.
ORDER BY n.i;

INSERT INTO idempotency_keys
SELECT merchant_id, %(environment)s, 'm' || member_id, 'create_order', 'stored-' || i, sha256(i::text::bytea),
       convert_to(repeat('an answer ', 60), 'UTF8'), at
FROM stored_orders;

INSERT INTO orders (merchant_id, order_id, environment, channel, member_id, account_id, public_id, number, secret,
                    status, funding, currency, total_sen, held_transfer_id, charged_sen, refunded_sen, reference, provider,
                    after_payment, details, created_at, updated_at, expires_at, labels, contact)
SELECT merchant_id, order_id, %(environment)s, channel, member_id,
       CASE channel WHEN 'cekceir' THEN wallet_id END,
       CASE channel WHEN 'cekceir' THEN order_id::text WHEN 'leuwongrr' THEN 'INV' || lpad(order_id::text, 20, '0')
                    WHEN 'scalev' THEN md5(i::text)::uuid::text
                    ELSE 'ord_' || left(md5(i::text), 10) || lpad((i %% 10000)::text, 4, '0') END,
       'N-' || upper(md5(i::text)), md5(i::text) || md5((-i)::text), status,
       CASE channel WHEN 'cekceir' THEN 'hold' ELSE 'invoice' END, 'IDR', total_sen,
       CASE channel WHEN 'cekceir' THEN order_id + 2 END,
       CASE status WHEN 'completed' THEN total_sen ELSE 0 END,
       CASE WHEN channel = 'cekceir' AND status IN ('failed', 'cancelled') THEN total_sen ELSE 0 END,
       CASE WHEN i %% 5 > 0 THEN 'ref-' || i ELSE '' END, CASE channel WHEN 'cekceir' THEN 'manual' ELSE '' END,
       CASE channel WHEN 'cekceir' THEN '' ELSE 'complete' END, details, at,
       CASE WHEN open THEN at ELSE at + interval '1 minute' END,
       CASE WHEN channel <> 'cekceir' THEN at + interval '1 day' END,
       labels,
       jsonb_build_object('name', 'Customer ' || i, 'email', 'c' || i || '@example.com', 'mobile', '62812' || i)
FROM stored_orders;

INSERT INTO order_lines (merchant_id, order_id, line_no, item_kind, item_id, stock_id, name, quantity, unit_price_sen,
                         total_sen, details)
SELECT merchant_id, order_id, 1, item_kind, coalesce(item_id, 1 + i %% 50), CASE channel WHEN 'scalev' THEN stock_id END, 'Article ' || i %% 50,
       1, total_sen, total_sen, line_details
FROM stored_orders;

INSERT INTO invoices
SELECT merchant_id, order_id, %(environment)s, order_id, 'I-' || order_id,
       CASE status WHEN 'completed' THEN 'paid' ELSE status END, total_sen, '', at + interval '1 day',
       CASE status WHEN 'completed' THEN at + interval '1 minute' END, at
FROM stored_orders WHERE channel <> 'cekceir';

INSERT INTO payments (merchant_id, payment_id, environment, order_id, invoice_id, public_id, method, channel_code, status,
                      amount_sen, fee_sen, refunded_sen, reference, instructions, failure, created_at, updated_at,
                      expires_at, completed_at)
SELECT merchant_id, order_id + 1, %(environment)s, order_id, order_id, 'pay_' || left(md5(i::text), 10) || lpad((i %% 10000)::text, 4, '0'), 'va', 'BCA',
       CASE status WHEN 'pending' THEN 'processing' ELSE status END, total_sen, 0, 0, 'P-' || i,
       jsonb_build_object('code', '8800' || lpad(i::text, 12, '0')), '{}', at, at, at + interval '1 day',
       CASE status WHEN 'completed' THEN at + interval '1 minute' END
FROM stored_orders WHERE channel <> 'cekceir';

INSERT INTO fulfilments
SELECT merchant_id, order_id, %(environment)s, order_id, 'manual',
       CASE status WHEN 'completed' THEN 'succeeded' WHEN 'processing' THEN 'requested' ELSE status END, 1,
       '{"items": [{"name": "imei", "inputs": {"imei": "490154203237518"}}]}', 'F-' || i,
       CASE status WHEN 'completed' THEN 1 ELSE 0 END, CASE status WHEN 'failed' THEN 1 ELSE 0 END,
       '{"result": "clean"}', '', at, at
FROM stored_orders WHERE channel = 'cekceir';

INSERT INTO shipments (merchant_id, shipment_id, environment, order_id, status, courier, service, aggregator, weight_g,
                       cost_sen, receipt, details, created_at, updated_at, shipped_at, delivered_at)
SELECT merchant_id, order_id, %(environment)s, order_id,
       CASE status WHEN 'completed' THEN 'delivered' WHEN 'pending' THEN 'planned' ELSE 'cancelled' END, 'jne', 'reg', '', 500,
       900000, CASE status WHEN 'completed' THEN 'JNE' || i ELSE '' END, '{}', at, at,
       CASE status WHEN 'completed' THEN at + interval '1 hour' END,
       CASE status WHEN 'completed' THEN at + interval '1 day' END
FROM stored_orders WHERE channel = 'scalev';

-- What they are found by (gerai.domain.search_terms).
INSERT INTO order_terms
SELECT merchant_id, %(environment)s, channel, floor(extract(epoch FROM at) / 604800)::int4, term, at, order_id
FROM stored_orders CROSS JOIN LATERAL unnest(ARRAY[
    '#n-' || md5(i::text), CASE WHEN i %% 5 > 0 THEN '=ref-' || i END, 'ncustomer', 'n' || i, '@c' || i || '@example.com',
    '+62812' || i, '-' || reverse('62812' || i)
] || CASE channel
    WHEN 'cekceir' THEN ARRAY['wf-' || i]
    WHEN 'scalev' THEN ARRAY['t' || total_sen, CASE status WHEN 'completed' THEN 'ypaid/' ELSE 'yunpaid/' END || status,
        CASE status WHEN 'completed' THEN 'sdelivered' WHEN 'pending' THEN 'splanned' ELSE 'scancelled' END]
    ELSE '{}' END || (
    SELECT array_agg('l' || l.key || '=' || l.value || CASE channel WHEN 'cekceir' THEN E'\x02' || member_id ELSE '' END)
    FROM jsonb_each_text(labels) l)) AS term
WHERE term IS NOT NULL;

-- A wallet's order holds its money, then keeps it or lets it go; another's is paid from outside.
INSERT INTO transfers
SELECT merchant_id, order_id + 2, %(environment)s, 'pending', NULL::int8, wallet_id, sales_id, total_sen, 'order', order_id, NULL::int8,
       1000000000000000, NULL::int8, '', at
FROM stored_orders WHERE channel = 'cekceir'
UNION ALL
SELECT merchant_id, order_id + 3, %(environment)s, CASE status WHEN 'completed' THEN 'post' ELSE 'void' END, order_id + 2,
       wallet_id, sales_id, total_sen, 'order', order_id, NULL::int8, 1000000000000000, NULL::int8, '', at + interval '1 minute'
FROM stored_orders WHERE channel = 'cekceir' AND NOT open
UNION ALL
SELECT merchant_id, order_id + 2, %(environment)s, 'single', NULL::int8, gateway_id, sales_id, total_sen, 'payment', order_id,
       order_id + 1, NULL::int8, NULL::int8, '', at + interval '1 minute'
FROM stored_orders WHERE channel <> 'cekceir' AND status = 'completed';

-- One order of fifty comes with a deposit: an expired one, or one that arrived.
INSERT INTO transfers
SELECT merchant_id, order_id + 5, %(environment)s, 'single', NULL, gateway_id, wallet_id, total_sen, 'deposit', NULL, NULL,
       NULL, 1000000000000000, '', at
FROM stored_orders WHERE i %% 100 = 1 AND NOT open;
INSERT INTO deposits
SELECT merchant_id, order_id + 4, %(environment)s, 'leuwongrr', member_id, wallet_id, 'D' || i, md5((-i)::text), s.status, total_sen,
       0, total_sen, 'va', 'BCA', '', '', '{}', '', CASE s.status WHEN 'succeeded' THEN order_id + 5 END, at, at,
       at + interval '1 day', CASE s.status WHEN 'succeeded' THEN at END
FROM stored_orders o
CROSS JOIN LATERAL (SELECT CASE WHEN o.open THEN 'pending' WHEN i %% 100 = 1 THEN 'succeeded' ELSE 'expired' END AS status) s
WHERE i %% 50 = 1;

INSERT INTO events (merchant_id, environment, order_id, name, facts, created_at)
SELECT merchant_id, %(environment)s, order_id, 'order.placed',
       jsonb_build_object('status', CASE channel WHEN 'cekceir' THEN 'processing' ELSE 'pending' END), at
FROM stored_orders ORDER BY i DESC;
INSERT INTO events (merchant_id, environment, order_id, name, facts, created_at)
SELECT merchant_id, %(environment)s, order_id, 'order.' || status,
       jsonb_build_object('status', status, 'was', CASE channel WHEN 'cekceir' THEN 'processing' ELSE 'pending' END),
       at + interval '1 minute'
FROM stored_orders WHERE NOT open ORDER BY i DESC;

INSERT INTO webhook_deliveries (merchant_id, delivery_id, endpoint_id, environment, order_id, event_id, part, event, data,
                                status, attempts, tries, next_attempt_at, happened_at, created_at, finished_at, sequence,
                                due_since)
SELECT merchant_id, order_id + 6, endpoint_id, %(environment)s, order_id, order_id, 1, 'order.completed',
       '{"order": "' || order_id || '", "status": "completed", "more": "' || repeat('x', 200) || '"}',
       CASE WHEN open THEN 'pending' ELSE 'delivered' END, 1, 1, at, at, at, CASE WHEN NOT open THEN at END, 1, at
FROM stored_orders WHERE endpoint_id IS NOT NULL AND (open OR status = 'completed');
INSERT INTO webhook_attempts
SELECT merchant_id, order_id + 6, 1, at, 30, 200, '', 'ok'
FROM stored_orders WHERE endpoint_id IS NOT NULL AND NOT open AND status = 'completed';

-- What the rows above come to.
UPDATE accounts a
SET credits_posted = a.credits_posted + s.credited, debits_posted = a.debits_posted + s.debited,
    debits_pending = a.debits_pending + s.held
FROM (SELECT merchant_id, wallet_id,
             coalesce(sum(total_sen) FILTER (WHERE i %% 100 = 1 AND NOT open), 0) AS credited,
             coalesce(sum(total_sen) FILTER (WHERE channel = 'cekceir' AND status = 'completed'), 0) AS debited,
             coalesce(sum(total_sen) FILTER (WHERE channel = 'cekceir' AND open), 0) AS held
      FROM stored_orders GROUP BY 1, 2) s
WHERE a.merchant_id = s.merchant_id AND a.account_id = s.wallet_id;
UPDATE stock k SET reserved = k.reserved + s.promised
FROM (SELECT merchant_id, stock_id, count(*) AS promised FROM stored_orders WHERE channel = 'scalev' AND open GROUP BY 1, 2) s
WHERE k.merchant_id = s.merchant_id AND k.stock_id = s.stock_id;
