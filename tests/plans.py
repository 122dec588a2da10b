"""Checks a plan of a whole conference by its rules, written again and sharing nothing with the engine."""

from services.scheduling.engine.whole.problem import Conference, Plan


def problems(conference: Conference, plan: Plan) -> list[str]:
    """Every rule the plan breaks, in words."""
    found, people_at, rooms_at = [], set(), set()
    for number, (meeting, spot) in enumerate(zip(conference.meetings, plan, strict=True)):
        if spot is None:
            continue
        slot, room_number = spot
        room = conference.rooms[room_number]
        day, at = divmod(slot, conference.slots + 1)
        if not (0 <= day < conference.days and at < conference.slots):
            found.append(f"meeting {number} is outside of the days")
        if not bit(meeting.slots, slot):
            found.append(f"meeting {number} is at no time for {meeting.format}")
        if not bit(room.slots, slot):
            found.append(f"meeting {number} is in room {room_number}, which is closed")
        if room.seats < len(meeting.people) or (room.formats and meeting.format not in room.formats):
            found.append(f"meeting {number} is in room {room_number}, which is not for it")
        if (slot, room_number) in rooms_at:
            found.append(f"room {room_number} is used twice in slot {slot}")
        rooms_at.add((slot, room_number))
        for person in meeting.people:
            if not bit(conference.free[person], slot):
                found.append(f"person {person} is not free in slot {slot}")
            if (slot, person) in people_at:
                found.append(f"person {person} is in two meetings in slot {slot}")
            people_at.add((slot, person))
    return found


def bit(mask: int, number: int) -> bool:
    return bin(mask)[2:][::-1][number : number + 1] == "1"
