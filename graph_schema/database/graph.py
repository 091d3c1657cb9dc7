"""The one place that opens transactions: `read` and `write` alone know database, access mode, timeouts, retries."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Concatenate, ParamSpec, TypeVar, cast

from neo4j import (
    AsyncDriver,
    AsyncGraphDatabase,
    AsyncManagedTransaction,
    AsyncSession,
    NotificationDisabledClassification,
    unit_of_work,
)
from neo4j.exceptions import AuthError, ClientError, ConfigurationError, DriverError, Neo4jError

from graph_schema.correlation import transaction_metadata
from graph_schema.database.breaker import Breaker
from graph_schema.database.commits import SeenCommits
from graph_schema.database.observed import ObservedTransaction, SlowQueries
from graph_schema.errors import (
    DeadlineExceeded,
    GraphError,
    GraphUnauthorized,
    GraphUnavailable,
    QuestionError,
    SettingsError,
)
from graph_schema.settings import GraphSettings
from graph_schema.spelling import one_line

P = ParamSpec("P")
T = TypeVar("T")

_TIMED_OUT = "Neo.ClientError.Transaction.TransactionTimedOut"
_GRACE_S = 1.0
"""The server is asked to stop first; the client gives up this much later."""

_share: ContextVar[asyncio.Semaphore | None] = ContextVar("share", default=None)


@contextmanager
def share_of_reads(most: int) -> Iterator[None]:
    """Inside, this task and those that it starts have at most so many reads under way; more wait for one another.

    A read must not start another and wait for it.
    """
    token = _share.set(asyncio.Semaphore(most))
    try:
        yield
    finally:
        _share.reset(token)


_ALIVE_S = 1.0
_RETRY_TIME_S, _RETRY_DELAY_S = 0.0, 0.2
"""One retry: the driver counts the time for retries from the end of the first try."""


class Graph:
    """A database and how to reach it. Make one with `Graph.connect` and share it: it pools its connections."""

    def __init__(
        self,
        driver: AsyncDriver,
        settings: GraphSettings,
        *,
        breaker: Breaker | None = None,
        slow_queries: SlowQueries | None = None,
        seen: SeenCommits | None = None,
    ) -> None:
        self._driver = driver
        self.settings = settings
        self._breaker = breaker
        self.slow_queries = slow_queries
        self._seen = seen or SeenCommits()

    def guarded(self) -> "Graph":
        """The same graph for those who cannot wait: a read that fails is tried once more, and while the database does not
        answer reads are refused at once."""
        return Graph(self._driver, self.settings, breaker=Breaker(), slow_queries=self.slow_queries, seen=self._seen)

    def telling_slow_queries(self) -> "Graph":
        """The same graph, which logs queries that take long."""
        slow_queries = SlowQueries(self.settings.slow_query_s)
        return Graph(self._driver, self.settings, breaker=self._breaker, slow_queries=slow_queries, seen=self._seen)

    @property
    def answers(self) -> bool:
        """Whether the database answered lately, as far as a guarded graph knows."""
        return self._breaker is None or not self._breaker.open

    @classmethod
    @asynccontextmanager
    async def connect(cls, settings: GraphSettings) -> AsyncIterator["Graph"]:
        """Connect to `settings.uri` and make sure that it answers.

        Raises SettingsError without a URI, GraphUnavailable, GraphUnauthorized.
        """
        if settings.uri is None or settings.password is None:
            raise SettingsError("no database address and password were given")
        try:
            driver = AsyncGraphDatabase.driver(
                settings.uri,
                auth=(settings.user, settings.password.get_secret_value()),
                connection_timeout=settings.connect_timeout_s,
                connection_acquisition_timeout=settings.connect_timeout_s + 5,
                max_transaction_retry_time=15,
                user_agent="chokepoint",
                notifications_disabled_classifications=[
                    NotificationDisabledClassification.PERFORMANCE,
                    NotificationDisabledClassification.SCHEMA,
                    NotificationDisabledClassification.UNRECOGNIZED,
                ],
            )
        except (ConfigurationError, ValueError) as error:
            raise SettingsError(f"CHOKEPOINT_NEO4J_URI {settings.uri!r}: {error}") from error
        async with driver:
            graph = cls(driver, settings)
            await graph.verify()
            yield graph

    async def verify(self) -> None:
        """Return once the server has answered. Raises GraphUnavailable, GraphUnauthorized."""
        with self._errors():
            try:
                async with asyncio.timeout(self.settings.connect_timeout_s + _GRACE_S), self._session() as session:
                    await (await session.run("RETURN 1")).consume()
            except TimeoutError as error:
                raise GraphUnavailable(
                    f"no answer from {self.settings.uri} in {self.settings.connect_timeout_s:g} s"
                ) from error

    async def read(
        self, work: Callable[Concatenate[AsyncManagedTransaction, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work(tx, …)` in a READ transaction: the server refuses writes in it, a cluster spreads it over replicas.

        Raises DeadlineExceeded after `read_timeout_s`, GraphUnavailable, GraphError.
        """
        return await self.read_within(self.settings.read_timeout_s, work, *args, **kwargs)

    async def read_within(
        self,
        seconds: float,
        work: Callable[Concatenate[AsyncManagedTransaction, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """`read` with a deadline of its own, in seconds; it holds on both sides of the wire."""
        breaker = self._breaker
        if breaker is not None:
            breaker.check()
        try:
            with self._errors():
                async with (
                    _share.get() or nullcontext(),
                    asyncio.timeout(seconds + _GRACE_S),
                    self._session() as session,
                ):
                    result = await session.execute_read(self._observed(seconds, work), *args, **kwargs)
        except GraphUnavailable:
            if breaker is not None:
                breaker.failed()
            raise
        except DeadlineExceeded as error:
            if breaker is None or await self._lives():
                raise
            breaker.failed()
            raise GraphUnavailable(f"no answer from {self.settings.uri}") from error
        if breaker is not None:
            breaker.succeeded()
        return result

    async def write(
        self, work: Callable[Concatenate[AsyncManagedTransaction, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work(tx, …)` in one WRITE transaction; it is retried on transient failures, so it must be repeatable.

        Raises DeadlineExceeded after `write_timeout_s`, GraphUnavailable, GraphError.
        """
        seconds = self.settings.write_timeout_s
        with self._errors():
            async with self._session() as session:
                return await session.execute_write(self._observed(seconds, work), *args, **kwargs)

    def _observed(
        self, seconds: float, work: Callable[Concatenate[AsyncManagedTransaction, P], Awaitable[T]]
    ) -> Callable[Concatenate[AsyncManagedTransaction, P], Awaitable[T]]:
        """The work, its queries timed, in a transaction that says for whom it is and ends after `seconds`."""

        @unit_of_work(transaction_metadata(), seconds)
        async def timed(tx: AsyncManagedTransaction, /, *args: P.args, **kwargs: P.kwargs) -> T:
            observed = ObservedTransaction(tx, self.slow_queries)
            try:
                return await work(cast("AsyncManagedTransaction", observed), *args, **kwargs)
            finally:
                observed.close()

        return timed

    def _session(self) -> AsyncSession:
        if self._breaker is None:
            return self._driver.session(database=self.settings.database, bookmark_manager=self._seen.manager)
        # Both are settings of the driver by its documentation; a session takes them too.
        return self._driver.session(
            database=self.settings.database,
            bookmark_manager=self._seen.manager,
            max_transaction_retry_time=_RETRY_TIME_S,
            initial_retry_delay=_RETRY_DELAY_S,
        )

    async def _lives(self) -> bool:
        """Whether the database answers the simplest question at once."""
        try:
            async with asyncio.timeout(_ALIVE_S), self._session() as session:
                await (await session.run("RETURN 1")).consume()
        except (TimeoutError, DriverError, Neo4jError, OSError):
            return False
        return True

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn the driver's errors into ours."""
        try:
            yield
        except TimeoutError as error:
            raise DeadlineExceeded("the database did not answer in time") from error
        except UnicodeEncodeError as error:
            raise QuestionError(f"a text is no valid Unicode: {one_line(error.object)[:100]}") from error
        except AuthError as error:
            raise GraphUnauthorized(
                f"{self.settings.uri} refuses user {self.settings.user!r}: check the password"
            ) from error
        except ClientError as error:
            if str(error.code).startswith(_TIMED_OUT):
                raise DeadlineExceeded("the database stopped a transaction that ran too long") from error
            raise GraphError(_first_line(error)) from error
        except Neo4jError as error:
            if not error.is_retryable():
                raise GraphError(_first_line(error)) from error
            self._seen.forget()
            raise GraphUnavailable(_first_line(error)) from error
        except (DriverError, OSError) as error:
            self._seen.forget()
            raise GraphUnavailable(f"no Neo4j answers at {self.settings.uri}: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    message = getattr(error, "message", None) or str(error)
    return str(message).splitlines()[0] if message else type(error).__name__
