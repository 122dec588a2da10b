"""What the log of commands calls each command, in words."""

from services.portal.domain.language import N_

# Said on a person's behalf, like on their own pages: that it was said is theirs alone.
ON_BEHALF = frozenset({"attendees.answer", "attendees.exclude"})

# What is left of an erased person should not be the entry that says so.
NAMELESS = frozenset({"attendees.erase"})

ACTIONS = {
    "act.announce": N_("Announced something"),
    "act.pair": N_("Suggested two people to each other"),
    "act.pause": N_("Paused matching, or let it go on"),
    "acting.announce": N_("Announced something"),
    "acting.set_matching": N_("Paused matching, or let it go on"),
    "acting.suggest_pair": N_("Suggested two people to each other"),
    "act_sessions.cancel": N_("Called a session off"),
    "act_sessions.move": N_("Moved a session"),
    "attendees.erase": N_("Erased a person"),
    "attendees.refuse_source": N_("Withdrew a person from a source"),
    "attendees.make_badge": N_("Made a badge's code for a person"),
    "attendees.make_login_link": N_("Made a sign-in link for a person"),
    "attendees.set_availability": N_("Set when a person is free"),
    "conferences.create_conference": N_("Created the conference"),
    "conferences.freeze_plan": N_("Froze the plan, or let it go on"),
    "conferences.set_formats": N_("Changed the formats"),
    "conferences.set_talks": N_("Replaced the talks"),
    "conferences.set_venue": N_("Replaced the places"),
    "conferences.undo_change": N_("Took back the last change"),
    "desk.here": N_("Said that a person is here"),
    "desk.walk_in": N_("Registered a walk-in"),
    "entry.organizer_sign_out": N_("Signed out"),
    "left_out.remind": N_("Reminded people who are left out"),
    "left_out.solve": N_("Had the matchmaker look again"),
    "matching.request_preview": N_("Tried out other weights"),
    "on_site.seek": N_("Looked for company for a person"),
    "on_site.check_in": N_("Said that a person is here, or gone"),
    "organizers.add_organizer": N_("Gave somebody a role"),
    "organizers.remove_organizer": N_("Took somebody's role away"),
    "places.close": N_("Closed a place for a while"),
    "places.save_places": N_("Replaced the places"),
    "places.undo": N_("Took back the last change"),
    "registrations.cancel": N_("Cancelled a registration"),
    "registrations.join": N_("Recorded who joined"),
    "registrations.register": N_("Registered people"),
    "screens.make": N_("Made a big screen"),
    "screens.revoke": N_("Switched a big screen off"),
    "sessions.cancel": N_("Called a session off"),
    "sessions.move": N_("Moved a session"),
    "sessions.record_outcome": N_("Said whether a session was held"),
    "setup.plan": N_("Froze the plan, or let it go on"),
    "setup.save_formats": N_("Changed the formats"),
    "setup.try_weights": N_("Tried out other weights"),
    "sources.import_source": N_("Imported a source"),
    "sources.withdraw_source": N_("Withdrew a source"),
    "team.invite": N_("Invited somebody, or changed a role"),
    "team.remove": N_("Took somebody's role away"),
    "tokens.create_token": N_("Made a token"),
    "tokens.revoke_token": N_("Revoked a token"),
}

OUTCOMES = {
    "done": N_("done"),
    "tried": N_("only looked at"),
    "refused": N_("refused"),
    "failed": N_("failed"),
}
