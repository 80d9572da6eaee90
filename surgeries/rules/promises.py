"""What we promise, each as a sentence and as a question that finds the rows which break it.

The questions are SQL, in the words of the tables, and put to the database by
`surgeries.turnout.promises`. What they find holds keys and numbers, nothing that says who
somebody is (reliability.md 3.4 and 5).
"""

from dataclasses import dataclass

# What several questions ask about. Whether a text could have been sent depends on settings of
# that day, so only who has an email address can be reached. A try that the other side refused
# before the first byte is noted when it is over: it was never begun.
ASKED_ABOUT = """
WITH taken AS (
    SELECT *, coalesce(party, id) AS company, coalesce(party_number, 1) AS speaks
    FROM surgeries_booking WHERE NOT walked_in AND NOT imported),
reachable AS (
    SELECT taken.*, surgery.state AS evening, surgery.starts_at,
        surgery.schedule_version AS version,
        greatest(surgery.moved_at, surgery.cancelled_at) AS changed_at
    FROM taken
    JOIN surgeries_attendee AS attendee ON attendee.id = taken.attendee_id
    JOIN surgeries_surgery AS surgery ON surgery.id = taken.surgery_id
    WHERE attendee.contact LIKE '%%@%%' AND attendee.no_messages_from IS NULL
        AND surgery.starts_at > %(now)s - %(looks_back)s),
told AS (
    SELECT message.*, taken.company FROM surgeries_message AS message
    JOIN taken ON taken.id = message.booking_id),
begun AS (
    SELECT * FROM surgeries_attempt WHERE finished_at IS NULL OR finished_at > started_at)
"""


@dataclass(frozen=True)
class Promise:
    """One promise: a name for programs, a sentence for people, and what breaks it."""

    name: str
    sentence: str
    broken_by: str


PLACES = (
    Promise(
        "no_place_twice",
        "Nobody holds a place that somebody else holds.",
        """
        SELECT place_id AS place, count(*) AS bookings FROM surgeries_booking
        WHERE place_id IS NOT NULL GROUP BY place_id HAVING count(*) > 1
        """,
    ),
    Promise(
        "place_of_the_same_time",
        "A place is held at its own surgery and arrival time.",
        """
        SELECT booking.id AS booking, place.id AS place
        FROM surgeries_booking AS booking
        JOIN surgeries_place AS place ON place.id = booking.place_id
        WHERE place.surgery_id <> booking.surgery_id OR place.slot_id <> booking.slot_id
        """,
    ),
    Promise(
        "time_of_the_same_surgery",
        "An arrival time, and every place at it, is of one surgery.",
        """
        SELECT slot.id AS slot, booking.id AS booking, NULL AS place
        FROM surgeries_booking AS booking JOIN surgeries_slot AS slot ON slot.id = booking.slot_id
        WHERE slot.surgery_id <> booking.surgery_id
        UNION ALL
        SELECT slot.id, NULL, place.id
        FROM surgeries_place AS place JOIN surgeries_slot AS slot ON slot.id = place.slot_id
        WHERE slot.surgery_id <> place.surgery_id
        """,
    ),
    Promise(
        "booked_has_a_place",
        "Everybody who is booked through our form holds a place.",
        "SELECT id AS booking FROM taken WHERE state = 'booked' AND place_id IS NULL",
    ),
    Promise(
        "nobody_else_has_one",
        "Nobody who cancelled, waits, has no chair or walked in holds a place.",
        """
        SELECT id AS booking, place_id AS place FROM surgeries_booking
        WHERE place_id IS NOT NULL AND (state <> 'booked' OR walked_in OR imported)
        """,
    ),
    Promise(
        "no_empty_chair",
        "More than two hours before the start, no place is free that a waiting party fits.",
        """
        , free AS (
            SELECT place.slot_id, count(*) AS places
            FROM surgeries_place AS place
            JOIN surgeries_surgery AS surgery ON surgery.id = place.surgery_id
            WHERE surgery.state = 'published'
                AND surgery.starts_at > %(now)s + %(nearly_here)s + %(clocks)s
                AND NOT EXISTS (
                    SELECT FROM surgeries_booking AS holder WHERE holder.place_id = place.id)
            GROUP BY place.slot_id),
        waiting AS (
            SELECT surgery_id, count(*) AS people, (array_agg(id ORDER BY speaks))[1] AS speaker
            FROM taken WHERE state = ANY(%(wants_a_place)s) GROUP BY surgery_id, company)
        SELECT waiting.surgery_id AS surgery, waiting.speaker AS booking, free.slot_id AS slot
        FROM waiting
        JOIN surgeries_accepted_slot AS accepted ON accepted.booking_id = waiting.speaker
        JOIN free ON free.slot_id = accepted.slot_id AND free.places >= waiting.people
        """,
    ),
    Promise(
        "one_form_one_booking",
        "One form makes one booking, however often it is sent.",
        """
        SELECT request_key AS form, count(*) AS bookings FROM surgeries_booking
        WHERE request_key IS NOT NULL GROUP BY request_key HAVING count(*) > 1
        """,
    ),
)
PARTIES = (
    Promise(
        "who_waits_says_when",
        "Whoever waits for a place accepts at least one arrival time.",
        """
        SELECT id AS booking FROM surgeries_booking AS booking
        WHERE state = ANY(%(wants_a_place)s) AND NOT EXISTS (
            SELECT FROM surgeries_accepted_slot WHERE booking_id = booking.id)
        """,
    ),
    Promise(
        "accepts_of_the_same_surgery",
        "Every time that somebody accepts is of the surgery she waits for.",
        """
        SELECT booking.id AS booking, slot.id AS slot
        FROM surgeries_accepted_slot AS accepted
        JOIN surgeries_booking AS booking ON booking.id = accepted.booking_id
        JOIN surgeries_slot AS slot ON slot.id = accepted.slot_id
        WHERE slot.surgery_id <> booking.surgery_id
        """,
    ),
    Promise(
        "party_of_one_surgery",
        "A party is of one surgery, and of three at most.",
        """
        SELECT party, count(DISTINCT surgery_id) AS surgeries, count(*) AS bookings
        FROM surgeries_booking WHERE party IS NOT NULL
        GROUP BY party HAVING count(DISTINCT surgery_id) > 1 OR count(*) > 3
        """,
    ),
    Promise(
        "never_at_two_evenings",
        "Whoever chose the next time instead is not expected at the former one.",
        """
        SELECT former.id AS former, later.id AS later
        FROM surgeries_booking AS later
        JOIN surgeries_booking AS former ON former.id = later.moved_from_id
        WHERE former.state = ANY(%(live)s)
        """,
    ),
)
WORDS = (
    Promise(
        "first_word",
        "Every party that can be reached was told about its booking.",
        """
        SELECT id AS booking FROM reachable
        WHERE speaks = 1 AND NOT EXISTS (
            SELECT FROM told
            WHERE told.company = reachable.company AND told.kind = ANY(%(first_words)s))
        """,
    ),
    Promise(
        "first_word_once",
        "No party was told about one booking twice.",
        """
        SELECT company AS party, count(*) AS messages FROM told
        WHERE kind = ANY(%(first_words)s)
            AND key = concat(kind, ':booking:', booking_id, ':v', schedule_version, ':', channel)
        GROUP BY company HAVING count(*) > 1
        """,
    ),
    Promise(
        "word_to_who_cancelled",
        "Whoever cancelled was told so, or has moved on to the next time.",
        """
        SELECT id AS booking FROM reachable
        WHERE state = 'cancelled' AND evening <> 'cancelled'
            AND NOT EXISTS (
                SELECT FROM taken AS other
                WHERE other.moved_from_id = reachable.id
                    OR (other.company = reachable.company AND other.speaks < reachable.speaks
                        AND other.cancelled_at = reachable.cancelled_at))
            AND NOT EXISTS (
                SELECT FROM told
                WHERE told.company = reachable.company AND told.kind = 'booking_cancelled'
                    AND told.state <> 'cancelled'
                    AND told.owed_at >= reachable.cancelled_at - %(clocks)s)
        """,
    ),
    Promise(
        "word_to_who_has_no_chair",
        "Whoever has no chair after all was told so.",
        """
        SELECT id AS booking FROM reachable
        WHERE state = 'displaced' AND evening <> 'cancelled'
            AND NOT EXISTS (
                SELECT FROM taken AS other
                WHERE other.company = reachable.company AND other.speaks < reachable.speaks
                    AND other.state = ANY(%(live)s))
            AND NOT EXISTS (
                SELECT FROM told
                WHERE told.company = reachable.company AND told.kind = 'displaced'
                    AND told.state <> 'cancelled')
        """,
    ),
    Promise(
        "news_to_every_party",
        "When a surgery moves or is cancelled, every party that can be reached is told.",
        """
        SELECT id AS booking, version FROM reachable
        WHERE version > 1 AND state = ANY(%(live)s) AND booked_at < changed_at
            AND (state = 'booked' OR starts_at > %(now)s + %(nearly_here)s + %(clocks)s)
            AND NOT EXISTS (
                SELECT FROM taken AS other
                WHERE other.company = reachable.company AND other.speaks < reachable.speaks
                    AND (other.state = ANY(%(live)s) OR other.cancelled_at >= changed_at))
            AND NOT EXISTS (
                SELECT FROM told
                WHERE told.company = reachable.company
                    AND told.schedule_version = reachable.version)
        """,
    ),
    Promise(
        "news_to_every_helper",
        "When a surgery moves or is cancelled, every helper who comes is told.",
        """
        SELECT helping.id AS helping, surgery.schedule_version AS version
        FROM surgeries_helping AS helping
        JOIN surgeries_helper AS helper ON helper.id = helping.helper_id
        JOIN surgeries_surgery AS surgery ON surgery.id = helping.surgery_id
        WHERE helper.email <> '' AND helping.state <> 'withdrawn'
            AND surgery.starts_at > %(now)s - %(looks_back)s AND surgery.schedule_version > 1
            AND helping.offered_at < greatest(surgery.moved_at, surgery.cancelled_at)
            AND NOT EXISTS (
                SELECT FROM surgeries_message AS message
                WHERE message.helping_id = helping.id
                    AND message.schedule_version = surgery.schedule_version)
        """,
    ),
    Promise(
        "news_once",
        "Nobody is told of one move or cancellation twice in the same way.",
        """
        SELECT kind, company AS party, helping_id AS helping, schedule_version AS version,
            count(*) AS messages
        FROM surgeries_message LEFT JOIN (
            SELECT id AS booking_id, company FROM taken) AS whose USING (booking_id)
        WHERE kind = ANY(%(notices)s)
            -- Another end is news too, but moves nobody: it covers no earlier start.
            AND (kind <> 'helping_moved' OR covers_from IS NOT NULL)
        GROUP BY kind, company, helping_id, schedule_version, channel HAVING count(*) > 1
        """,
    ),
    Promise(
        "reminded_once",
        "No party is reminded twice of the same.",
        """
        SELECT kind, company AS party, schedule_version AS version, count(*) AS messages
        FROM told WHERE kind = ANY(%(reminders)s) AND state <> 'cancelled'
        GROUP BY kind, company, schedule_version HAVING count(*) > 1
        """,
    ),
)
SENDING = (
    Promise(
        "no_older_schedule",
        "No message that tells an older time was begun after the surgery had moved.",
        """
        SELECT message.id AS message, begun.number AS attempt
        FROM surgeries_message AS message
        JOIN begun ON begun.message_id = message.id
        LEFT JOIN surgeries_booking AS booking ON booking.id = message.booking_id
        LEFT JOIN surgeries_helping AS helping ON helping.id = message.helping_id
        JOIN surgeries_surgery AS surgery
            ON surgery.id = coalesce(booking.surgery_id, helping.surgery_id)
        WHERE message.kind = ANY(%(tells_when)s)
            AND message.schedule_version < surgery.schedule_version
            AND begun.started_at > greatest(surgery.moved_at, surgery.cancelled_at) + %(clocks)s
        """,
    ),
    Promise(
        "nothing_after_its_use",
        "No message was begun when it was of no use any more.",
        """
        SELECT message.id AS message, begun.number AS attempt
        FROM surgeries_message AS message JOIN begun ON begun.message_id = message.id
        WHERE begun.started_at > message.expires_at
        """,
    ),
    Promise(
        "every_try_is_written",
        "Every try at sending a message is written down, and what was sent was tried.",
        """
        SELECT message.id AS message, message.attempts_made AS tries, count(attempt.id) AS written
        FROM surgeries_message AS message
        LEFT JOIN surgeries_attempt AS attempt ON attempt.message_id = message.id
        GROUP BY message.id HAVING message.attempts_made <> count(attempt.id)
            OR (message.state = 'sent' AND message.attempts_made = 0)
        """,
    ),
    Promise(
        "twice_only_in_doubt",
        "No message reached the other side twice without being marked in doubt.",
        """
        SELECT message.id AS message, count(*) AS tries
        FROM surgeries_message AS message
        JOIN surgeries_attempt AS attempt ON attempt.message_id = message.id
        WHERE attempt.outcome = 'sent' OR attempt.finished_at IS NULL
        GROUP BY message.id HAVING count(*) > 1 + message.uncertain
        """,
    ),
    Promise(
        "nothing_held_for_long",
        "No worker holds a message for more than an hour.",
        """
        SELECT id AS message FROM surgeries_message
        WHERE state = ANY(%(leased)s) AND lease_until < %(now)s - interval '1 hour'
        """,
    ),
)
PROMISES = (*PLACES, *PARTIES, *WORDS, *SENDING)
