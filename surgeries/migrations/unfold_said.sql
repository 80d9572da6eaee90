-- As in unfold.sql, and a change of who told somebody takes the month's figures away too.

CREATE OR REPLACE FUNCTION surgeries_unfold_for_bookings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    evening_ids bigint[];
    person_ids bigint[];
    theirs record;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT array_agg(surgery_id), array_agg(attendee_id) INTO evening_ids, person_ids FROM (
            (SELECT id, surgery_id, attendee_id, state, outcome, walked_in, credited_network_id,
             said_network_id, followed_network_id, said = '' FROM changed
             EXCEPT SELECT id, surgery_id, attendee_id, state, outcome, walked_in,
             credited_network_id, said_network_id, followed_network_id, said = '' FROM became)
            UNION ALL
            (SELECT id, surgery_id, attendee_id, state, outcome, walked_in, credited_network_id,
             said_network_id, followed_network_id, said = '' FROM became
             EXCEPT SELECT id, surgery_id, attendee_id, state, outcome, walked_in,
             credited_network_id, said_network_id, followed_network_id, said = '' FROM changed)
        ) AS counted;
    ELSE
        SELECT array_agg(surgery_id), array_agg(attendee_id) INTO evening_ids, person_ids FROM changed;
    END IF;
    FOR theirs IN
        SELECT series_id, min(date_trunc('month', "on"::timestamp))::date AS month
        FROM surgeries_surgery WHERE id = ANY(evening_ids) GROUP BY series_id
    LOOP
        PERFORM pg_advisory_xact_lock_shared(20091, theirs.series_id::int);
        -- An evening to come, as in nearly every booking: no month from there on is folded.
        CONTINUE WHEN NOT EXISTS (
            SELECT FROM surgeries_foldedmonth
            WHERE series_id = theirs.series_id AND month >= theirs.month
        );
        PERFORM surgeries_take_away(array_agg(f.id)) FROM surgeries_foldedmonth f
        WHERE f.series_id = theirs.series_id AND f.month >= theirs.month AND (
            cardinality(evening_ids) > 100 OR EXISTS (
                SELECT FROM unnest(evening_ids, person_ids) AS c (evening, person)
                JOIN surgeries_surgery s ON s.id = c.evening
                WHERE date_trunc('month', s."on"::timestamp) = f.month OR EXISTS (
                    SELECT FROM surgeries_booking b JOIN surgeries_surgery t ON t.id = b.surgery_id
                    WHERE b.attendee_id = c.person AND t.series_id = f.series_id
                    AND date_trunc('month', t."on"::timestamp) = f.month
                )
            )
        ) HAVING count(*) > 0;
    END LOOP;
    RETURN NULL;
END $$;
