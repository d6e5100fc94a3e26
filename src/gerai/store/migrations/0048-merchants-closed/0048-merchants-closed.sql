-- depends: 0047-saved-views
-- transactional: false

-- Written to be run again from its beginning. Nothing but the catalogue is changed.
ALTER TABLE merchants ADD COLUMN IF NOT EXISTS closed_at timestamptz;
