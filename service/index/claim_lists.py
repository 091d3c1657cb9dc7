"""The claims of a snapshot while it is made: collected as they come, kept from one snapshot to the next, put in order."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from graph_schema.ids import RelationId
from service.index.change import ClaimRow
from service.index.layout import STATUS_CODE, Array, Bytes, Numbers
from service.index.snapshot import Claims


@dataclass(frozen=True, slots=True)
class ClaimLists:
    """Claims as they come: behind which relation, from where."""

    relation: Numbers
    publisher: Numbers
    document: Numbers
    run: Numbers
    modality: Bytes
    share: Array
    confidence: Array
    publishers: tuple[str, ...]
    documents: tuple[str, ...]
    runs: tuple[str, ...]
    began: Mapping[str, dt.datetime]

    @classmethod
    def of(cls, claims: Claims) -> "ClaimLists":
        """From those of a snapshot."""
        relation = np.repeat(np.arange(len(claims.start) - 1, dtype=np.int32), np.diff(claims.start))
        names = claims.publishers, claims.documents, claims.runs, claims.began
        return cls(
            relation,
            claims.publisher,
            claims.document,
            claims.run,
            claims.modality,
            claims.share,
            claims.confidence,
            *names,
        )

    def sorted(self, relations: int) -> Claims:
        """In the order of the relations."""
        order = np.argsort(self.relation, kind="stable")
        start = np.zeros(relations + 1, dtype=np.int32)
        np.cumsum(np.bincount(self.relation, minlength=relations), out=start[1:])
        return Claims(
            start=start,
            publisher=self.publisher[order],
            document=self.document[order],
            run=self.run[order],
            modality=self.modality[order],
            share=self.share[order],
            confidence=self.confidence[order],
            publishers=self.publishers,
            documents=self.documents,
            runs=self.runs,
            began=self.began,
        )

    def changed(
        self,
        number: Numbers,
        rows: Sequence[ClaimRow],
        owners: Mapping[RelationId, int],
        began: Mapping[str, dt.datetime],
    ) -> "ClaimLists":
        """Those of relations that stay under a new `number` (-1: they do not), and `rows`."""
        kept = number[self.relation] >= 0
        tables = [_Codes(names) for names in (self.publishers, self.documents, self.runs)]
        new = ClaimBuilder(*tables)
        for row in rows:
            new.add(owners[row.relation], row)
        fresh = new.lists(began)
        columns: dict[str, Any] = {
            name: np.concatenate([getattr(self, name)[kept], getattr(fresh, name)])
            for name in ("publisher", "document", "run", "modality", "share", "confidence")
        }
        relation = np.concatenate([number[self.relation[kept]], fresh.relation])
        return replace(fresh, relation=relation, began={**self.began, **began}, **columns)


class _Codes:
    """Numbers for names in the order in which they come."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.known = {name: code for code, name in enumerate(names)}

    def __call__(self, name: str | None) -> int:
        return -1 if name is None else self.known.setdefault(name, len(self.known))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.known)


class ClaimBuilder:
    """Collects claims."""

    def __init__(self, *tables: _Codes) -> None:
        self._publishers, self._documents, self._runs = tables or (_Codes(), _Codes(), _Codes())
        self._columns: tuple[list[int], ...] = ([], [], [], [], [])
        self._share: list[float] = []
        self._confidence: list[float] = []

    def add(self, relation: int, row: ClaimRow) -> None:
        """One claim behind a relation."""
        codes = self._publishers(row.publisher), self._documents(row.document), self._runs(row.run)
        for column, value in zip(self._columns, (relation, *codes, STATUS_CODE[row.modality]), strict=True):
            column.append(value)
        self._share.append(np.nan if row.share is None else row.share)
        self._confidence.append(row.confidence)

    def lists(self, began: Mapping[str, dt.datetime]) -> ClaimLists:
        """All of them; `began`: when their runs began."""
        relation, publisher, document, run = (np.array(column, dtype=np.int32) for column in self._columns[:4])
        return ClaimLists(
            relation=relation,
            publisher=publisher,
            document=document,
            run=run,
            modality=np.array(self._columns[4], dtype=np.uint8),
            share=np.array(self._share, dtype=np.float64),
            confidence=np.array(self._confidence, dtype=np.float64),
            publishers=self._publishers.names,
            documents=self._documents.names,
            runs=self._runs.names,
            began=began,
        )
