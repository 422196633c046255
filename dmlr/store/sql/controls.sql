-- In which fields the profile of a run differs from the one that answers are held against (flips_against of the
-- experiment), run with the same benchmark, model and seed. Fields that only one of their methods has do not count:
-- that the method is another one says it.
CREATE VIEW controls AS
WITH told AS (
    SELECT run, benchmark, model, profile, seed, settings->'$.profile' AS told
    FROM runs
),
paired AS (
    SELECT
        one.run, other.run AS other_run, one.told, other.told AS other_told,
        unnest(json_keys(other.told)) AS field,
        generate_subscripts(json_keys(other.told), 1) AS position
    FROM told AS one
    JOIN told AS other USING (benchmark, model, seed)
    JOIN experiment ON other.profile = experiment.flips_against
    WHERE one.profile <> other.profile
),
final AS (
    SELECT
        run, other_run, position, field,
        json_extract_string(other_told, '$."' || field || '"') AS old,
        json_extract_string(told, '$."' || field || '"') AS new
    FROM paired
    WHERE
        json_exists(told, '$."' || field || '"')
        AND json_extract(told, '$."' || field || '"') <> json_extract(other_told, '$."' || field || '"')
)
SELECT * FROM final;

COMMENT ON VIEW controls IS 'One row per run and field in which its profile differs from the profile flips_against.';
COMMENT ON COLUMN controls.run IS 'The run.';
COMMENT ON COLUMN controls.other_run IS 'The run of the profile flips_against with the same benchmark, model and seed.';
COMMENT ON COLUMN controls.position IS 'Place of the field in the other profile, from 1.';
COMMENT ON COLUMN controls.field IS 'A field that both profiles have, with another value.';
COMMENT ON COLUMN controls.old IS 'Its value in the other run''s profile; NULL where that is null.';
COMMENT ON COLUMN controls.new IS 'Its value in the run''s profile; NULL where that is null.';
