"""Settings of the language-model extractor, read once from the environment and handed down."""

from enum import StrEnum

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class StructuredOutput(StrEnum):
    """How the endpoint is told which form to answer in."""

    JSON_SCHEMA = "json_schema"
    """The schema is sent and the endpoint keeps to it."""
    JSON_OBJECT = "json_object"
    """The endpoint only promises JSON; the schema stands in the prompt."""


class LlmSettings(BaseSettings):
    """Which model reads, and what it may cost."""

    model_config = SettingsConfigDict(env_prefix="CHOKEPOINT_LLM_", frozen=True, use_attribute_docstrings=True)

    base_url: str = Field(pattern=r"^https?://.+")
    """Address of an OpenAI-compatible API, as far as `/chat/completions` is added to it, e.g. http://127.0.0.1:11434/v1."""
    model: str = Field(min_length=1)
    """Name of the model, as the endpoint knows it."""
    api_key: SecretStr | None = None
    """Key of the endpoint; local ones often need none."""
    structured_output: StructuredOutput = StructuredOutput.JSON_SCHEMA
    """How the form of the answer is asked for: `json_schema`, or `json_object` for endpoints that know no schemas."""
    concurrency: int = Field(default=4, ge=1, le=256)
    """Requests under way at once."""
    request_budget: int | None = Field(default=None, ge=1)
    """Most requests of one run, retries included; texts beyond it are refused by name. Empty: no limit."""
    token_budget: int | None = Field(default=None, ge=1)
    """Most tokens of one run, prompts and answers together; texts beyond it are refused by name. Empty: no limit."""
    timeout_s: float = Field(default=120.0, gt=0)
    """Longest wait for one answer, in seconds."""
    attempts: int = Field(default=5, ge=1, le=20)
    """How often one request is sent before its text is refused or, where nothing answers, the run stops."""
    longest_pause_s: float = Field(default=60.0, gt=0)
    """Longest pause between two attempts, in seconds, also where the endpoint asks for a longer one."""
    chunk_characters: int = Field(default=6_000, ge=200, le=200_000)
    """Longest piece of a text that is sent at once."""
    answer_tokens: int = Field(default=4_096, ge=64)
    """Longest answer, in tokens; a piece whose answer is cut off is halved and sent again."""
    unsure_below: float = Field(default=0.7, ge=0.0, le=1.0)
    """With `--extractor reader+llm`, the model is asked about sentences with a statement less sure than this."""
    temperature: float = Field(default=0.0, ge=0.0, le=2.0)
    """Randomness of the answer."""
