-- depends: 0053-own-accounts-paid-out
-- transactional: false

-- Written to be run again from its beginning. Nothing but the catalogue is changed.
ALTER TABLE articles
    ADD COLUMN IF NOT EXISTS format text NOT NULL DEFAULT 'html',
    ADD COLUMN IF NOT EXISTS written text NOT NULL DEFAULT '';
