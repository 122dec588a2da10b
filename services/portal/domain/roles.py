"""Who may do what at a conference: each role and its rights, in one table."""

from enum import StrEnum


class Role(StrEnum):
    """What somebody is to a conference."""

    ATTENDEE = "attendee"
    OWNER = "owner"
    ORGANIZER = "organizer"
    DESK = "desk"
    VIEWER = "viewer"


class Right(StrEnum):
    """What a page or form of the organizers needs."""

    SIGN_OUT = "sign out"
    WATCH = "watch"  # numbers
    SEE_PEOPLE = "see people"  # lists with names
    CHECK_IN = "check in"  # find a person at the desk, say they are here, register a walk-in
    ACT = "act"  # on people, sessions and places; tell everybody something
    SET_UP = "set up"  # the conference: venue, formats, talks, weights
    READ_LOG = "read the log"  # of who did what
    MANAGE_TEAM = "manage the team"


# A viewer (a sponsor, the venue) gets the numbers; the desk finds people one by one and sees no list of them.
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ATTENDEE: frozenset(),
    Role.OWNER: frozenset(Right),
    Role.ORGANIZER: frozenset(Right) - {Right.MANAGE_TEAM},
    Role.DESK: frozenset({Right.SIGN_OUT, Right.CHECK_IN}),
    Role.VIEWER: frozenset({Right.SIGN_OUT, Right.WATCH}),
}
ORGANIZERS = frozenset(RIGHTS) - {Role.ATTENDEE}
