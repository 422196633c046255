"""The published numbers in the database."""

import duckdb

from dmlr.published import read


def add_published(database: duckdb.DuckDBPyConnection) -> None:
    """Fill the tables ``paper_names`` and ``published`` from ``config/paper``."""
    found = read()
    for kind, words in found.names:
        pairs = [(word, name) for word, names in words.items() for name in names]
        rows = [[kind, word, position, name] for position, (word, name) in enumerate(pairs)]
        database.executemany("INSERT INTO paper_names VALUES (?, ?, ?, ?)", rows)
    numbers = [
        [one.source, one.model, one.method, one.benchmark, one.accuracy, one.samples, one.told]
        for one in found.numbers
    ]
    database.executemany("INSERT INTO published VALUES (?, ?, ?, ?, ?, ?, ?)", numbers)
