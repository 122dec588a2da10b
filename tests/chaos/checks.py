"""The checker: holds databases, read model and topics against what the clients were told."""

import base64
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import combinations
from typing import Any
from uuid import UUID

from hallway.scheduling.v1.scheduling_pb2 import Session, SessionState

from services.kit import topics
from tests.chaos.evidence import Evidence
from tests.chaos.followed import followed
from tests.chaos.journal import Finding
from tests.chaos.read import GROUPS, fingerprint

OCCUPYING = ("scheduled", "held")
# (owner, topic, query of (key, newest sequence published))
AGGREGATES = (
    ("attendee", "hallway.attendee.conference.v1", "select id, version from conference"),
    ("attendee", "hallway.attendee.attendee.v1", "select id, version from attendee"),
    ("attendee", "hallway.attendee.source.v1", "select id, version from source"),
    ("attendee", "hallway.attendee.tie.v1", "select id, version from tie where version > 0"),
    ("matchmaking", "hallway.matchmaking.suggestion.v1", "select id, version from suggestion where state <> 'matched'"),
    ("matchmaking", "hallway.matchmaking.match.v1", "select id, version from match"),
    ("scheduling", "hallway.scheduling.session.v1", "select id, version from session"),
)


async def check(evidence: Evidence) -> list[Finding]:
    """Everything that must not be."""
    found: list[Finding] = []
    for one in (
        people,
        counts,
        answers,
        session_replies,
        events,
        effects,
        followed,
        double_booking,
        budgets,
        dead_letters,
    ):
        found += await one(evidence)
    return found


async def people(e: Evidence) -> list[Finding]:
    """Each person is as the last acknowledged command left them."""
    found = []
    rows = await e.databases["attendee"].fetch("select id, ticket, state, interests from attendee")
    known = {row["ticket"]: row for row in rows}
    for person in (p for c in e.clients for p in c.people):
        row = known.get(person.ticket)
        if row is None:
            found.append(Finding("lost", f"ticket {person.ticket} was registered and is not there"))
        elif row["state"] != person.state:
            found.append(Finding("lost", f"{person.ticket} is {row['state']}, acknowledged was {person.state}"))
        elif tuple(row["interests"]) != person.interests:
            found.append(Finding("lost", f"{person.ticket}: {row['interests']}, acknowledged {person.interests}"))
    return found


async def counts(e: Evidence) -> list[Finding]:
    """Interactions are what was acknowledged: a smaller sum was lost, a larger one taken twice."""
    stored: Counter[tuple[str, str, str, str]] = Counter()
    for r in await e.databases["attendee"].fetch(
        "select t.a, t.b, c.kind, c.month, c.a_to_b, c.b_to_a from tie_count c join tie t on t.id = c.tie_id"
    ):
        stored[str(r["a"]), str(r["b"]), r["kind"], r["month"]] += r["a_to_b"]
        stored[str(r["b"]), str(r["a"]), r["kind"], r["month"]] += r["b_to_a"]
    told: Counter[tuple[str, str, str, str]] = Counter()
    for client in e.clients:
        told.update(client.counts)
    return [
        Finding("lost" if stored[key] < told[key] else "doubled", f"interactions {key}: {stored[key]} for {told[key]}")
        for key in {**stored, **told}
        if stored[key] != told[key]
    ]


async def answers(e: Evidence) -> list[Finding]:
    """The last acknowledged answer stands; two who said yes have a match, and the match one session."""
    found = []
    db = e.databases["matchmaking"]
    given = {
        (str(r["suggestion_id"]), str(r["attendee_id"])): r["answer"]
        for r in await db.fetch("select * from membership")
    }
    excluded = {pair for client in e.clients for pair in client.exclusions}
    stored = {(str(r["attendee_id"]), str(r["other_id"])) for r in await db.fetch("select * from exclusion")}
    found += [Finding("lost", f"exclusion {pair} was acknowledged") for pair in excluded - stored]
    unsure = {one for one, _ in excluded}  # an exclusion answers no to what is open
    for client in e.clients:
        for key, answer in client.answers.items():
            if given.get(key) != answer and key[1] not in unsure:
                found.append(Finding("lost", f"answer {answer} to {key} is {given.get(key)}"))
    matches = {str(r["id"]): r["state"] for r in await db.fetch("select id, state from match")}
    for id in {id for client in e.clients for id in client.matched} - set(matches):
        found.append(Finding("lost", f"match {id} was acknowledged"))
    sessions = {str(r["id"]) for r in await e.databases["scheduling"].fetch("select id from session")}
    found += [Finding("lost", f"match {id} has no session") for id in set(matches) - sessions]
    found += [Finding("wrong", f"session {id} has no match") for id in sessions - set(matches)]
    return found


async def session_replies(e: Evidence) -> list[Finding]:
    """What was replied about a session was told to everybody."""
    told: dict[str, list[bytes]] = defaultdict(list)
    for event in e.topics.of("hallway.scheduling.session.v1"):
        told[event.key].append(_essence(event.message.session))
    known = {(key, *_facts(Session.FromString(one))) for key, all_told in told.items() for one in all_told}
    by_grpc = [(r.id, _facts(r)) for c in e.clients for r in c.sessions if _essence(r) not in told[r.id]]
    shown = [(r["id"], (r["state"], r["calendar_sequence"], r["reason"])) for c in e.clients for r in c.shown]
    by_http = [(id, facts) for id, facts in shown if (id, *facts) not in known]
    return [Finding("lost", f"session {id} was acknowledged as {facts}, never told") for id, facts in by_grpc + by_http]


def _essence(session: Session) -> bytes:
    return session.SerializeToString(deterministic=True)


def _facts(session: Session) -> tuple[str, int, str]:
    name = SessionState.Name(session.state).removeprefix("SESSION_STATE_").lower()
    return name, session.calendar_sequence, session.reason


async def events(e: Evidence) -> list[Finding]:
    """Every change was told, once, in order: sequences of a key grow, and reach the row's version."""
    found = await _outboxes(e)
    for owner, topic, query in AGGREGATES:
        newest = {str(r["id"]): r["version"] for r in await e.databases[owner].fetch(query)}
        sequences: dict[str, list[int]] = defaultdict(list)
        for event in e.topics.of(topic):
            sequences[event.key].append(event.sequence)
        for key, version in newest.items():
            if e.complete and version not in sequences[key]:
                found.append(Finding("lost", f"{topic} {key}: version {version} was never told; {sequences[key][-5:]}"))
        for key, seen in sequences.items():
            if len(set(seen)) < len(seen):
                found.append(Finding("doubled", f"{topic} {key}: two events with one sequence: {seen[-20:]}"))
            elif seen != sorted(seen):
                found.append(Finding("wrong", f"{topic} {key}: out of order: {seen[-20:]}"))
    return found


async def _outboxes(e: Evidence) -> list[Finding]:
    """Topics hold what the outboxes hold, in their order."""
    found = []
    seen = {told.event.id for told in e.topics.told}
    kept: set[UUID] = set()
    for owner in ("attendee", "matchmaking", "scheduling"):
        rows = await e.databases[owner].fetch("select id, type, sent_at from outbox where type <> ''")
        kept |= {row["id"] for row in rows}
        if waiting := sum(row["sent_at"] is None for row in rows):
            found.append(Finding("lost", f"{owner}: {waiting} events were never sent"))
        if missing := [row for row in rows if row["sent_at"] and row["id"] not in seen]:
            found.append(Finding("lost", f"{owner}: {len(missing)} events marked as sent are in no topic"))
    strangers = [t for t in e.topics.told if t.event.id not in kept and not _injected(e, t.event.message)]
    found += [Finding("wrong", f"{t.topic} {t.event.key}: event {t.event.id} is in no outbox") for t in strangers]
    return found


def _injected(e: Evidence, message: Any) -> bool:
    return fingerprint(message.SerializeToString()) in {poison.fingerprint for poison in e.poison}


async def effects(e: Evidence) -> list[Finding]:
    """Each event took effect once, and each key's events in their order, as the ledger saw it."""
    rows = await e.databases["ledger"].fetch("select event_id, topic, key, sequence from effect order by id")
    replayed = await _replayed(e)
    times = Counter(row["event_id"] for row in rows)
    found = [Finding("doubled", f"event {id} took effect {n} times") for id, n in times.items() if n > 1]
    sequences: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in {row["event_id"]: row for row in reversed(rows)}.values():
        if row["event_id"] not in replayed:  # those come late, as they must
            sequences[row["topic"], row["key"]].insert(0, row["sequence"])
    for place, seen in sequences.items():
        if seen != sorted(seen):
            found.append(Finding("wrong", f"{place} took effect out of order: {seen[-20:]}"))
    untold = {told.event.id for told in e.topics.told if not _injected(e, told.event.message)} - set(times)
    return found + [Finding("lost", f"event {id} never took effect") for id in untold]


async def _replayed(e: Evidence) -> set[UUID]:
    letters = await e.databases["ledger"].fetch("select headers::text from dead_letter where replayed_at is not null")
    pairs = [dict(json.loads(letter["headers"])) for letter in letters]
    return {UUID(base64.b64decode(pair["ce_id"]).decode()) for pair in pairs}


async def double_booking(e: Evidence) -> list[Finding]:
    """Nobody is in two sessions at once, no place holds more than its capacity: computed from the rows alone."""
    db = e.databases["scheduling"]
    rows = await db.fetch(
        "select id, place_id, lower(during) as starts, upper(during) as ends,"
        " array(select attendee_id from session_member where session_id = id) as people"
        " from session where state = any($1)", list(OCCUPYING),
    )  # fmt: skip
    capacity = {r["id"]: r["capacity"] for r in await db.fetch("select id, capacity from place")}
    found = []
    by_person: dict[UUID, list[Any]] = defaultdict(list)
    by_place: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        by_place[row["place_id"]].append(row)
        for person in row["people"]:
            by_person[person].append(row)
    for person, theirs in by_person.items():
        for one, other in combinations(theirs, 2):
            if one["starts"] < other["ends"] and other["starts"] < one["ends"]:
                found.append(Finding("wrong", f"{person} is in sessions {one['id']} and {other['id']} at once"))
    for place, there in by_place.items():
        most = max(sum(o["starts"] <= s["starts"] < o["ends"] for o in there) for s in there)
        if most > capacity.get(place, 0):
            found.append(
                Finding(
                    "wrong", f"place {place} holds {most} sessions at once, its capacity is {capacity.get(place, 0)}"
                )
            )
    return found


async def budgets(e: Evidence) -> list[Finding]:
    """Nobody has more open suggestions and sessions than their budget."""
    rows = await e.databases["matchmaking"].fetch(
        "select a.id, a.budget, count(*) as held from attendee a join membership m on m.attendee_id = a.id and m.holds"
        " group by a.id, a.budget having count(*) > a.budget"
    )
    return [Finding("wrong", f"{r['id']} has {r['held']} suggestions and sessions, budget {r['budget']}") for r in rows]


async def dead_letters(e: Evidence) -> list[Finding]:
    """Exactly the poison injected was set aside, once for each group that reads it."""
    wanted = Counter((group, poison.fingerprint) for poison in e.poison for group in poison.groups)
    there: Counter[tuple[str, str]] = Counter()
    reasons: dict[tuple[str, str], str] = {}
    for service in {service for service, _ in GROUPS}:
        for r in await e.databases[service].fetch(
            "select consumer_group, value, reason, topic from dead_letter where replayed_at is null"
        ):
            key = (r["consumer_group"], fingerprint(r["value"]))
            there[key] += 1
            reasons[key] = f"{r['topic']}: {r['reason']}"
    found = [Finding("lost", f"poison {key} is in no dead letter") for key in wanted if not there[key]]
    found += [Finding("doubled", f"poison {key}: {n} dead letters") for key, n in there.items() if n > wanted[key] > 0]
    found += [Finding("wrong", f"{k[0]} set aside what was no poison: {reasons[k]}") for k in there if k not in wanted]
    return found


def groups_that_read(topic: str, type_name: str) -> tuple[str, ...]:
    """The groups that must set aside a record of this type in this topic when it cannot be read."""
    declared = topics.declared()[topic].types
    return tuple(
        subscription.group
        for _, subscription in GROUPS
        if topic in subscription.topics and (type_name in subscription.messages or type_name not in declared)
    )


def summary(found: Iterable[Finding]) -> str:
    """Findings as JSON, for a log."""
    return json.dumps([f.__dict__ for f in found], indent=1)
