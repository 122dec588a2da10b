"""Who may use each address of the portal, written by hand: a new address needs a line here."""

EVERYBODY = {
    "nobody", "attendee", "owner", "organizer", "desk", "viewer", "owner elsewhere", "attendee elsewhere",
}  # fmt: skip
ATTENDEE = {"attendee"}
OWNER = {"owner"}
TEAM = {"owner", "organizer"}
DESK = {"owner", "organizer", "desk"}
WATCH = {"owner", "organizer", "viewer"}
ALL = {"owner", "organizer", "desk", "viewer"}

PAGES = {
    ("GET", "/c/{slug}/me"): ATTENDEE,
    ("POST", "/c/{slug}/me/join"): ATTENDEE,
    ("POST", "/c/{slug}/me/pause"): ATTENDEE,
    ("GET", "/c/{slug}/me/steps/{number}"): ATTENDEE,
    ("POST", "/c/{slug}/me/steps/{number}"): ATTENDEE,
    ("GET", "/c/{slug}/me/profile"): ATTENDEE,
    ("POST", "/c/{slug}/me/profile"): ATTENDEE,
    ("POST", "/c/{slug}/me/language"): ATTENDEE,
    ("GET", "/c/{slug}/me/data"): ATTENDEE,
    ("GET", "/c/{slug}/me/data.json"): ATTENDEE,
    ("GET", "/c/{slug}/me/data/sources/{source_id}"): ATTENDEE,
    ("POST", "/c/{slug}/me/data/sources/{source_id}"): ATTENDEE,
    ("GET", "/c/{slug}/me/erase"): ATTENDEE,
    ("POST", "/c/{slug}/me/erase"): ATTENDEE,
    ("GET", "/c/{slug}/erased"): EVERYBODY,
    ("POST", "/c/{slug}/me/here"): ATTENDEE,
    ("GET", "/c/{slug}/me/now"): ATTENDEE,
    ("POST", "/c/{slug}/me/sign-out"): ATTENDEE,
    ("POST", "/c/{slug}/me/suggestions/{suggestion_id}/answer"): ATTENDEE,
    ("GET", "/c/{slug}/me/sessions/{session_id}.ics"): ATTENDEE,
    ("GET", "/c/{slug}/me/sessions/{session_id}/offers"): ATTENDEE,
    ("POST", "/c/{slug}/me/sessions/{session_id}/move"): ATTENDEE,
    ("POST", "/c/{slug}/me/sessions/{session_id}/cancel"): ATTENDEE,
    ("POST", "/c/{slug}/me/sessions/{session_id}/outcome"): ATTENDEE,
    ("POST", "/c/{slug}/me/sessions/{session_id}/late"): ATTENDEE,
    ("POST", "/c/{slug}/me/sessions/{session_id}/felt"): ATTENDEE,
    ("GET", "/c/{slug}/dashboard"): WATCH,
    ("GET", "/c/{slug}/dashboard/live"): WATCH,
    ("POST", "/c/{slug}/dashboard/sign-out"): ALL,
    ("GET", "/c/{slug}/attendees"): TEAM,
    ("GET", "/c/{slug}/sessions"): TEAM,
    ("GET", "/c/{slug}/attendees.csv"): TEAM,
    ("GET", "/c/{slug}/sessions.csv"): TEAM,
    ("GET", "/c/{slug}/left-out"): TEAM,
    ("GET", "/c/{slug}/left-out.csv"): TEAM,
    ("POST", "/c/{slug}/left-out/solve"): TEAM,
    ("POST", "/c/{slug}/left-out/{reason}/remind"): TEAM,
    ("GET", "/c/{slug}/act"): TEAM,
    ("GET", "/c/{slug}/act/people/{attendee_id}"): TEAM,
    ("GET", "/c/{slug}/act/pair"): TEAM,
    ("POST", "/c/{slug}/act/pair"): TEAM,
    ("POST", "/c/{slug}/act/matching"): TEAM,
    ("POST", "/c/{slug}/act/announce"): TEAM,
    ("GET", "/c/{slug}/act/sessions/{session_id}"): TEAM,
    ("POST", "/c/{slug}/act/sessions/{session_id}/move"): TEAM,
    ("POST", "/c/{slug}/act/sessions/{session_id}/cancel"): TEAM,
    ("GET", "/c/{slug}/desk"): DESK,
    ("POST", "/c/{slug}/desk/here"): DESK,
    ("POST", "/c/{slug}/desk/walk-in"): DESK,
    ("GET", "/c/{slug}/desk/people/{attendee_id}"): DESK,
    ("GET", "/c/{slug}/team"): OWNER,
    ("POST", "/c/{slug}/team/invite"): OWNER,
    ("POST", "/c/{slug}/team/remove"): OWNER,
    ("GET", "/c/{slug}/log"): TEAM,
    ("GET", "/c/{slug}/log.csv"): TEAM,
}

ADMIN = {"admin"}
READ = {"admin", "read"}
REGISTER = {"admin", "registrations:write"}
PROGRAMME = {"admin", "programme:write"}
SOURCES = {"admin", "sources:write"}
ACT = {"admin", "attendees:act"}
READ_OR_ACT = READ | ACT
UNBOUND: set[str] = set()  # a token bound to a conference does not open it

API = {
    ("POST", "/conferences"): UNBOUND,
    ("GET", "/conferences"): READ | {"admin elsewhere"},  # those it may see
    ("GET", "/conferences/{slug}"): READ,
    ("GET", "/conferences/{slug}/dashboard"): READ,
    ("GET", "/conferences/{slug}/organizers"): ADMIN,
    ("POST", "/conferences/{slug}/organizers"): ADMIN,
    ("DELETE", "/conferences/{slug}/organizers/{email}"): ADMIN,
    ("GET", "/conferences/{slug}/log"): ADMIN,
    ("POST", "/conferences/{slug}/pairs"): ACT,
    ("GET", "/conferences/{slug}/matching"): READ,
    ("PUT", "/conferences/{slug}/matching"): PROGRAMME,
    ("POST", "/conferences/{slug}/announcements"): ACT,
    ("PUT", "/conferences/{slug}/venue"): PROGRAMME,
    ("GET", "/conferences/{slug}/formats"): READ,
    ("PUT", "/conferences/{slug}/formats"): PROGRAMME,
    ("PUT", "/conferences/{slug}/talks"): PROGRAMME,
    ("POST", "/conferences/{slug}/undo"): PROGRAMME,
    ("PUT", "/conferences/{slug}/plan"): PROGRAMME,
    ("POST", "/conferences/{slug}/registrations"): REGISTER,
    ("DELETE", "/conferences/{slug}/registrations/{ticket:path}"): REGISTER,
    ("POST", "/conferences/{slug}/join"): REGISTER,
    ("POST", "/conferences/{slug}/sources"): SOURCES,
    ("GET", "/conferences/{slug}/sources"): READ,
    ("DELETE", "/conferences/{slug}/sources/{source_id}"): SOURCES,
    ("GET", "/conferences/{slug}/attendees"): READ,
    ("GET", "/conferences/{slug}/ties"): READ,
    ("GET", "/conferences/{slug}/attendees/{attendee_id}/suggestions"): READ_OR_ACT,
    ("POST", "/conferences/{slug}/attendees/{attendee_id}/suggestions/{suggestion_id}/answer"): ACT,
    ("POST", "/conferences/{slug}/attendees/{attendee_id}/exclusions"): ACT,
    ("PUT", "/conferences/{slug}/attendees/{attendee_id}/availability"): ACT,
    ("GET", "/conferences/{slug}/attendees/{attendee_id}/calendar.ics"): READ_OR_ACT,
    ("POST", "/conferences/{slug}/attendees/{attendee_id}/login-link"): ACT,
    ("DELETE", "/conferences/{slug}/attendees/{attendee_id}"): REGISTER,
    ("DELETE", "/conferences/{slug}/attendees/{attendee_id}/sources/{source_id}"): ACT,
    ("POST", "/conferences/{slug}/attendees/{attendee_id}/check-in"): ACT,
    ("GET", "/conferences/{slug}/attendees/{attendee_id}/offers-now"): ACT,
    ("GET", "/conferences/{slug}/sessions"): READ,
    ("GET", "/conferences/{slug}/sessions/{session_id}.ics"): READ,
    ("GET", "/conferences/{slug}/sessions/{session_id}/history"): READ,
    ("GET", "/conferences/{slug}/sessions/{session_id}/offers"): READ_OR_ACT,
    ("POST", "/conferences/{slug}/sessions/{session_id}/move"): ACT,
    ("POST", "/conferences/{slug}/sessions/{session_id}/cancel"): ACT,
    ("POST", "/conferences/{slug}/sessions/{session_id}/outcome"): ACT,
    ("GET", "/conferences/{slug}/what-worked"): READ,
    ("POST", "/conferences/{slug}/previews"): PROGRAMME,
    ("GET", "/conferences/{slug}/previews/{preview_id}"): READ,
    ("POST", "/tokens"): UNBOUND,
    ("GET", "/tokens"): UNBOUND,
    ("DELETE", "/tokens/{token_id}"): UNBOUND,
}
