"""Conferences drawn by Hypothesis, and what must hold of their sessions; shares no code with the engines."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from services.scheduling.domain.conference import Conference
from services.scheduling.domain.interval import Interval
from services.scheduling.domain.programme import Wishes
from services.scheduling.domain.session import Spot
from services.scheduling.domain.venue import Place, Travel
from services.scheduling.engine.instant import Group
from services.scheduling.engine.model import Model, Person

# Lengths and hours written again by hand: what the README of the service promises.
MINUTES = {"coffee": 30, "lunch": 60, "table": 45, "drink": 60, "walk": 30, "call": 30}
NOTICE = {"coffee": 30, "lunch": 60, "table": 30, "drink": 30, "walk": 30, "call": 15}
HOURS = {
    "coffee": ("07:00", "19:00"),
    "lunch": ("11:30", "14:30"),
    "table": ("08:00", "22:00"),
    "drink": ("16:00", "01:00"),
    "walk": ("07:00", "21:00"),
    "call": ("07:00", "22:00"),
}
# In Havana they change at midnight.
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Havana"]
# The clocks change on these days in Berlin, New York and on Lord Howe, both ways; and a plain one.
DAYS = [date(2027, m, d) for m, d in ((3, 28), (10, 31), (3, 14), (11, 7), (4, 4), (10, 3), (6, 1))]
PEOPLE = [UUID(int=n) for n in range(1, 7)]  # few, so that they are busy


@dataclass
class World:
    """What is true, kept apart from the engine's model."""

    conference: Conference
    places: list[Place]
    free: dict[UUID, list[Interval]]
    talks: dict[UUID, list[Interval]]
    now: datetime
    wishes: dict[UUID, Wishes]
    walk: int | None  # minutes between the two buildings, if somebody said
    sessions: dict[UUID, tuple[Group, Spot]] = field(default_factory=dict)

    def model(self, without: UUID | None = None) -> Model:
        """The engine's view, built from the truth each time as the store does."""
        people = {
            p: Person(list(self.free.get(p, [])), list(self.talks.get(p, [])), [], self.wishes.get(p, Wishes()))
            for p in PEOPLE
        }
        travel = [] if self.walk is None else [Travel("North", "South", self.walk)]
        model = Model(self.now, self.conference, self.places, people, travel=travel)
        for session_id, (group, spot) in self.sessions.items():
            if session_id != without:
                model.book(spot, group.attendee_ids)
        return model


clock_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 10, 30, 45]))


@st.composite
def places(draw: st.DrawFn) -> Place:
    some_hours = st.lists(clock_times, min_size=2, max_size=2, unique=True).map(sorted)
    night = st.tuples(
        st.builds(time, st.integers(16, 23)), st.builds(time, st.integers(0, 3), st.sampled_from([0, 45]))
    )
    opens, closes = draw(st.just([time(9), time(18)]) | some_hours | night)
    own = draw(st.sampled_from(["", "", "", "Europe/Lisbon", "America/New_York"]))
    kinds = draw(st.just(frozenset()) | st.frozensets(st.sampled_from(sorted(MINUTES)), max_size=2))
    return Place(
        uuid4(), str(uuid4()), draw(st.integers(1, 2)), draw(st.integers(2, 5)), kinds, opens, closes,
        draw(st.sampled_from(["", "North", "North", "South", "South"])), draw(st.booleans()), draw(st.booleans()),
        time_zone=own,
    )  # fmt: skip


wishes = st.builds(
    Wishes, st.sampled_from([0, 0, 20, 60]), st.integers(0, 2), st.booleans(), st.booleans(), st.just(())
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    first = draw(st.sampled_from(DAYS))
    zone = draw(st.sampled_from(ZONES))
    conference = Conference(uuid4(), zone, first, first + timedelta(days=draw(st.integers(0, 1))), 1)
    start = datetime.combine(first, time(), UTC) - timedelta(hours=12)

    def intervals() -> st.SearchStrategy[list[Interval]]:
        stretch = st.tuples(st.integers(0, 600), st.integers(1, 100))
        return st.lists(
            stretch.map(lambda s: Interval(start + timedelta(minutes=5 * s[0]), start + timedelta(minutes=5 * sum(s)))),
            max_size=3,
        )

    venue = [
        replace(place, closed=tuple(draw(intervals()))) for place in draw(st.lists(places(), min_size=1, max_size=4))
    ]
    return World(
        conference,
        venue,
        draw(st.dictionaries(st.sampled_from(PEOPLE), intervals(), max_size=3)),
        draw(st.dictionaries(st.sampled_from(PEOPLE), intervals(), max_size=2)),
        start + timedelta(minutes=draw(st.integers(0, 1200))),
        draw(st.dictionaries(st.sampled_from(PEOPLE), wishes, max_size=4)),
        draw(st.sampled_from([None, 0, 20, 45])),
    )


def read(moment: datetime, zone: str) -> tuple[date, int]:
    """The day and its minutes as a clock on the wall says; until four in the morning it is still the day before."""
    local = moment.astimezone(ZoneInfo(zone))
    night = local.hour < 4
    return local.date() - timedelta(days=night), 60 * (local.hour + 24 * night) + local.minute


def keeps(during: Interval, opens: time, closes: time, zone: str) -> bool:
    """Whether it lies in these hours of a day, by that clock; what closes before it opens closes in the night."""
    first, last = (60 * clock.hour + clock.minute for clock in (opens, closes))
    (day, begins), (other, ends) = read(during.starts_at, zone), read(during.ends_at, zone)
    return day == other and first <= begins and ends <= last + 24 * 60 * (last < first)


def check_one(world: World, group: Group, spot: Spot) -> None:
    """A session keeps to its format, its place, its conference and its people's time, as of now."""
    zone, name = world.conference.time_zone, group.format.name
    there = spot.place.time_zone or zone
    assert spot.during.ends_at - spot.during.starts_at == timedelta(minutes=MINUTES[name])
    assert spot.during.starts_at - world.now >= timedelta(minutes=NOTICE[name])
    assert world.conference.starts_on <= read(spot.during.starts_at, zone)[0] <= world.conference.ends_on
    opens, closes = map(time.fromisoformat, HOURS[name])
    assert keeps(spot.during, opens, closes, zone)
    assert keeps(spot.during, opens, closes, there)
    assert keeps(spot.during, spot.place.opens, spot.place.closes, there)
    assert not spot.place.formats or name in spot.place.formats
    assert spot.place.seats >= len(group.attendee_ids)
    assert all(spot.during.ends_at <= c.starts_at or c.ends_at <= spot.during.starts_at for c in spot.place.closed)
    for person in group.attendee_ids:
        free = world.free.get(person) or []
        whole = [f for f in free if f.starts_at <= spot.during.starts_at and spot.during.ends_at <= f.ends_at]
        assert whole or not free
        for talk in world.talks.get(person, []):
            arrived = spot.during.ends_at + timedelta(minutes=5)
            assert arrived <= talk.starts_at or talk.ends_at <= spot.during.starts_at
        wants = world.wishes.get(person, Wishes())
        assert spot.place.quiet or not wants.quiet
        assert spot.place.step_free or not wants.step_free


def check_all(world: World) -> None:
    """Nobody twice, no place over capacity; between a person's sessions the way and the break; no day too full."""
    everybody = list(world.sessions.values())
    for moment in {spot.during.starts_at for _, spot in everybody}:
        running = [(g, s) for g, s in everybody if s.during.starts_at <= moment < s.during.ends_at]
        for place in world.places:
            assert sum(s.place.id == place.id for _, s in running) <= place.capacity
        people = [person for g, _ in running for person in g.attendee_ids]
        assert len(people) == len(set(people))
    for person in PEOPLE:
        mine = sorted((s.during.starts_at, s.during.ends_at, s.place.building) for g, s in everybody
                      if person in g.attendee_ids)  # fmt: skip
        wants = world.wishes.get(person, Wishes())
        for (_, ended, here), (begins, _, there) in zip(mine, mine[1:], strict=False):
            assert begins - ended >= timedelta(minutes=max(5, walk(world, here, there), wants.break_minutes))
        a_day = Counter(read(begins, world.conference.time_zone)[0] for begins, _, _ in mine)
        assert not wants.most_a_day or max(a_day.values(), default=0) <= wants.most_a_day


def walk(world: World, here: str, there: str) -> int:
    """Minutes: none where a building is not named or the same, ten where nobody measured."""
    if not here or not there or here == there:
        return 0
    return 10 if world.walk is None else world.walk
