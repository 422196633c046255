-- How far a benchmark's golds allow a score, by label set, from its audit.json.
CREATE TABLE audits (
    benchmark VARCHAR NOT NULL,
    labels VARCHAR NOT NULL,
    samples INTEGER NOT NULL CHECK (samples >= 0),
    skipped INTEGER NOT NULL CHECK (skipped >= 0),
    images INTEGER NOT NULL CHECK (images >= 0),
    answers INTEGER NOT NULL CHECK (answers >= 0),
    empty INTEGER NOT NULL CHECK (empty >= 0),
    reachable INTEGER NOT NULL CHECK (reachable >= 0),
    PRIMARY KEY (benchmark, labels),
    CHECK (answers + empty = samples AND reachable <= answers)
);

COMMENT ON TABLE audits IS 'How far a benchmark''s golds allow a score: one row per benchmark and label set, as prepare counted it.';
COMMENT ON COLUMN audits.benchmark IS 'A name of benchmark_catalog.';
COMMENT ON COLUMN audits.labels IS 'Label set: released, official, corrected.';
COMMENT ON COLUMN audits.samples IS 'Samples of the benchmark, whatever the labels.';
COMMENT ON COLUMN audits.skipped IS 'Rows that were left out, because they have no usable picture.';
COMMENT ON COLUMN audits.images IS 'Different pictures.';
COMMENT ON COLUMN audits.answers IS 'Samples that have a gold.';
COMMENT ON COLUMN audits.empty IS 'Samples that have none: no reply can be right.';
COMMENT ON COLUMN audits.reachable IS 'Samples that some reply can get right: those with a gold whose letter, if it has one, is offered.';
