"""A graph of who owns whom, for the tests of ownership: a listed ministry and a listed banker, a group, a joint venture."""

import datetime as dt
from typing import Any

from graph_schema.domain import Claim, Document
from graph_schema.ids import DocumentId, EntityId
from graph_schema.vocabulary import EntityType, Modality, RelationType
from tests.service.build import GraphBuilder


class Owners(GraphBuilder):
    """Statements on holdings, one document each."""

    def firm(self, name: str) -> EntityId:
        """A company."""
        return self.entity(EntityType.COMPANY, name)

    def says(
        self, subject: EntityId, relation: RelationType, object: EntityId, words: str | None = None, **more: Any
    ) -> Claim:
        """One statement in a document of its own, published in 2025."""
        number = len(self.claims)
        document = Document(
            DocumentId(f"doc:{number}"), title=f"Note {number}", publisher="Register", published=dt.date(2025, 1, 2)
        )
        sentence = f"{subject} {words or relation} {object}."
        claim = self.state(subject, relation, object, sentence, document, **more)
        if words is not None:
            self.claims[-1] = (Claim(**{**_fields(claim), "predicate": words}), "run:1")
        return self.claims[-1][0]

    def owns(
        self, owner: EntityId, share: float | None, owned: EntityId, words: str | None = None, **more: Any
    ) -> Claim:
        """A holding, of unknown size where `share` is None."""
        return self.says(owner, RelationType.OWNS, owned, words, share=share, **more)


def _fields(claim: Claim) -> dict[str, Any]:
    return {name: getattr(claim, name) for name in Claim.__dataclass_fields__}


def owners() -> Owners:
    """Washington lists Iron Bank and the banker, Brussels the banker alone; both stand behind the group of Steel Works."""
    build = Owners()
    usa = build.entity(EntityType.COUNTRY, "United States")
    union = build.entity(EntityType.BLOC, "European Union")
    state = build.entity(EntityType.COUNTRY, "Ruritania")
    banker = build.entity(EntityType.PERSON, "Black Banker")
    bank, steel, mill, venture = map(build.firm, ("Iron Bank", "Steel Works", "Rolling Mill", "Joint Venture"))
    fund, partner, shop, left = map(build.firm, ("Quiet Fund", "Honest Partner", "Corner Shop", "Left Alone"))
    build.says(usa, RelationType.SANCTIONS, bank, valid_from=dt.date(2022, 3, 1))
    build.says(usa, RelationType.SANCTIONS, banker, valid_from=dt.date(2020, 1, 1))
    build.says(union, RelationType.SANCTIONS, banker, valid_from=dt.date(2023, 1, 1))
    build.says(usa, RelationType.SANCTIONS, state)
    build.owns(bank, 0.3, steel, date=dt.date(2021, 5, 1))
    build.owns(banker, 0.25, steel, date=dt.date(2021, 5, 1))
    build.owns(steel, 0.6, mill)
    build.owns(state, 0.4, mill)
    build.owns(mill, 0.1, steel)
    build.owns(steel, 0.5, venture)
    build.owns(partner, 0.5, venture)
    build.owns(banker, None, shop, "holds a stake in")
    build.owns(partner, 0.45, shop)
    build.says(fund, RelationType.SUBSIDIARY_OF, bank)
    build.owns(fund, 0.2, left, modality=Modality.ALLEGED)
    return build
