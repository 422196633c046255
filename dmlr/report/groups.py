"""The groups of a benchmark's samples that a reader can tell apart."""

import duckdb

MOST_VALUES = 20  # values that a group may have to be a breakdown
FEWEST_SAMPLES = 5  # samples per value that it must have on average

GROUPS = """
WITH entries AS (
    SELECT unnest(map_entries(CAST(groups AS MAP(VARCHAR, VARCHAR)))) AS entry
    FROM samples
    WHERE benchmark = ?
),
final AS (
    SELECT entry.key AS name
    FROM entries
    GROUP BY name
    HAVING count(DISTINCT entry.value) BETWEEN 2 AND ?
        AND count(*) >= ? * count(DISTINCT entry.value)
)
SELECT name FROM final ORDER BY name
"""


def group_names(database: duckdb.DuckDBPyConnection, benchmark: str) -> list[str]:
    """Groups with few enough values, and enough samples of each, to say something."""
    found = database.execute(GROUPS, [benchmark, MOST_VALUES, FEWEST_SAMPLES]).fetchall()
    return [name for (name,) in found]
