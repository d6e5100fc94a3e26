-- depends: 0038-audit
-- transactional: false

-- Written to be run again from its beginning. A shop has a row for each item and warehouse, whatever it sells.
ALTER TABLE stock ADD COLUMN IF NOT EXISTS low_at integer;
ALTER TABLE stock DROP CONSTRAINT IF EXISTS stock_low_at;
ALTER TABLE stock ADD CONSTRAINT stock_low_at CHECK (low_at >= 0) NOT VALID;
ALTER TABLE stock VALIDATE CONSTRAINT stock_low_at;

SET lock_timeout = '10min';
DROP INDEX CONCURRENTLY IF EXISTS stock_marked;
CREATE INDEX CONCURRENTLY stock_marked ON stock (merchant_id, environment, item_id, warehouse_id) WHERE low_at IS NOT NULL;
RESET lock_timeout;
