-- depends: 0009-suspense-and-fees

-- How long the request of an order waits for the provider of its service.
ALTER TABLE services ALTER COLUMN deadline_ms SET DEFAULT 10000;
UPDATE services SET deadline_ms = 10000 WHERE deadline_ms = 20000;

-- Operations are named after the contract they belong to.
UPDATE idempotency_keys SET operation = 'cekceir.create_order' WHERE operation = 'order.create';
