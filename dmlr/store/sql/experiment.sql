-- One row: what the numbers are compared with. flips_against names the profile of the view flips.
CREATE TABLE experiment (
    flips_against VARCHAR NOT NULL
);
