-- Two runs that differ in their profile alone, on the samples that both have a score for.
-- only_run counts samples that the run has right and the other run wrong, only_other the reverse.
CREATE VIEW pairs AS
WITH paired AS (
    SELECT
        one.run, other.run AS other_run, one.protocol, one.labels,
        one.score AS score, other.score AS other_score
    FROM verdicts AS one
    JOIN runs AS one_run ON one_run.run = one.run
    JOIN verdicts AS other
        ON other.sample_id = one.sample_id
        AND other.protocol = one.protocol
        AND other.labels = one.labels
    JOIN runs AS other_run ON other_run.run = other.run
    WHERE
        one_run.benchmark = other_run.benchmark
        AND one_run.model = other_run.model
        AND one_run.seed = other_run.seed
        AND one_run.profile <> other_run.profile
        AND one.score IS NOT NULL
        AND other.score IS NOT NULL
),
final AS (
    SELECT
        run, other_run, protocol, labels,
        count(*) AS n,
        count(*) FILTER (score = 1 AND other_score = 0) AS only_run,
        count(*) FILTER (score = 0 AND other_score = 1) AS only_other
    FROM paired
    GROUP BY ALL
)
SELECT * FROM final;
