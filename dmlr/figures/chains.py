"""The measured chains of the experiment's replies, beside the database while a figure is made."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dmlr.figures.source import Source
from dmlr.records import Chain, read_provenance
from dmlr.settings import RunKey, shard_names

TABLE = """
CREATE TEMP TABLE chains (
    benchmark VARCHAR, model VARCHAR, profile VARCHAR, sample_id VARCHAR, dependency DOUBLE[],
    step_ends INTEGER[], gold_log_probability DOUBLE[], verdict VARCHAR
)
"""
# What could not be measured is left out. A verdict is that under the labels of the chain's gold.
CHAINS = """
INSERT INTO chains
SELECT
    $benchmark, $model, $profile, sample_id, dependency, step_ends, gold_log_probability,
    CASE score WHEN 1 THEN 'correct' WHEN 0 THEN 'wrong' END
FROM read_parquet($paths) AS chain
LEFT JOIN (
    SELECT sample_id, labels, score
    FROM verdicts
    WHERE run = $run AND protocol = $protocol
) AS judged USING (sample_id, labels)
WHERE status = 'ok'
"""
# What of a chain a caption must say, for all figures that follow.
SAYS = (
    "Measured by the frozen model under the unified prompt, without think tokens, whatever profile "
    "wrote the reply. Dependency of a token: its log-probability with the sample's picture less "
    "that with the perturbed one ({perturbed}), in nats. Correct and wrong are verdicts of the "
    "main protocol; replies without a score are in neither."
)


def chain_file(results: Path, key: RunKey, shard: str) -> Path:
    """Where the measures of one shard of a run are."""
    return results / "measures" / key.folder / f"{shard}.chains.parquet"


def load_chains(source: Source) -> None:
    """Read the chains of all measured runs into a temporary table ``chains``.

    ``verdict`` is correct or wrong, NULL for a reply without a score.

    Raises:
        RecordError: a file is missing, damaged, or of another format.
    """
    told = source.settings
    source.database.execute(TABLE)
    for key in told.runs(told.chains):
        shards = shard_names(told.shards[key.benchmark])
        paths = [chain_file(source.results, key, shard) for shard in shards]
        for path in paths:
            read_provenance(path, Chain)
        names = {name: getattr(key, name) for name in ("benchmark", "model", "profile")}
        told_run: dict[str, Any] = {"run": key.slug, "protocol": told.protocol}
        asked = {**names, **told_run, "paths": [str(path) for path in paths]}
        source.database.execute(CHAINS, asked)


def says(source: Source) -> str:
    """What the measures are, as a paragraph of a caption."""
    return SAYS.format(perturbed=source.settings.perturbed)


def panel_names(rows: Sequence[Any]) -> tuple[list[str], list[str]]:
    """The benchmarks and models of some rows, in their order."""
    return (
        list(dict.fromkeys(row.benchmark for row in rows)),
        list(dict.fromkeys(row.model for row in rows)),
    )
