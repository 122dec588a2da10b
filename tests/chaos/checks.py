"""The checker: holds databases, read model and topics against what the clients were told."""

import base64
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from uuid import UUID

from hallway.scheduling.v1.scheduling_pb2 import Session

from services.kit import topics
from tests.chaos.clients import Client
from tests.chaos.journal import Finding, Journal
from tests.chaos.read import GROUPS, Topics

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
# What one service keeps of another's: (name, owner's query, follower, follower's query)
FOLLOWED = (
    ("conference", "attendee", "select id, version, slug, name, time_zone, starts_on, ends_on, series from conference",
     "portal", "select id, version, slug, name, time_zone, starts_on, ends_on, series from read_conference"),
    ("attendee", "attendee",
     "select id, version, conference_id, ticket, name, email, state, budget, interests, formats from attendee",
     "portal",
     "select id, version, conference_id, ticket, name, email, state, attention_budget as budget, interests, formats"
     " from read_attendee"),
    ("source", "attendee", "select id, version, network, name, interactions, ties from source",
     "portal", "select id, version, network, name, interactions, ties from read_source where state = 'imported'"),
    ("tie", "attendee",
     "select id, version, a, b, coalesce((select sum(a_to_b + b_to_a) from tie_count where tie_id = id), 0)::bigint"
     " as total from tie where version > 0",
     "portal", "select id, version, a, b, total from read_tie"),
    # A match closes its suggestion without an event of its own.
    ("suggestion", "matchmaking",
     "select id, version, conference_id, route, format, state, expires_at from suggestion where state <> 'matched'",
     "portal",
     "select id, version, conference_id, route, format, state, expires_at from read_suggestion s"
     " where not exists (select from read_match m where m.id = s.id)"),
    ("match", "matchmaking",
     "select id, version, case state when 'over' then 'made' else state end as state from match",
     "portal", "select id, version, state from read_match"),
    ("session", "scheduling",
     "select id, version, format, state, place_id, place_name, lower(during) as starts_at, upper(during) as ends_at,"
     " calendar_sequence, reason, array(select attendee_id from session_member where session_id = id order by 1)"
     " as people from session",
     "portal",
     "select id, version, format, state, place_id, place_name, starts_at, ends_at, calendar_sequence, reason,"
     " array(select attendee_id from read_session_member where session_id = id order by 1) as people"
     " from read_session"),
    ("attendee", "attendee", "select id, version, state, budget, interests, formats from attendee",
     "matchmaking", "select id, version, state, budget, interests, formats from attendee"),
    ("tie", "attendee",
     "select id, version, a, b, (select count(*) from tie_count where tie_id = id) as counts from tie"
     " where version > 0",
     "matchmaking", "select id, version, a, b, jsonb_array_length(counts)::bigint as counts from tie"),
    ("attendee", "attendee", "select id, version, state = 'cancelled' as cancelled from attendee",
     "scheduling", "select id, version, cancelled from attendee"),
)  # fmt: skip


@dataclass
class Evidence:
    """All that a check may look at; ``databases`` are connections by service."""

    journal: Journal
    clients: list[Client]
    databases: dict[str, Any]
    topics: Topics
    poison: list["Injected"]
    complete: bool = True  # the topics hold everything ever sent


@dataclass(frozen=True)
class Injected:
    """A poison record: the groups that must set it aside."""

    fault: str
    topic: str
    partition: int
    fingerprint: str
    groups: tuple[str, ...]


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
    return [
        Finding("lost", f"session {reply.id} was acknowledged as {Session.DESCRIPTOR.name} {reply.state}, never told")
        for client in e.clients
        for reply in client.sessions
        if _essence(reply) not in told[reply.id]
    ]


def _essence(session: Session) -> bytes:
    return session.SerializeToString(deterministic=True)


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
    from tests.chaos.read import fingerprint

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


async def followed(e: Evidence) -> list[Finding]:
    """What a service keeps of another's is what the other has."""
    found = []
    for name, owner, source, follower, copy in FOLLOWED:
        there = {r["id"]: r for r in await e.databases[owner].fetch(source)}
        here = {r["id"]: r for r in await e.databases[follower].fetch(copy)}
        for id in {**there, **here}:
            if _values(there.get(id)) != _values(here.get(id)):
                kind = "wrong" if id in here else "lost"
                words = f"{follower}'s {name} {id}: {_values(here.get(id))}, {owner} has {_values(there.get(id))}"
                found.append(Finding(kind, words[:600]))
    return found


def _values(row: Any) -> Any:
    return None if row is None else tuple(row.values())


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
    from tests.chaos.read import fingerprint

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
