"""Settings of the service: where it listens and how much work one question may cause."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """How the service listens and what it grants; `limits` publishes the caps to clients."""

    model_config = SettingsConfigDict(env_prefix="CHOKEPOINT_SERVICE_", frozen=True, use_attribute_docstrings=True)

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = Field(default=8000, ge=0, le=65535)
    """Port to listen on."""
    allowed_hosts: tuple[str, ...] = ()
    """Host names under which the service is reached, as a JSON list, beside addresses, `localhost` and names without a dot;
    `["*.example.org"]` admits all below one, `["*"]` any, which lets web pages of others in (DNS rebinding)."""
    cors_origins: tuple[str, ...] = ()
    """Origins of web pages that may call the API from a browser, as a JSON list; `["*"]` admits all."""
    graphiql: bool = True
    """Whether a browser that opens /graphql gets GraphiQL."""
    explorer: bool = True
    """Whether / is the explorer; otherwise it leads to /graphql."""
    access_log: bool = True
    """Whether each request is a line of the log; what probes ask for is none."""
    metrics: bool = True
    """Whether /metrics tells Prometheus how the service fares; a proxy should keep it from the public."""

    max_depth: int = Field(default=8, ge=1, le=20)
    """Most hops of a path that a question may ask for."""
    max_paths: int = Field(default=100, ge=1)
    """Most paths in one answer."""
    max_expansions: int = Field(default=200_000, ge=1)
    """Most relations that one path question may look at."""
    timeout_ms: int = Field(default=5_000, ge=1)
    """Time for a path question that asks for none, in milliseconds."""
    max_timeout_ms: int = Field(default=30_000, ge=1)
    """Longest that one path question may take, in milliseconds."""
    index: bool = True
    """Whether the graph is also held in memory, where path questions are answered many times faster; until it is read, and for
    what it does not know, the database answers."""
    index_megabytes: int = Field(default=2_000, ge=1)
    """Most memory that the index may take, in MB: about 40 bytes for each relation, 120 for each entity, 30 for each claim.
    Claims that find no room are left out, and filters on them go to the database; a larger graph gets no index."""
    index_poll_seconds: float = Field(default=0.5, ge=0.05)
    """How often the index asks the database whether the graph has changed, in seconds."""
    index_stale_seconds: float = Field(default=2.0, ge=0)
    """How far an answer of the index may lie behind what other processes write, in seconds: so long it answers without asking the
    database. What was written through this service, or what it has told of, is in its next answer. 0: the database is always
    asked."""
    index_max_expansions: int = Field(default=50_000_000, ge=1)
    """Most relations that the index looks at for one question that does not ask for fewer than `max_expansions`."""
    path_concurrency: int = Field(default=8, ge=1)
    """Path questions worked on at the same time; others wait for their turn, on their own budget of time."""
    path_queue: int = Field(default=64, ge=0)
    """Path questions that may wait for their turn; further ones are refused with SERVICE_BUSY."""
    hub_degree: int = Field(default=1_000, ge=1)
    """Number of relations from which on an entity counts as a hub, unless the question says otherwise."""

    max_page: int = Field(default=200, ge=1)
    """Most items of one page of a list."""
    max_ids: int = Field(default=200, ge=1)
    """Most ids or names in one argument."""
    max_query_depth: int = Field(default=24, ge=3)
    """Deepest nesting of fields in a GraphQL document."""
    max_query_cost: int = Field(default=100_000, ge=1)
    """Most points that a GraphQL document may cost; one is about 10 µs of work."""
    max_query_seconds: float = Field(default=60.0, gt=0)
    """Longest that a GraphQL query may take as a whole, in seconds."""
    reads_per_query: int = Field(default=4, ge=1)
    """Reads of the database that one GraphQL operation may have under way at the same time; further ones wait."""
    max_document_bytes: int = Field(default=50_000, ge=1_000)
    """Largest GraphQL document, in bytes, its variables apart."""
    max_document_tokens: int = Field(default=5_000, ge=100)
    """Most tokens of a GraphQL document."""
    max_root_fields: int = Field(default=50, ge=1)
    """Most fields at the top of a GraphQL operation."""
    max_aliases: int = Field(default=200, ge=0)
    """Most aliases in a GraphQL document."""
    max_directives: int = Field(default=100, ge=0)
    """Most directives in a GraphQL document."""
    max_request_bytes: int = Field(default=1_000_000, ge=1_000)
    """Largest request body, in bytes."""

    poll_seconds: float = Field(default=1.0, ge=0.05)
    """How often the database is asked for changes while subscriptions are open, in seconds."""
    max_subscribers: int = Field(default=200, ge=1)
    """Subscriptions open at the same time, over all clients."""
    max_watched_relations: int = Field(default=2_000, ge=1)
    """Most relations that the entities of one subscription may have."""
    heartbeat_seconds: float = Field(default=12.0, ge=0.05)
    """How often an open stream is told that the service lives, in seconds; must be shorter than proxies wait."""

    introspection: bool = True
    """Whether clients may ask for the schema; GraphiQL and tools need it."""
    suggestions: bool = True
    """Whether errors of validation suggest names of fields and arguments."""
    trusted_documents: Path | None = None
    """JSON file of the GraphQL documents that clients may send, {sha256 of the document: document}."""
    trusted_only: bool = False
    """Refuse every document that neither `trusted_documents` lists nor comes with the service."""
    ask_model_url: str | None = Field(default=None, pattern=r"^https?://.+")
    """Address of an OpenAI-compatible API, as far as `/chat/completions` is added to it, whose model reads questions in words
    that no form fits; it is sent the questions. Empty: such questions are refused."""
    ask_model: str | None = None
    """Name of that model, as the endpoint knows it."""
    ask_model_key: SecretStr | None = None
    """Key of that endpoint; local ones often need none."""
    ask_model_seconds: float = Field(default=20.0, gt=0)
    """Longest wait for that model, in seconds."""
    write_token: SecretStr | None = None
    """Token that a client must send to change the graph (`Authorization: Bearer …`); none: nobody may."""
    cache_seconds: int = Field(default=5, ge=0)
    """How long a client may reuse the answer to a GET without asking again, in seconds."""
