-- depends: 0040-people
-- transactional: false

-- Written to be run again from its beginning. Nothing but the catalogue is changed.
ALTER TABLE refund_tasks
    ADD COLUMN IF NOT EXISTS claimed_by text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS claimed_at timestamptz;
