"""Integrators' tokens: make one (its secret is shown once), list them, revoke one."""

from typing import Any

from fastapi import APIRouter

from services.kit.errors import Invalid, NotFound
from services.kit.ids import new_id, parse_id
from services.portal.api.http import views
from services.portal.api.http.bodies import NewToken
from services.portal.api.http.call import AdminEverywhere, find_conference
from services.portal.domain.tokens import Token, digest, new_secret, scope_problems
from services.portal.store.tokens import TokenStore

router = APIRouter(prefix="/tokens", tags=["tokens"])


@router.post("", status_code=201)
async def create_token(call: AdminEverywhere, body: NewToken) -> dict[str, Any]:
    """Makes a token; keep what token says, it is not shown again."""
    if problems := scope_problems(body.scopes):
        raise Invalid.all(problems)
    conference = await find_conference(call.deps, body.conference) if body.conference else None
    token = Token(new_id(), body.name, frozenset(body.scopes), conference.id if conference else None)
    secret = new_secret()
    await TokenStore(call.deps.pool).add(token, digest(secret), call.deps.clock())
    return {"id": token.id, "token": secret}


@router.get("")
async def list_tokens(call: AdminEverywhere) -> dict[str, Any]:
    """All tokens without their secrets, revoked ones as such."""
    return {"tokens": [views.token(t) for t in await TokenStore(call.deps.pool).listed()]}


@router.delete("/{token_id}", status_code=204)
async def revoke_token(call: AdminEverywhere, token_id: str) -> None:
    """Closes a token for good."""
    wanted = parse_id(token_id, "token")
    if not await TokenStore(call.deps.pool).revoke(wanted, call.deps.clock()):
        raise NotFound("token", wanted)
