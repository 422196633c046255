-- What always giving one answer scores, from a benchmark's audit.json.
CREATE TABLE audit_floors (
    benchmark VARCHAR NOT NULL,
    labels VARCHAR NOT NULL,
    metric VARCHAR NOT NULL,
    answer VARCHAR NOT NULL,
    correct INTEGER NOT NULL,
    total INTEGER NOT NULL CHECK (correct BETWEEN 0 AND total),
    PRIMARY KEY (benchmark, labels, metric, answer),
    FOREIGN KEY (benchmark, labels) REFERENCES audits (benchmark, labels)
);

COMMENT ON TABLE audit_floors IS 'What always giving one answer scores, for the most frequent golds of a benchmark.';
COMMENT ON COLUMN audit_floors.benchmark IS 'A name of benchmark_catalog.';
COMMENT ON COLUMN audit_floors.labels IS 'Label set: released, official, corrected.';
COMMENT ON COLUMN audit_floors.metric IS 'accuracy, or the group whose samples are right only together.';
COMMENT ON COLUMN audit_floors.answer IS 'The answer: a letter, or a text.';
COMMENT ON COLUMN audit_floors.correct IS 'Samples, or groups, that it gets right.';
COMMENT ON COLUMN audit_floors.total IS 'Samples, or groups, that have a gold.';
