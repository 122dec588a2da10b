"""How suggestions are made at a conference: what worked here."""

from typing import Any

from fastapi import APIRouter

from services.portal.api.http import views
from services.portal.api.http.call import Reader
from services.portal.api.worked import what_worked

router = APIRouter(prefix="/conferences/{slug}", tags=["matching"])


@router.get("/what-worked")
async def get_what_worked(call: Reader, slug: str) -> dict[str, Any]:
    """How much each signal counts here, learned from what became of suggestions; counts of groups, none of few people.

    weight 1: as reasoned before anything was learned. outcomes and sessions are null where they would tell of too few.
    """
    return views.worked(await what_worked(call.deps.clients, call.conference.id))
