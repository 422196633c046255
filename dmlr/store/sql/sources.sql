-- The files of records that the runs here were read from, and what tells each from a later one of its name. The
-- next aggregate reads no file again that is still the same.
CREATE TABLE sources (
    path VARCHAR PRIMARY KEY,
    run VARCHAR NOT NULL REFERENCES runs (run),
    records VARCHAR NOT NULL CHECK (records IN ('predictions', 'traces', 'verdicts')),
    protocol VARCHAR,
    bytes BIGINT NOT NULL,
    changed_ns BIGINT NOT NULL,
    inode UBIGINT NOT NULL,
    CHECK ((protocol IS NOT NULL) = (records = 'verdicts'))
);

COMMENT ON TABLE sources IS 'The files of records that the runs here were read from; one that is still the same is not read again.';
COMMENT ON COLUMN sources.path IS 'The file, under the folder of results.';
COMMENT ON COLUMN sources.run IS 'The run that it belongs to.';
COMMENT ON COLUMN sources.records IS 'What it holds: predictions, traces or verdicts.';
COMMENT ON COLUMN sources.protocol IS 'Protocol of the verdicts; NULL: it holds others.';
COMMENT ON COLUMN sources.bytes IS 'Its size in bytes when it was read.';
COMMENT ON COLUMN sources.changed_ns IS 'When it was last written, in nanoseconds since 1970.';
COMMENT ON COLUMN sources.inode IS 'Its number in the file system.';
