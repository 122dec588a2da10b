"""Which reasons for a tie both people may see."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from services.matchmaking.domain.facts import Source, TieCount
from services.matchmaking.domain.kinds import NO_REASON
from services.matchmaking.domain.suggestion import Evidence

REASONS = 10  # at most, those with most interactions


def evidence(counts: Iterable[TieCount], sources: Mapping[UUID, Source]) -> tuple[Evidence, ...]:
    """One reason for each public source and kind, most interactions first; a source not known yet is not public."""
    groups: dict[tuple[UUID, str], list[TieCount]] = {}
    for count in counts:
        source = sources.get(count.source_id)
        if source and source.public and not source.withdrawn and count.kind not in NO_REASON:
            groups.setdefault((count.source_id, count.kind), []).append(count)
    reasons = [_reason(sources[source_id], kind, group) for (source_id, kind), group in groups.items()]
    reasons.sort(key=lambda r: (-r.first_to_second - r.second_to_first, r.source_name, r.kind, str(r.source_id)))
    return tuple(reasons[:REASONS])


def rarest_shared(one: Iterable[str], other: Iterable[str], holders: Mapping[str, int]) -> tuple[Evidence, ...]:
    """The interest that both named and fewest people hold, if there is one."""
    common = set(one) & set(other)
    return (Evidence(interest=min(common, key=lambda name: (holders[name], name))),) if common else ()


def _reason(source: Source, kind: str, group: list[TieCount]) -> Evidence:
    months = sorted(count.month for count in group if count.month)
    return Evidence(
        source_id=source.id,
        source_name=source.name,
        kind=kind,
        first_to_second=sum(count.a_to_b for count in group),
        second_to_first=sum(count.b_to_a for count in group),
        first_month=months[0] if months else "",
        last_month=months[-1] if months else "",
    )
