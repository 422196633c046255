-- One row: what the numbers are compared with, and when one is not final. flips_against names the profile of
-- the view flips; max_unscored_share bounds the unparsed and failed among the samples with a gold.
CREATE TABLE experiment (
    flips_against VARCHAR NOT NULL,
    max_unscored_share DOUBLE NOT NULL
);

COMMENT ON TABLE experiment IS 'One row: what the numbers are compared with, and when one is not final.';
COMMENT ON COLUMN experiment.flips_against IS 'Profile whose answers the view flips compares with.';
COMMENT ON COLUMN experiment.max_unscored_share IS 'Largest share of unparsed and failed among the samples with a gold, from 0 to 1, up to which a number is final.';
