"""What a choke point rests on: the chain to each entity that it cuts off, and who produces what comes from one country."""

from collections.abc import Mapping, Sequence
from typing import Any

from service.agents.answers import AnswerDraft, CitedPath, actor
from service.agents.found import OneCountryInput, SupplyStep
from service.http.client import ApiClient
from service.searches.supply import SupplyDirection

_CHAINS_AT_ONCE = 50
"""Chains of one request, so that it stays below what a document may cost."""


async def chains_to(
    api: ApiClient, draft: AnswerDraft, of: str, direction: SupplyDirection, tiers: int, wanted: Sequence[str]
) -> dict[str, SupplyStep]:
    """The chain to each entity that is `wanted`."""
    chains: dict[str, SupplyStep] = {}
    goal = "supplier" if direction is SupplyDirection.UPSTREAM else "customer"
    for start in range(0, len(wanted), _CHAINS_AT_ONCE):
        ids = list(wanted[start : start + _CHAINS_AT_ONCE])
        more = {goal: {"ids": ids}}
        reply = draft.also(await api.ask(f"agent-{direction}", **more, id=of, tiers=tiers, first=len(ids)))
        draft.report(reply.data["supply"]["report"])
        for one in reply.data["supply"]["nodes"]:
            path = draft.path(one["path"])
            chains[one["entity"]["id"]] = SupplyStep(entity=actor(one["entity"]), tier=one["distance"], path=path)
    return chains


async def one_country(api: ApiClient, draft: AnswerDraft, found: Mapping[str, Any]) -> OneCountryInput:
    """Who produces a thing, and by which statements each of them lies in the country."""
    thing, country = found["entity"], found["country"]
    reply = draft.also(await api.ask("agent-producers", id=thing["id"]))
    makers = reply.data["relations"]["nodes"]
    draft.page(reply.data["relations"]["pageInfo"], f"producers of {thing['name']}")
    placed: list[CitedPath] = []
    if elsewhere := [maker["subject"]["id"] for maker in makers if maker["subject"]["id"] != country["id"]]:
        ends = {"from": elsewhere, "to": [country["id"]]}
        reply = draft.also(await api.ask("agent-places", **ends, k=len(elsewhere)))
        placed = [draft.path(path) for path in reply.data["shortestPaths"]["paths"]]
    return OneCountryInput(
        entity=actor(thing),
        country=actor(country),
        producers=found["producers"],
        produced_by=[draft.relation(maker) for maker in makers],
        placed=placed,
    )
