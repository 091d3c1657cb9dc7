"""One request to an OpenAI-compatible endpoint: a structured answer asked for, retried with back-off, within the budget."""

import datetime as dt
import email.utils
import random
import threading
from dataclasses import dataclass
from typing import Any, Self

import httpx
import orjson
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    sleep_using_event,
    stop_after_attempt,
    stop_when_event_set,
)

from graph_schema.errors import SettingsError, SourceUnavailable
from loaders.extraction.llm.budget import ModelBudget
from loaders.extraction.llm.prompt import answer_schema, system_prompt, user_prompt
from loaders.extraction.llm.settings import LlmSettings, StructuredOutput
from loaders.triple import Article

_TRY_AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_OUR_FAULT = {
    401: "refuses the key: set CHOKEPOINT_LLM_API_KEY",
    403: "refuses the key or the model: check CHOKEPOINT_LLM_API_KEY and CHOKEPOINT_LLM_MODEL",
    404: "knows no such address or model: check CHOKEPOINT_LLM_BASE_URL and CHOKEPOINT_LLM_MODEL",
}
_CHARACTERS_PER_TOKEN = 2.5
"""Fewer than any tokenizer needs for English, so that a reservation is not too small; Chinese is counted one by one."""
_FIRST_PAUSE_S = 0.5


class RequestRefused(Exception):
    """The endpoint will not answer this text; the message says why."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model said."""

    content: str
    complete: bool
    """False: the answer was cut off at its longest."""


class _Busy(Exception):
    """Worth another attempt."""

    def __init__(self, problem: str, *, pause_s: float | None = None, text_at_fault: bool = False) -> None:
        super().__init__(problem)
        self.pause_s = pause_s
        self.text_at_fault = text_at_fault


class LlmClient:
    """Safe to use from several threads."""

    def __init__(self, settings: LlmSettings, budget: ModelBudget) -> None:
        self._settings, self._budget = settings, budget
        self._stopped = threading.Event()
        headers = {"content-type": "application/json"}
        if settings.api_key is not None:
            headers["authorization"] = f"Bearer {settings.api_key.get_secret_value()}"
        limits = httpx.Limits(max_connections=settings.concurrency, max_keepalive_connections=settings.concurrency)
        self._http = httpx.Client(headers=headers, timeout=settings.timeout_s, limits=limits)
        self._address = settings.base_url.rstrip("/") + "/chat/completions"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._http.close()

    def stop(self) -> None:
        """Wake what waits for another attempt; it gives up."""
        self._stopped.set()

    def ask(self, article: Article, text: str) -> Completion:
        """The model's answer about `text`, a piece of `article`.

        Raises BudgetSpent; RequestRefused when this text is at fault; SettingsError when every text would be refused;
        SourceUnavailable when the endpoint does not answer after all attempts.
        """
        body = orjson.dumps(self._body(article, text))
        reserved = _tokens(body.decode()) + self._settings.answer_tokens
        attempts = Retrying(
            retry=retry_if_exception_type(_Busy),
            stop=stop_after_attempt(self._settings.attempts) | stop_when_event_set(self._stopped),
            sleep=sleep_using_event(self._stopped),
            wait=self._pause,
            reraise=True,
        )
        try:
            return attempts(self._once, body, reserved)
        except _Busy as problem:
            if problem.text_at_fault:
                raise RequestRefused(str(problem)) from None
            raise SourceUnavailable(
                f"{self._settings.base_url}: {problem}, after {self._settings.attempts} attempts"
            ) from None

    def _once(self, body: bytes, reserved: int) -> Completion:
        self._budget.reserve(reserved)
        used = 0
        try:
            response = self._http.post(self._address, content=body)
            if response.is_success:
                answer, used = _read(response, reserved)
                return answer
            raise self._problem(response)
        except httpx.TimeoutException:
            used = reserved
            raise _Busy(f"no answer within {self._settings.timeout_s:g} s") from None
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise _Busy(f"does not answer: {error}") from None
        finally:
            self._budget.settle(reserved, used)

    def _problem(self, response: httpx.Response) -> Exception:
        status = response.status_code
        if status in _OUR_FAULT:
            return SettingsError(f"{self._settings.base_url} {_OUR_FAULT[status]} (HTTP {status})")
        problem = f"the endpoint answered HTTP {status}{_reason(response)}"
        if status in _TRY_AGAIN:
            return _Busy(problem, pause_s=_retry_after(response), text_at_fault=status == 500)
        return RequestRefused(problem)

    def _pause(self, state: RetryCallState) -> float:
        """As long as the endpoint asks for, else twice as long each time, a random share of it, so that threads spread."""
        problem = state.outcome.exception() if state.outcome is not None else None
        asked = problem.pause_s if isinstance(problem, _Busy) else None
        if asked is None:
            asked = _FIRST_PAUSE_S * 2 ** (state.attempt_number - 1) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        return float(min(asked, self._settings.longest_pause_s))

    def _body(self, article: Article, text: str) -> dict[str, Any]:
        structured = self._settings.structured_output
        form: dict[str, Any] = {"type": structured}
        if structured is StructuredOutput.JSON_SCHEMA:
            form["json_schema"] = {"name": "statements", "strict": True, "schema": answer_schema()}
        return {
            "model": self._settings.model,
            "messages": [
                {"role": "system", "content": system_prompt(structured)},
                {"role": "user", "content": user_prompt(article, text)},
            ],
            "response_format": form,
            "temperature": self._settings.temperature,
            "max_tokens": self._settings.answer_tokens,
        }


def _read(response: httpx.Response, reserved: int) -> tuple[Completion, int]:
    """The answer and the tokens that it took; `reserved`, when the endpoint does not count them."""
    try:
        document = orjson.loads(response.content)
        choice = document["choices"][0]
        message, finish = choice["message"], choice.get("finish_reason")
        usage = document.get("usage") or {}
        used = int(usage.get("total_tokens", reserved))
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError, ValueError, AttributeError):
        raise _Busy("the endpoint's answer is no chat completion", text_at_fault=True) from None
    if refusal := message.get("refusal"):
        raise RequestRefused(f"the model refuses the text: {str(refusal)[:200]}")
    if finish == "content_filter":
        raise RequestRefused("the endpoint's content filter refuses the text")
    content = message.get("content")
    if not isinstance(content, str):
        raise _Busy("the model's answer is empty", text_at_fault=True)
    return Completion(content, complete=finish != "length"), used


def _reason(response: httpx.Response) -> str:
    """What the endpoint gives as the reason, shortened; it is not ours to trust."""
    try:
        error = orjson.loads(response.content)["error"]
        message = error["message"] if isinstance(error, dict) else error
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""
    return ": " + " ".join(str(message).split())[:200]


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds that the endpoint asks to wait, given as a number or as a date."""
    if (value := response.headers.get("retry-after")) is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        until = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    now = dt.datetime.now(dt.UTC)
    return max(0.0, ((until if until.tzinfo else until.replace(tzinfo=dt.UTC)) - now).total_seconds())


def _tokens(text: str) -> int:
    plain = sum(character.isascii() for character in text)
    return int(plain / _CHARACTERS_PER_TOKEN) + len(text) - plain
