-- One row: what the numbers are compared with, and when one is not final. flips_against names the profile of
-- the view flips; max_unscored_share bounds the unparsed and failed among the samples with a gold.
CREATE TABLE experiment (
    flips_against VARCHAR NOT NULL,
    max_unscored_share DOUBLE NOT NULL
);
