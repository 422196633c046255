-- One run: benchmark x model x profile x seed. settings is what it was told, provenance what it came from.
CREATE TABLE runs (
    run VARCHAR PRIMARY KEY,
    benchmark VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    profile VARCHAR NOT NULL,
    seed INTEGER NOT NULL,
    settings JSON NOT NULL,
    provenance JSON NOT NULL
);
