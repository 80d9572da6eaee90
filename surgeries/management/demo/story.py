"""The demonstration: real places, made-up people, about a year of evenings.

facts.json holds names, towns, places, weekdays and times of real surgeries; people.json holds
people who do not exist. Everything happens through the same actions as in real life, each with
the time at which it would have happened, so nothing here can be what the pages could not make.

In people.json a night reads like a register: + came, - did not come, w walked in, ? nobody
wrote it down, x the evening was cancelled. Of those who are coming: s the confirmation was sent,
f the address does not exist, q it is sent when a worker finds it.
"""

import datetime
import itertools
import json
import uuid
from pathlib import Path

from dateutil.relativedelta import relativedelta, weekdays
from django.conf import settings

from accounts.actions import join, rename
from surgeries.actions import (
    belongings,
    bookings,
    derived,
    helpers,
    networks,
    opens,
    prospects,
    register,
    schedule,
    series,
    sharing,
    texts,
)
from surgeries.models import Attempt, Message, Network
from surgeries.rules.schedule import instant
from surgeries.states import (
    Goal,
    HelpingStyle,
    Level,
    MessageState,
    NetworkKind,
    RecipeList,
    Role,
)

HERE = Path(__file__).parent
SOONEST = datetime.timedelta(days=8)
CHAIRS = 8
TEXTS_A_MONTH = 100
LOOKS = 2  # at an invite link, for each who books by it
SENT_AFTER = datetime.timedelta(seconds=4)
DAY = datetime.timedelta(days=1)
NO_SUCH_ADDRESS = "550 5.1.1 There is nobody of this name here"
ABOUT = (
    "Free help to get your group online, one person at a time, over a cup of tea. "
    "Bring whatever you have: a phone, a laptop, a question."
)
DOOR = "Look for our sign at the door. If you cannot see it, ring the number below."
GOALS = (Goal.TELL, Goal.NEWS, Goal.TOUCH, Goal.UNSURE, Goal.FOUND, Goal.FUNDING, Goal.SAFE)
LEVELS = (Level.STARTING_OUT, Level.GETTING_BY, Level.STARTING_OUT, Level.CONFIDENT)


def tell(now):
    """Make every series of the demonstration as it would stand at `now`."""
    people = json.loads((HERE / "people.json").read_text())
    told = {}
    for facts in json.loads((HERE / "facts.json").read_text()):
        cast = people[facts["series"]]
        told[facts["series"]] = _Story(facts, cast, told.get(cast.get("sprung_from")), now)
        told[facts["series"]].tell()
    _write_down_the_tries()
    return len(told)


class _Story:
    """One series, from its first evening to the next one."""

    def __init__(self, facts, cast, grew_from, now):
        self.facts, self.cast, self.now = facts, cast, now
        self.turns = {"goal": itertools.cycle(GOALS), "level": itertools.cycle(LEVELS)}
        self.walk_ins = iter(cast["walk_ins"])
        self.links, self.people = {}, {}
        self.began = now - relativedelta(months=12) + 3 * DAY
        self.olu = self._person(*cast["organiser"][:2])
        self.series = series.create_series(
            name=facts["series"],
            town=facts["town"],
            sprung_from=grew_from and grew_from.series,
            by=self.olu,
            now=self.began,
        )
        self.next_on = _next_on(facts["weekday"], now.astimezone(self.series.zone).date())

    def tell(self):
        self._say_who_we_are()
        self._pass_it_on()
        for months_ago, names in self.cast["nights"]:
            on = _months_before(self.next_on, months_ago)
            self._night(on, names)
        self._the_next_one()
        self._whom_we_know()

    def _person(self, name, email):
        person = join(email)
        rename(person, name=name)
        return person

    def _say_who_we_are(self):
        name, _email, phone = self.cast["organiser"]
        self.series = series.edit_series(
            self.series,
            daily_digest=True,
            about=ABOUT,
            phone=phone,
            ring_name=name.split(" ")[0],
            by=self.olu,
            now=self.began,
        )
        if self.cast.get("texts") and settings.TEXTS_BY:
            texts.set_texts(
                self.series, on=True, a_month=TEXTS_A_MONTH, by=self.olu, now=self.began
            )
        if "co_organiser" in self.cast:
            name, email = self.cast["co_organiser"]
            invitation = series.invite(
                self.series, email=email, role=Role.ORGANISER, by=self.olu, now=self.began
            )
            self._sent(self.began)
            series.accept_invitation(invitation, by=self._person(name, email), now=self.began + DAY)

    def _pass_it_on(self):
        for key, (to, kind, people) in self.cast["networks"].items():
            link = sharing.pass_on(self.series, to=to, agreed=True, by=self.olu, now=self.began)
            network = link.network
            hoped_for = self.cast.get("hoped_for", {}).get(key)
            if kind != network.kind or hoped_for:
                networks.describe_network(
                    network,
                    name=network.name,
                    kind=NetworkKind(kind),
                    area="",
                    private=False,
                    hoped_for=hoped_for,
                    by=self.olu,
                    now=self.began,
                )
            self.links[key] = link
            self.people[key] = itertools.cycle(people)

    def _whom_we_know(self):
        """Whom nobody has come from yet, who of us belongs where, and the three lists."""
        by_now = {"by": self.olu, "now": self.began}
        known = {key: link.network for key, link in self.links.items()}
        for key, (name, kind, area) in self.cast.get("not_reached", {}).items():
            known[key] = networks.create_network(
                self.series, name=name, kind=NetworkKind(kind), area=area, private=False, **by_now
            )
        for name, keys in self.cast.get("groups", ()):
            for key in keys:
                networks.add_group(known[key], name=name, **by_now)
        for email, keys in self.cast.get("belongings", ()):
            person = self._one_of_us(email)
            for key in keys:
                belongings.note_belonging(known[key], person=person, agreed=True, **by_now)
        for recipe, who, note in self.cast.get("lists", ()):
            prospects.add_prospect(
                self.series, list=RecipeList(recipe), who=who, note=note, **by_now
            )

    def _one_of_us(self, email):
        helper = self.series.helpers.filter(email=email).first()
        return ("helper", helper) if helper else ("user", join(email))

    def _surgery(self, on):
        """A published evening with its helpers, four weeks before it."""
        announced = instant(on, datetime.time(10), self.series.zone) - 28 * DAY
        surgery = schedule.create_surgery(
            self.series,
            place=self.facts["place"],
            on=on,
            starts=datetime.time.fromisoformat(self.facts["starts"]),
            ends=datetime.time.fromisoformat(self.facts["ends"]),
            places_wanted=CHAIRS,
            publish=True,
            by=self.olu,
            now=announced,
        )
        if not surgery.venue.find_the_door:
            schedule.describe_venue(
                surgery.venue,
                address=self.facts["address"],
                find_the_door=DOOR,
                by=self.olu,
                now=announced,
            )
        # A year of offers from everybody would say nothing more, and take longer to load.
        coming = self.cast["helpers"] if on == self.next_on else self.cast["helpers"][:1]
        for name, email, style in coming:
            helping = self._offer(surgery, name, email, style, now=announced + DAY / 8)
            helpers.confirm_helping(helping, by=self.olu, now=announced + DAY / 4)
            if style == HelpingStyle.REGULAR:
                self._introduce(helping.helper, now=announced + DAY / 4)
            self._sent(announced + DAY / 4)
        return surgery

    def _offer(self, surgery, name, email, style, *, now):
        helping = helpers.offer_help(
            surgery, name=name, email=email, style=HelpingStyle(style), show_name=True, now=now
        )
        self._sent(now)
        return helping

    def _introduce(self, helper, *, now):
        """She reads what we ask of helpers, and says what she can help with."""
        helpers.agree_code(helper, now=now)
        helpers.describe_helper(
            helper,
            goals=(Goal.NEWS, Goal.TELL),
            languages="",
            can_help_with="photos and newsletters",
            now=now,
        )

    def _night(self, on, names):
        surgery = self._surgery(on)
        booked, times = [], itertools.count(1)
        for key, marks in names.items():
            for mark in marks.replace("w", ""):
                at = surgery.starts_at - 22 * DAY + next(times) * DAY * 2.3
                booked.append((mark, self._book(surgery, key, at)))
                self._sent(at)
        if any(mark == "x" for mark, _ in booked):
            schedule.cancel_surgery(surgery, by=self.olu, now=surgery.starts_at - 4 * DAY)
            self._sent(surgery.starts_at - 4 * DAY)
            return
        self._remind(surgery)
        if any(mark == "?" for mark, _ in booked):
            return
        for minutes, (mark, booking) in enumerate(booked):
            if mark == "+":
                at = booking.slot.starts_at + datetime.timedelta(minutes=minutes)
                register.record_came(booking, by=self.olu, now=at)
        for key, marks in names.items():
            for _walked_in in range(marks.count("w")):
                self._walk_in(surgery, key)
        seen = [booking.pk for _mark, booking in booked]
        register.mark_everyone(surgery, seen=seen, by=self.olu, now=surgery.ends_at)
        schedule.close_surgery(surgery, by=self.olu, now=surgery.ends_at)

    def _book(self, surgery, key, at):
        name, contact = next(self.people[key])
        link = self.links[key]
        times = list(surgery.slots.with_places())
        slot = max(times, key=lambda slot: slot.free_places)
        slot.surgery = surgery
        followed = "@" in contact
        for _look in range(LOOKS if followed else 0):
            opens.count_open(link, now=at)
        return bookings.book_slot(
            slot,
            name=name,
            contact=contact,
            goal=next(self.turns["goal"]),
            level=next(self.turns["level"]),
            said=link.network.name,
            code=link.code if followed else "",
            request_key=uuid.uuid4(),
            now=at,
        )

    def _walk_in(self, surgery, key):
        network = self.links[key].network if key in self.links else Network(name="")
        register.walk_in(
            surgery,
            name=next(self.walk_ins),
            said=network.name,
            request_key=uuid.uuid4(),
            by=self.olu,
            now=surgery.starts_at + datetime.timedelta(minutes=40),
        )

    def _remind(self, surgery):
        for days in (3, 1):
            at = surgery.starts_at - days * DAY + datetime.timedelta(minutes=5)
            derived.owe_reminders(now=at)
            self._sent(at)

    def _the_next_one(self):
        surgery = self._surgery(self.next_on)
        for name, email, style in self.cast.get("offers", ()):
            self._offer(surgery, name, email, style, now=self.now - DAY / 2)
        coming = [(key, mark) for key, marks in self.cast["coming"].items() for mark in marks]
        for days, (key, mark) in zip(range(len(coming) - 1, -1, -1), coming, strict=True):
            at = self.now - days * DAY
            self._book(surgery, key, at)
            if mark == "f":
                self._refused(at)
            elif mark == "s":
                self._sent(at)

    def _sent(self, at):
        """What was owed at `at` went out then: a demonstration mails nobody about the past."""
        self._settle(at, state=MessageState.SENT, sent_at=at + SENT_AFTER)

    def _refused(self, at):
        """The mail server said no to what was owed at `at`: the organiser rings."""
        self._settle(at, state=MessageState.FAILED, last_error=NO_SUCH_ADDRESS)

    def _settle(self, at, **how):
        owed = Message.objects.filter(series=self.series, state=MessageState.QUEUED)
        owed.update(owed_at=at, next_at=at, attempts_made=1, **how)


def _next_on(weekday, today):
    """The first such weekday in eight days or later that is not the fifth of its month.

    So it can be booked now, and there is one in every month before it.
    """
    on = today + SOONEST + relativedelta(weekday=weekdays[weekday])
    return on if on.day <= 28 else on + datetime.timedelta(days=7)


def _months_before(on, months):
    """The same nth weekday, `months` months earlier."""
    nth = (on.day - 1) // 7 + 1
    return on + relativedelta(months=-months, day=1, weekday=weekdays[on.weekday()](nth))


def _write_down_the_tries():
    tried = Message.objects.exclude(state=MessageState.QUEUED)
    Attempt.objects.bulk_create(
        Attempt(
            message=message,
            number=1,
            worker="demonstration",
            started_at=message.owed_at,
            finished_at=message.sent_at or message.owed_at + SENT_AFTER,
            outcome=message.last_error or "sent",
        )
        for message in tried
    )
