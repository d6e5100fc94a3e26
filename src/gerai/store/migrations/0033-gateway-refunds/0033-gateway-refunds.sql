-- depends: 0032-money-told-twice
-- transactional: false

-- Written to be run again from its beginning. The new rules are looked at for each row beside the work.
ALTER TABLE refund_tasks
    ADD COLUMN IF NOT EXISTS looks int NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS denials int NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS fault text NOT NULL DEFAULT '',
    DROP CONSTRAINT IF EXISTS refund_tasks_status_check,
    DROP CONSTRAINT IF EXISTS refund_tasks_check,
    ADD CONSTRAINT refund_tasks_status_check CHECK (status IN ('open', 'sending', 'done', 'withdrawn')) NOT VALID,
    ADD CONSTRAINT refund_tasks_check CHECK ((status IN ('open', 'sending')) = (ended_at IS NULL)) NOT VALID;
ALTER TABLE refund_tasks VALIDATE CONSTRAINT refund_tasks_status_check;
ALTER TABLE refund_tasks VALIDATE CONSTRAINT refund_tasks_check;

SET lock_timeout = '10min';
DROP INDEX CONCURRENTLY IF EXISTS refund_tasks_owed;
CREATE INDEX CONCURRENTLY refund_tasks_owed ON refund_tasks (merchant_id, task_id) WHERE ended_at IS NULL;
DROP INDEX CONCURRENTLY IF EXISTS refund_tasks_open;
RESET lock_timeout;
