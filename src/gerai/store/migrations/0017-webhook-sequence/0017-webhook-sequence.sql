-- depends: 0009-suspense-and-fees

ALTER TABLE webhook_deliveries
    -- of an order's messages to this endpoint, from 1
    ADD COLUMN sequence integer NOT NULL DEFAULT 0,
    -- since it last became pending: when it could first be sent
    ADD COLUMN due_since timestamptz,
    -- the order's later messages wait for this one while it is young
    ADD COLUMN holds_back boolean NOT NULL DEFAULT true;
UPDATE webhook_deliveries d SET sequence = n.sequence, due_since = d.created_at
FROM (SELECT merchant_id, delivery_id,
             row_number() OVER (PARTITION BY merchant_id, endpoint_id, order_id ORDER BY event_id, part) AS sequence
      FROM webhook_deliveries) n
WHERE d.merchant_id = n.merchant_id AND d.delivery_id = n.delivery_id;
ALTER TABLE webhook_deliveries ALTER COLUMN sequence DROP DEFAULT, ALTER COLUMN due_since SET NOT NULL;
