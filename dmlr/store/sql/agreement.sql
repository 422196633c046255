-- Two protocols on the same answers of a run under the same labels, the one that the experiment names first
-- being the first. The four counts of right and wrong are over the samples that both have a score for.
CREATE VIEW agreement AS
WITH ordered AS (
    SELECT verdicts.run, labels, sample_id, protocol, position, score
    FROM verdicts
    JOIN protocols USING (protocol)
),
final AS (
    SELECT
        run, labels, one.protocol AS first_protocol, other.protocol AS second_protocol,
        count(*) AS samples,
        count(*) FILTER (one.score = 1 AND other.score = 1) AS both_correct,
        count(*) FILTER (one.score = 1 AND other.score = 0) AS only_first_correct,
        count(*) FILTER (one.score = 0 AND other.score = 1) AS only_second_correct,
        count(*) FILTER (one.score = 0 AND other.score = 0) AS both_wrong,
        count(one.score) FILTER (other.score IS NULL) AS only_first_scored,
        count(other.score) FILTER (one.score IS NULL) AS only_second_scored
    FROM ordered AS one
    JOIN ordered AS other USING (run, labels, sample_id)
    WHERE one.position < other.position
    GROUP BY ALL
)
SELECT * FROM final;
