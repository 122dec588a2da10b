"""Bodies the API takes, with an example of each for the OpenAPI page."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.portal.domain import programme, registrations, table

_NO_NUL = r"^[^\x00]*$"
_NO_CONTROLS = r"^[^\x00-\x1f\x7f]*$"
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_NO_CONTROLS)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=_NO_CONTROLS)]
Lines = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=_NO_NUL)]
Words = Annotated[list[Word], Field(max_length=100)]


def _zone(name: str) -> str:
    programme.own_zone(name)  # or a ValueError, which pydantic tells with the field
    return name


Zone = Annotated[Word, AfterValidator(_zone)]


class Body(BaseModel):
    """A JSON object; fields it does not know are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")


class NewConference(Body):
    """A gathering to create; dates are local, both inclusive."""

    slug: Text = Field(examples=["pycamp-2027"])
    name: Text = Field(examples=["PyCamp 2027"])
    time_zone: Text = Field(examples=["Europe/Madrid"])
    starts_on: date
    ends_on: date
    series: Word = Field("", examples=["pycamp"], description="conferences of one series share who has met")


class Registration(Body):
    """One registered person; budget 0 is the default."""

    ticket: Text = Field(examples=["T-1001"])
    name: Text = Field(examples=["Ana Ruiz"])
    email: Text = Field(examples=["ana@example.org"])
    handles: Words = Field([], examples=[["irc:ana"]])
    interests: Words = Field([], examples=[["packaging"]])
    formats: Words = Field([], examples=[["coffee", "walk"]])
    budget: int = Field(0, ge=0, le=registrations.MAX_BUDGET)
    joined: bool = Field(False, description="said yes to networking while registering")


class Registrations(Body):
    """People to register; known tickets are brought up to date."""

    registrations: list[Registration] = Field(min_length=1, max_length=table.ROWS)


class Join(Body):
    """Whose yes to networking is recorded: tickets, or everybody."""

    tickets: list[Text] = Field([], max_length=table.ROWS, examples=[["T-1001"]])
    all: bool = False


class Interval(Body):
    """A stretch of time, the end exclusive; without an offset local in the conference's zone."""

    starts_at: datetime
    ends_at: datetime


class Place(Body):
    """A table, room or corner; capacity counts sessions at once, seats people in one of them."""

    name: Text = Field(examples=["Corner A"])
    capacity: int = Field(ge=1, le=100_000)
    seats: int = Field(ge=1, le=100_000)
    formats: Words = Field([], description="empty: any")
    opens: Text = Field(examples=["09:00"])
    closes: Text = Field(examples=["18:00"])
    building: Word = Field("", description="empty: near everything")
    quiet: bool = False
    step_free: bool = False
    closed: list[Interval] = Field([], max_length=50, description="closed then, although it would be open")
    time_zone: Zone = Field(
        "", examples=["Europe/Lisbon"], description="IANA name, all its hours go by it; empty: the conference's"
    )


class Travel(Body):
    """Minutes to walk between two buildings, either way; ten where nothing is said."""

    a: Text = Field(examples=["Main"])
    b: Text = Field(examples=["Annex"])
    minutes: int = Field(ge=0, le=240)


class Venue(Body):
    """All places of the conference; replaces those before."""

    places: list[Place] = Field(max_length=2_000)
    travel: list[Travel] = Field([], max_length=1_000, description="empty: as before")


class Format(Body):
    """How sessions of one kind are held; times are local. What is left out of the list is as usual."""

    name: Text = Field(examples=["coffee"])
    opens: Text = Field(examples=["09:00"])
    closes: Text = Field(examples=["18:00"], description="before opens: in the night, 04:00 at the latest")
    minutes: int = Field(ge=1, le=1_440, examples=[30], description="a multiple of 15")
    notice: int = Field(ge=0, le=1_440, examples=[30], description="minutes people get at least before it begins")
    people: int = Field(ge=2, le=8, examples=[4])
    best: Words = Field([], examples=[["09:00-11:30"]], description="when it had best begin; empty: any time")


class Formats(Body):
    """All formats that are not to be as usual; replaces those before."""

    formats: list[Format] = Field(max_length=10)


class Plan(Body):
    """Whether the plan of sessions stays as it is."""

    frozen: bool


class Talk(Body):
    """A talk; times are local in the conference's zone, or carry an offset."""

    id: Text = Field(examples=["talk-7"])
    title: Word = ""
    room: Word = ""
    starts: Text = Field(examples=["2027-05-14 09:30"])
    ends: Text = Field(examples=["2027-05-14 10:00"])
    speaker_emails: Words = []


class Talks(Body):
    """All talks of the conference; replaces those before."""

    talks: list[Talk] = Field(max_length=5_000)


class Answer(Body):
    """A person's answer to a suggestion. It cannot be read again by anybody else."""

    answer: Literal["yes", "not_now", "no"]


class Exclusion(Body):
    """Two people who are not to be suggested to each other; the other is not told."""

    other: Text = Field(description="attendee id")
    reason: Literal["met", "blocked"]


class Wishes(Body):
    """What a person wants of their days."""

    break_minutes: int = Field(0, ge=0, le=480, description="free between two sessions")
    most_a_day: int = Field(0, ge=0, le=50, description="sessions; 0: as many as there are")
    quiet: bool = Field(False, description="needs a quiet place")
    step_free: bool = Field(False, description="needs a place without steps")
    starred: list[Word] = Field([], max_length=500, description="ids of talks to hear: no session during them")


class Availability(Body):
    """When a person can meet; empty: whenever the conference is open. Without wishes: these stay as before."""

    free: list[Interval] = Field(max_length=200)
    wishes: Wishes | None = None


class CheckIn(Body):
    """A person is here; gone: not any more."""

    gone: bool = False


class Move(Body):
    """A session's new time and place, as one of its offers."""

    attendee: Text = Field(description="who moves it")
    place: Text = Field(description="place id of the offer")
    starts_at: datetime
    ends_at: datetime


class Cancel(Body):
    """Calls a session off; without attendee, by an organizer."""

    attendee: Word = ""
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class Outcome(Body):
    """What became of a session, said by one of its people."""

    attendee: Text
    outcome: Literal["held", "missed"]


class Pair(Body):
    """Two people to suggest to each other."""

    attendee: Text = Field(description="attendee id")
    other: Text = Field(description="attendee id")


class Matching(Body):
    """Whether anything new is suggested by itself."""

    paused: bool


class Announcement(Body):
    """A few plain words to everybody who takes part."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=_NO_NUL)] = (
        Field(examples=["The coffee corner has moved to the garden."])
    )
    mail: bool = Field(False, description="also by mail")


class Organizer(Body):
    """Somebody who may open the dashboard."""

    email: Text = Field(examples=["olga@example.org"])
    role: Literal["owner", "organizer", "desk", "viewer"] = "organizer"


class Weights(Body):
    """How much each signal counts, where 1 is as reasoned; 0: as it is."""

    messages: float = Field(0, ge=0, le=4)
    contacts: float = Field(0, ge=0, le=4)
    traits: float = Field(0, ge=0, le=4)
    walks: float = Field(0, ge=0, le=4)


class Preview(Body):
    """What to try out: other weights, or another attention budget for everybody; 0: as it is."""

    weights: Weights = Weights()
    budget: int = Field(0, ge=0, le=20)


class NewToken(Body):
    """A token to make; with a conference (its slug) it works only there."""

    name: Text = Field(examples=["registration system"])
    scopes: list[Word] = Field(max_length=20, examples=[["registrations:write", "read"]])
    conference: Word | None = None
