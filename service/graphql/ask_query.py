"""The question in words: which operation it asks for. It is told, not run, so that who asks sees first what was understood."""

from typing import Annotated, Self

import strawberry
from strawberry.scalars import JSON

from service.asking.model import model_readings
from service.asking.understanding import AskedBy, Understanding, understand
from service.graphql.context import Info
from service.graphql.types.records import Entity
from service.http.documents import packaged_documents


@strawberry.type(description="What a question in words was taken for.")
class AskedQuestion:
    """See `Understanding`."""

    understood: bool = strawberry.field(description="Whether the question asks for one operation; nothing is guessed.")
    operation: str | None = strawberry.field(description="The field of this API that answers it; null: none does.")
    call: str | None = strawberry.field(description="The operation with its arguments, as one writes it.")
    document: str | None = strawberry.field(description="A document that asks it, to be sent with `variables`.")
    variables: JSON | None = strawberry.field(description="The variables of the document.")
    entities: list[Entity] = strawberry.field(description="The entities that the names in the question were taken for.")
    by: AskedBy = strawberry.field(description="Whether the forms or the language model read the question.")
    reason: str | None = strawberry.field(description="Why it was not understood; null: it was.")
    nearest: list[str] = strawberry.field(
        description="Questions like it that can be answered; empty: it can be itself."
    )

    @classmethod
    def from_domain(cls, found: Understanding) -> Self:
        call = found.call
        return cls(
            understood=call is not None,
            operation=None if call is None else call.operation,
            call=None if call is None else call.text,
            document=None if call is None else packaged_documents()[call.document],
            variables=None if call is None else JSON(call.variables),
            entities=[Entity.from_record(entity) for entity in found.meant],
            by=found.by,
            reason=found.reason,
            nearest=list(found.nearest),
        )


@strawberry.type
class AskQuery:
    """Questions in words."""

    @strawberry.field(
        description="Which operation a question in words asks for, in English, with names in any script: read by forms, "
        "else by the language model that the service may be given; never by a guess."
    )
    async def ask(
        self,
        info: Info,
        text: Annotated[str, strawberry.argument(description='As "which Chinese firms depend on ASML?".')],
    ) -> AskedQuestion:
        graph = info.context.graph
        found = await understand(graph, text)
        if found.call is None and (chosen := await model_readings(text, info.context.settings)):
            info.context.cacheable = False
            by_model = await understand(graph, text, chosen, by=AskedBy.MODEL)
            found = found if by_model.call is None else by_model
        info.context.know(found.meant)
        return AskedQuestion.from_domain(found)
