-- depends: 0043-reports
-- transactional: false

-- Written to be run again from its beginning. Nothing but the catalogue is changed.
ALTER TABLE webhook_endpoints ADD COLUMN IF NOT EXISTS ids_sealed bytea NOT NULL DEFAULT '';
