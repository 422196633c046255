"""The answers of a run that failed, by their reasons."""

from dataclasses import dataclass

import duckdb

# A prediction that failed says why itself; its verdicts only say that it did.
REASONS = """
WITH failed AS (
    SELECT
        sample_id, protocol, position,
        coalesce(error, reason, rule) AS why, predictions.status
    FROM verdicts
    JOIN protocols USING (protocol)
    JOIN predictions USING (run, sample_id)
    WHERE run = ? AND verdict = 'failed'
),
final AS (
    SELECT
        CASE status WHEN 'failed' THEN 'no answer' ELSE 'no verdict' END AS what,
        why,
        list(DISTINCT {'position': position, 'protocol': protocol}) AS protocols,
        list(DISTINCT sample_id ORDER BY sample_id) AS samples
    FROM failed
    GROUP BY ALL
)
SELECT what, why, protocols, samples FROM final ORDER BY what, len(samples) DESC, why
"""


@dataclass(frozen=True)
class Failure:
    """Samples that failed for one reason: no answer was made, or a protocol has no verdict on it."""

    what: str
    why: str
    protocols: list[str]
    samples: list[str]


def failures(database: duckdb.DuckDBPyConnection, run: str) -> list[Failure]:
    """What failed in a run under any protocol and labels, the most frequent reason first."""
    return [
        Failure(what, why, [one["protocol"] for one in sorted(protocols, key=_place)], samples)
        for what, why, protocols, samples in database.execute(REASONS, [run]).fetchall()
    ]


def _place(one: dict[str, int]) -> int:
    return one["position"]
