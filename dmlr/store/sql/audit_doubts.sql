-- What is doubtful in a benchmark, from its audit.json: one row per doubt and sample that it concerns.
CREATE TABLE audit_doubts (
    benchmark VARCHAR NOT NULL,
    sample_id VARCHAR NOT NULL REFERENCES samples (sample_id),
    doubt VARCHAR NOT NULL,
    labels VARCHAR,
    explains VARCHAR NOT NULL,
    details VARCHAR
);

COMMENT ON TABLE audit_doubts IS 'What is doubtful in a benchmark: one row per doubt and sample that it concerns.';
COMMENT ON COLUMN audit_doubts.benchmark IS 'A name of benchmark_catalog.';
COMMENT ON COLUMN audit_doubts.sample_id IS 'The sample.';
COMMENT ON COLUMN audit_doubts.doubt IS 'Name of the doubt, such as repeated question.';
COMMENT ON COLUMN audit_doubts.labels IS 'Label set that it is about; NULL: about none.';
COMMENT ON COLUMN audit_doubts.explains IS 'What the doubt is, or what follows from it.';
COMMENT ON COLUMN audit_doubts.details IS 'More about this sample; NULL: nothing more.';
