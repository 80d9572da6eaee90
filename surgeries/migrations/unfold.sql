-- Whoever changes what a folded month counts takes that month's figures away, in the same
-- transaction. The lock is shared, so writers never wait for each other; a month is added up only
-- while nobody holds it (surgeries/actions/figures.py).

CREATE FUNCTION surgeries_take_away(months bigint[]) RETURNS void LANGUAGE sql AS $$
    DELETE FROM surgeries_monthfigures WHERE folded_id = ANY(months);
    DELETE FROM surgeries_foldedmonth WHERE id = ANY(months);
$$;

-- Bookings. A change moves the figures of its own month and, because another evening may become
-- somebody's first, of the later months in which the same person has a booking. After a change of
-- many rows it is quicker to add up every later month again than to ask which.
CREATE FUNCTION surgeries_unfold_for_bookings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    evening_ids bigint[];
    person_ids bigint[];
    theirs record;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT array_agg(surgery_id), array_agg(attendee_id) INTO evening_ids, person_ids FROM (
            (SELECT id, surgery_id, attendee_id, state, outcome, walked_in, credited_network_id
             FROM changed
             EXCEPT SELECT id, surgery_id, attendee_id, state, outcome, walked_in,
             credited_network_id FROM became)
            UNION ALL
            (SELECT id, surgery_id, attendee_id, state, outcome, walked_in, credited_network_id
             FROM became
             EXCEPT SELECT id, surgery_id, attendee_id, state, outcome, walked_in,
             credited_network_id FROM changed)
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

-- Surgeries. One that is moved, cancelled, added or taken away may change whose first it was in
-- every month from there on.
CREATE FUNCTION surgeries_unfold_for_surgeries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose bigint[];
    days date[];
    theirs record;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT array_agg(series_id), array_agg("on") INTO whose, days FROM (
            (SELECT id, series_id, "on", starts_at, state = 'cancelled', head_count FROM changed
             EXCEPT SELECT id, series_id, "on", starts_at, state = 'cancelled', head_count
             FROM became)
            UNION ALL
            (SELECT id, series_id, "on", starts_at, state = 'cancelled', head_count FROM became
             EXCEPT SELECT id, series_id, "on", starts_at, state = 'cancelled', head_count
             FROM changed)
        ) AS counted;
    ELSE
        SELECT array_agg(series_id), array_agg("on") INTO whose, days FROM changed;
    END IF;
    FOR theirs IN
        SELECT series, min(date_trunc('month', day::timestamp))::date AS month
        FROM unnest(whose, days) AS c (series, day) GROUP BY series
    LOOP
        PERFORM pg_advisory_xact_lock_shared(20091, theirs.series::int);
        PERFORM surgeries_take_away(array_agg(id)) FROM surgeries_foldedmonth
        WHERE series_id = theirs.series AND month >= theirs.month HAVING count(*) > 0;
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER unfold_insert AFTER INSERT ON surgeries_booking
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION surgeries_unfold_for_bookings();
CREATE TRIGGER unfold_delete AFTER DELETE ON surgeries_booking
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION surgeries_unfold_for_bookings();
CREATE TRIGGER unfold_update AFTER UPDATE ON surgeries_booking
    REFERENCING OLD TABLE AS changed NEW TABLE AS became
    FOR EACH STATEMENT EXECUTE FUNCTION surgeries_unfold_for_bookings();
CREATE TRIGGER unfold_insert AFTER INSERT ON surgeries_surgery
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION surgeries_unfold_for_surgeries();
CREATE TRIGGER unfold_delete AFTER DELETE ON surgeries_surgery
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION surgeries_unfold_for_surgeries();
CREATE TRIGGER unfold_update AFTER UPDATE ON surgeries_surgery
    REFERENCING OLD TABLE AS changed NEW TABLE AS became
    FOR EACH STATEMENT EXECUTE FUNCTION surgeries_unfold_for_surgeries();
