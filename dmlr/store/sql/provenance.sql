-- What things came from, as JSON under the first 12 hex digits of its SHA-256: every run, and the tables of this
-- database together. dmlr/store/provenance.py says what it holds.
CREATE TABLE provenance (
    id VARCHAR PRIMARY KEY CHECK (regexp_full_match(id, '[0-9a-f]{12}')),
    kind VARCHAR NOT NULL CHECK (kind IN ('run', 'tables')),
    content JSON NOT NULL
);

COMMENT ON TABLE provenance IS 'What every run, and all tables of this database together, came from; dmlr show ID prints a row.';
COMMENT ON COLUMN provenance.id IS 'First 12 hex digits of the SHA-256 of content in canonical JSON (sorted keys, no blanks).';
COMMENT ON COLUMN provenance.kind IS 'run: one run; tables: the one row for the tables of this database.';
COMMENT ON COLUMN provenance.content IS 'Of a run: what the stages recorded while they made its answers (common to all shards, and by shard) and its verdicts (by protocol). Of the tables: code, packages, settings, and the id of every run.';
