-- The experiment's ladder: profiles from one to another, each differing from the one before in one field.
CREATE TABLE ladder (
    profile VARCHAR PRIMARY KEY,
    position INTEGER NOT NULL UNIQUE
);

COMMENT ON TABLE ladder IS 'The profiles of the ladder, from one to another; no row where there is none.';
COMMENT ON COLUMN ladder.profile IS 'Name of the profile.';
COMMENT ON COLUMN ladder.position IS 'Its place, counted from 0.';
