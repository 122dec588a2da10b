"""The community as dots and lines, before and after: it has nobody's name or id, only that people talk and have met."""

import asyncio
from uuid import UUID

import numpy as np
from fastapi import Response
from fastapi.responses import JSONResponse

from services.portal.api.pages.site import Picture
from services.portal.api.pages.visit import ByOrganizer
from services.portal.engine.layout import layout
from services.portal.store import community as store

FEWEST = 10  # among fewer people a dot without a name is somebody


async def community(visit: ByOrganizer) -> Response:
    """GET /c/{slug}/dashboard/community.json: positions of people, ties and held sessions by position."""
    assert visit.conference
    pool, here = visit.site.deps.pool, visit.conference.id
    ties = await store.ties(pool, here)
    if len({person for pair in ties for person in pair}) < FEWEST:
        return JSONResponse({"people": [], "ties": [], "met": []})
    picture = await visit.site.pictures.get(here, hash(ties), lambda: asyncio.to_thread(draw, ties))
    at = picture.at
    met = [[at[a], at[b]] for a, b in await store.met(pool, here) if a in at and b in at]
    return JSONResponse({"people": picture.people, "ties": picture.ties, "met": met})


def draw(ties: tuple[tuple[UUID, UUID], ...]) -> Picture:
    """Where everybody is, from left to right, so that the order tells nothing else."""
    known = sorted({person for pair in ties for person in pair})
    number = {person: n for n, person in enumerate(known)}
    ends = np.array([(number[a], number[b]) for a, b in ties], np.int64).reshape(-1, 2)
    spots = layout(len(known), ends[:, 0], ends[:, 1]) if known else np.empty((0, 2), np.int64)
    order = np.lexsort((spots[:, 1], spots[:, 0]))
    at = {known[old]: new for new, old in enumerate(order)}
    return Picture(spots[order].tolist(), [[at[a], at[b]] for a, b in ties], at)
