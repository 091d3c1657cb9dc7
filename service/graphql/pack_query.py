"""The evidence of a path as an archive that others can check without this service."""

import base64
from typing import Annotated, Self

import strawberry

from graph_schema.settings import read_settings
from service.graphql.context import Info
from service.packing.pack import FoundPaths, Pack, make_pack, path_by_id, question_of
from service.packing.settings import PackSettings


@strawberry.type(
    description="A path with every sentence behind it as a ZIP: RO-Crate 1.1 with PROV, and what checks it."
)
class EvidencePack:
    """See `Pack`."""

    sha256: str = strawberry.field(
        description="SHA-256 of the archive; the same path at the same version has the same."
    )
    graph_version: int = strawberry.field(description="Version of the graph that was read.")
    claims: int = strawberry.field(description="Claims that it holds, of each relation at most 1,000.")
    signed: bool = strawberry.field(description="Whether it is signed by the service's Ed25519 key.")
    content: str = strawberry.field(description="The bytes of the archive, a ZIP, in Base64.")

    @classmethod
    def from_domain(cls, made: Pack) -> Self:
        return cls(
            sha256=made.sha256,
            graph_version=made.graph_version,
            claims=made.claims,
            signed=made.signed,
            content=base64.b64encode(made.content).decode(),
        )


@strawberry.type
class PackQuery:
    """Evidence to take along."""

    @strawberry.field(
        description="A path as it stands, with every sentence behind it, packed: question, answer, claims with offsets and "
        "hashes, drawing, report, and a script that checks all of it without this service."
    )
    async def evidence_pack(
        self,
        info: Info,
        path_id: Annotated[strawberry.ID, strawberry.argument(description="Id of the path, as `Path.id` gives it.")],
    ) -> EvidencePack:
        graph = info.context.graph
        key = read_settings(PackSettings).key()

        async def asks() -> FoundPaths:
            return await path_by_id(graph, path_id)

        return EvidencePack.from_domain(await make_pack(graph, question_of(path_id), asks, key=key))
