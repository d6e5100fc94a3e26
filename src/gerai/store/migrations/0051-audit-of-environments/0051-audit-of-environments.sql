-- depends: 0050-report-tops
-- transactional: false

SET lock_timeout = '10min';
-- Built beside the shop's work; one that was cut off is made again.
DROP INDEX CONCURRENTLY IF EXISTS audit_of_environments;
CREATE INDEX CONCURRENTLY audit_of_environments ON audit (merchant_id, environment, audit_id);
