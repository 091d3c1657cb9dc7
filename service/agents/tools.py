"""The tools of agents: each asks documents of the API and tells what it found with its citations. Nothing here writes."""

from typing import Annotated, Literal

from pydantic import Field

from graph_schema.vocabulary import Modality
from service.agents.answers import AgentAnswer, AnswerDraft, actor
from service.agents.arguments import (
    AtVersion,
    ClockName,
    Confidence,
    Cursor,
    Day,
    Hops,
    KindName,
    ModalityName,
    Name,
    Names,
    Patience,
    RelationName,
    Relations,
    Size,
    TypeName,
    Types,
    Way,
    given,
    iso,
    names,
)
from service.agents.chain_evidence import chains_to, one_country
from service.agents.found import (
    CandidateEntity,
    CandidateList,
    ChangeList,
    ChokePointList,
    CutOff,
    DatedStatement,
    ExposureList,
    Meaning,
    OwnedShare,
    OwnershipTold,
    OwningParty,
    PathList,
    RelationTerm,
    SupplyStep,
    SupplyTiers,
    TieToListed,
    VocabularyAnswer,
)
from service.http.client import ApiClient, QuestionRefused
from service.queries.claims_over_time import Clock
from service.searches.supply import SupplyDirection

_CUT_OFF_SHOWN = 10


class Tools:
    """The methods that are no one's own are tools: their names, signatures and docstrings are what agents see."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api

    async def find_entity(
        self,
        name: Name,
        types: Types = None,
        country: Annotated[str | None, Field(description="Only entities known to lie there.")] = None,
        limit: Size = 10,
    ) -> CandidateList:
        """Find which entities of the graph a name means, best first, with one claim about each. Names of other tools
        may be given as they are; ask here when one is unknown or ambiguous."""
        where = {"types": names(types), "countries": None if country is None else [country]}
        reply = await self._api.ask("agent-find-entity", q=name, where=given(where), first=limit)
        draft, found = AnswerDraft(reply), reply.data["searchEntities"]
        draft.page(found["pageInfo"], "entities")
        candidates = [
            CandidateEntity(
                entity=actor(one["entity"]),
                aliases=one["entity"]["aliases"][:10],
                match=one["kind"],
                matched=one["matched"],
                similarity=round(one["similarity"], 3),
                relations=one["entity"]["degree"],
                citations=[draft.cite(claim) for claim in one["entity"]["claims"]["nodes"]],
            )
            for one in found["nodes"]
        ]
        return CandidateList(candidates=candidates, **draft.common(found=bool(candidates)))

    async def find_paths(
        self,
        source: Name,
        target: Name,
        k: Annotated[int, Field(ge=1, le=20, description="Most paths.")] = 3,
        max_hops: Hops = 5,
        relation_types: Relations = None,
        without_relation_types: Annotated[
            list[RelationName] | None, Field(description="No relations of these types.")
        ] = None,
        through_types: Annotated[
            list[TypeName] | None, Field(description="Only such entities between the ends.")
        ] = None,
        avoid: Annotated[list[str] | None, Field(description="Entities that no path may pass.")] = None,
        must_pass: Annotated[list[str] | None, Field(description="Entities that every path passes.")] = None,
        min_confidence: Confidence = 0.0,
        valid_at: Day = None,
        at_version: AtVersion = None,
        timeout_ms: Patience = None,
    ) -> PathList:
        """Find through which chains of relations two entities are tied, the most telling first. Relations that were
        denied or have ended do not count."""
        via = {
            "types": names(relation_types),
            "excludeTypes": names(without_relation_types),
            "minConfidence": min_confidence,
            "validAt": iso(valid_at),
        }
        reply = await self._api.ask(
            "agent-find-paths",
            **{"from": [source], "to": [target]},
            k=k,
            via=given(via),
            through=given({"types": names(through_types)}),
            avoid=avoid,
            mustPass=must_pass,
            budget={"maxDepth": max_hops, "timeoutMs": timeout_ms},
            atVersion=at_version,
        )
        draft, found = AnswerDraft(reply, at_version=at_version), reply.data["shortestPaths"]
        draft.report(found["report"])
        paths = [draft.path(path) for path in found["paths"]]
        return PathList(paths=paths, **draft.common(found=bool(paths)))

    async def explain_hop(self, a: Name, b: Name) -> AgentAnswer:
        """Explain how two entities are tied directly, whichever way: every relation between them, those that were denied
        or have ended too, with the claims for each."""
        reply = await self._api.ask("agent-explain-hop", a=a, b=b, where={"modalities": names(list(Modality))})
        draft, found = AnswerDraft(reply), reply.data["relationBetween"]
        for relation in found:
            draft.relation(relation)
            if relation["claims"]["pageInfo"]["hasNextPage"]:
                more = relation["claimCount"] - len(relation["claims"]["nodes"])
                draft.lacks(f"{more} further claims for {relation['type']}: evidence(relation_id={relation['id']!r})")
        return AgentAnswer(**draft.common(found=bool(found)))

    async def exposure(
        self,
        entity: Name,
        listed_by: Annotated[
            list[str] | None, Field(description="Countries, bodies or policies; not given: any.")
        ] = None,
        kinds: Annotated[list[KindName] | None, Field(description="Kinds of ties; not given: all.")] = None,
        max_hops: Hops = 4,
        include_former: Annotated[bool, Field(description="Also count what has ended.")] = False,
        limit: Size = 10,
        after: Cursor = None,
        at_version: AtVersion = None,
        timeout_ms: Patience = None,
    ) -> ExposureList:
        """Tell whether an entity is listed (sanctioned, barred) itself, and how it is tied to listed ones: by ownership,
        supply, tests, partners, officers; nearest first, with who lists them."""
        reply = await self._api.ask(
            "agent-exposure",
            id=entity,
            kinds=names(kinds),
            lists=listed_by,
            where={"includeFormer": include_former},
            budget={"maxDepth": max_hops, "timeoutMs": timeout_ms},
            atVersion=at_version,
            first=limit,
            after=after,
        )
        draft, found = AnswerDraft(reply, at_version=at_version), reply.data["exposure"]
        draft.report(found["report"])
        draft.page(found["pageInfo"], "ties")
        ties = [
            TieToListed(
                kind=tie["kind"],
                distance=tie["distance"],
                entity=actor(tie["entity"]),
                listed=[draft.relation(relation) for relation in tie["entity"]["listed"]],
                path=None if tie["path"] is None else draft.path(tie["path"]),
            )
            for tie in found["nodes"]
        ]
        return ExposureList(entity=actor(found["entity"]), ties=ties, **draft.common(found=bool(ties)))

    async def supply_chain(
        self,
        entity: Name,
        direction: Way = SupplyDirection.UPSTREAM,
        tiers: Hops = 4,
        types: Types = None,
        countries: Annotated[list[str] | None, Field(description="Only entities known to lie in these.")] = None,
        avoid: Annotated[list[str] | None, Field(description="Entities that no chain may pass.")] = None,
        limit: Size = 20,
        after: Cursor = None,
        timeout_ms: Patience = None,
    ) -> SupplyTiers:
        """List what an entity depends on (upstream) or what depends on it (downstream), tier by tier, each with its
        shortest chain."""
        goal = given({"types": names(types), "countries": countries})
        reply = await self._api.ask(
            f"agent-{direction}",
            **{"supplier" if direction is SupplyDirection.UPSTREAM else "customer": goal},
            id=entity,
            tiers=tiers,
            avoid=avoid,
            budget={"timeoutMs": timeout_ms},
            first=limit,
            after=after,
        )
        draft, found = AnswerDraft(reply), reply.data["supply"]
        draft.report(found["report"])
        draft.page(found["pageInfo"], "entities")
        chains = [
            SupplyStep(entity=actor(one["entity"]), tier=one["distance"], path=draft.path(one["path"]))
            for one in found["nodes"]
        ]
        return SupplyTiers(entity=actor(found["source"]), chains=chains, **draft.common(found=bool(chains)))

    async def choke_points(
        self,
        entity: Name,
        direction: Way = SupplyDirection.UPSTREAM,
        tiers: Hops = 4,
        without: Annotated[list[str] | None, Field(description="Entities to imagine gone.")] = None,
        limit: Annotated[int, Field(ge=1, le=10, description="Most choke points.")] = 5,
        timeout_ms: Patience = None,
    ) -> ChokePointList:
        """Find on which entities the supply chain of an entity hangs (every known chain to some others passes them),
        which things come from one country alone, and what is lost without some entities."""
        reply = await self._api.ask(
            "agent-choke-points",
            id=entity,
            direction=direction.name,
            tiers=tiers,
            without=without,
            budget={"timeoutMs": timeout_ms},
            first=limit,
        )
        draft, found = AnswerDraft(reply), reply.data["chokePoints"]
        draft.report(found["report"])
        worst = found["chokePoints"]
        shown = [one["cutOff"][:_CUT_OFF_SHOWN] for one in worst] + [found["cutOff"][:_CUT_OFF_SHOWN]]
        wanted = list(dict.fromkeys(entity["id"] for group in shown for entity in group))
        chains = await chains_to(self._api, draft, found["entity"]["id"], direction, tiers, wanted)
        inputs = [await one_country(self._api, draft, one) for one in found["singleCountryInputs"][:limit]]
        if (more := len(found["singleCountryInputs"]) - len(inputs)) > 0:
            draft.lacks(f"{more} further things that come from one country alone: ask with a larger limit")
        points = [
            CutOff(
                entity=actor(one["entity"]),
                tier=one["tier"],
                cut_off=[chains[entity["id"]] for entity in group if entity["id"] in chains],
                cut_off_in_all=len(one["cutOff"]),
            )
            for one, group in zip(worst, shown, strict=False)
        ]
        return ChokePointList(
            entity=actor(found["entity"]),
            reached=found["reached"],
            choke_points=points,
            single_country_inputs=[one for one in inputs if one is not None],
            lost_without=[chains[entity["id"]] for entity in shown[-1] if entity["id"] in chains],
            lost_in_all=len(found["cutOff"]),
            **draft.common(found=bool(points or inputs)),
        )

    async def ownership(
        self,
        entity: Name,
        listed_by: Annotated[
            list[str] | None, Field(description="Add up what entities on the lists of these hold.")
        ] = None,
        owners: Annotated[
            list[str] | None, Field(description="Add up what these hold; give this or listed_by.")
        ] = None,
        threshold: Annotated[float, Field(gt=0, le=1, description="The share asked for.")] = 0.5,
        cascade: Annotated[
            bool, Field(description="A majority holder's holdings count whole, any other's not at all (50 % rules).")
        ] = False,
        as_of: Day = None,
        at_version: AtVersion = None,
        timeout_ms: Patience = None,
    ) -> OwnershipTold:
        """Tell whether the holdings of listed or named parties in an entity add up to a share of it, over all chains:
        YES, NO, or POSSIBLE where shares are unknown, with bounds. Neither named: those of whomever anyone has listed."""
        reply = await self._api.ask(
            "agent-ownership",
            id=entity,
            by=given({"lists": listed_by, "owners": owners}) or None,
            threshold=threshold,
            reading="CONTROL" if cascade else "SUM",
            asOf=iso(as_of),
            budget={"timeoutMs": timeout_ms},
            atVersion=at_version,
        )
        draft, found = AnswerDraft(reply, at_version=at_version), reply.data["ownership"]
        draft.report(found["report"])
        return OwnershipTold(
            entity=actor(found["entity"]),
            verdict=found["verdict"],
            lower=found["lower"],
            upper=found["upper"],
            recorded=found["recorded"],
            listed=[draft.relation(relation) for relation in found["listings"]],
            parties=[
                OwningParty(
                    entity=actor(party["entity"]),
                    lower=party["lower"],
                    upper=party["upper"],
                    listed=[draft.relation(relation) for relation in party["listings"]],
                )
                for party in found["parties"]
            ],
            holdings=[
                OwnedShare(
                    owner=actor(one["owner"]),
                    owned=actor(one["owned"]),
                    lower=one["lower"],
                    upper=one["upper"],
                    basis=one["basis"],
                    date=one["date"],
                    statements=[
                        *(draft.claim(claim) for claim in one["claims"]),
                        *(draft.relation(relation) for relation in one["relations"] if not one["claims"]),
                    ],
                )
                for one in found["holdings"]
            ],
            **draft.common(found=True),
        )

    async def what_changed(
        self,
        entities: Names,
        since: Day = None,
        until: Day = None,
        relation_types: Relations = None,
        clock: Annotated[
            ClockName, Field(description="Whether the day is when it happened or when it was published.")
        ] = Clock.HAPPENED,
        limit: Size = 20,
        after: Cursor = None,
    ) -> ChangeList:
        """Tell what was stated of entities over time, newest first: new ties, lists, bans, what ended or was denied."""
        reply = await self._api.ask(
            "agent-what-changed",
            entityIds=entities,
            types=names(relation_types),
            since=iso(since),
            until=iso(until),
            clock=clock.name,
            first=limit,
            after=after,
        )
        draft, found = AnswerDraft(reply), reply.data["timeline"]
        draft.page(found["pageInfo"], "statements")
        changes = [DatedStatement(day=one["day"], statement=draft.claim(one["claim"])) for one in found["nodes"]]
        return ChangeList(changes=changes, **draft.common(found=bool(changes)))

    async def evidence(
        self,
        relation_id: Annotated[str | None, Field(description="`relation_id` of a statement.")] = None,
        path_id: Annotated[str | None, Field(description="`id` of a path.")] = None,
        entity: Annotated[str | None, Field(description="Id, name or alias of an entity.")] = None,
        role: Annotated[
            Literal["subject", "object", "either"], Field(description="Which end the entity is.")
        ] = "either",
        relation_types: Relations = None,
        modalities: Annotated[list[ModalityName] | None, Field(description="Only statements put like this.")] = None,
        limit: Size = 20,
        after: Cursor = None,
    ) -> AgentAnswer:
        """List the claims behind a relation, along a path, or about an entity (give one of the three), each as its source
        puts it. `role`, `relation_types` and `modalities` narrow what is listed of an entity."""
        if sum(one is not None for one in (relation_id, path_id, entity)) != 1:
            raise QuestionRefused("give one of relation_id, path_id and entity", "BAD_QUESTION")
        if entity is None:
            reply = await self._api.ask(
                "agent-evidence", relationId=relation_id, pathId=path_id, first=limit, after=after
            )
        else:
            end = {"subject": "subjectIds", "object": "objectIds", "either": "entityIds"}[role]
            narrowed = {end: [entity], "types": names(relation_types), "modalities": names(modalities)}
            reply = await self._api.ask("agent-claims", **narrowed, first=limit, after=after)
        draft, found = AnswerDraft(reply), reply.data["evidence"]
        draft.page(found["pageInfo"], "claims")
        for claim in found["nodes"]:
            draft.claim(claim)
        return AgentAnswer(**draft.common(found=bool(found["nodes"])))

    async def ontology(self) -> VocabularyAnswer:
        """Explain the vocabulary (types of entities and relations, modalities), and what one question may ask for."""
        reply = await self._api.ask("agent-ontology")
        known = reply.data["ontology"]
        return VocabularyAnswer(
            version=known["version"],
            entity_types=[Meaning(term=one["type"], meaning=one["meaning"]) for one in known["entityTypes"]],
            relations=[
                RelationTerm(
                    term=one["type"],
                    meaning=one["meaning"],
                    subject_types=one["subjectTypes"],
                    object_types=one["objectTypes"],
                    both_ways=one["symmetric"],
                )
                for one in known["relations"]
            ],
            modalities=[Meaning(term=one["modality"], meaning=one["meaning"]) for one in known["modalities"]],
            limits=reply.data["limits"],
            **AnswerDraft(reply).common(found=True),
        )
