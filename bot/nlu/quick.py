"""Spares Rasa 3.6.21 what it does anew in every turn, measured at a third of a turn's time in it. What it answers stays the same."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import jsonschema
import structlog
from aiohttp import ClientSession
from rasa.core.actions.action import RemoteAction
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, USER
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.nlu.constants import ACTION_NAME, INTENT
from rasa.utils.endpoints import EndpointConfig


def hurry() -> None:
    """For the whole process; call it after structlog is configured and before the model is loaded."""
    _check_schema_once()
    Event.resolve_by_type = staticmethod(cache(Event.resolve_by_type))  # it walks through all classes of events, for each event read
    DaskGraphRunner.run = _run
    Domain.is_empty = _is_empty
    RulePolicy._rule_key_to_state = staticmethod(cache(RulePolicy._rule_key_to_state))  # JSON, read for every rule and turn compared
    RulePolicy._find_action_from_rules = _unless_no_rule_reads_text(RulePolicy._find_action_from_rules)
    structlog.configure(**{**structlog.get_config(), "cache_logger_on_first_use": True})


class KeptOpen(EndpointConfig):
    """An endpoint that keeps its connections, where Rasa opens one for each call."""

    _session: ClientSession | None = None

    @classmethod
    def like(cls, other: EndpointConfig) -> KeptOpen:
        return cls(other.url, other.params, other.headers, other.basic_auth, other.token, other.token_name, other.cafile, **other.kwargs)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[ClientSession]:
        if self._session is None:
            self._session = super().session()
        yield self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def _check_schema_once() -> None:
    """Rasa checks the schema of action results, itself and not only a result, with every call."""
    schema = RemoteAction.action_response_format_spec()
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema)

    def validate(self: RemoteAction, result: dict[str, object]) -> bool:
        validator.validate(result)
        return True

    RemoteAction._validate_action_result = validate


def _is_empty(self: Domain) -> bool:
    """Asked for every message; the answer takes the whole domain as a dictionary, twice. A served domain does not change."""
    if "_is_empty" not in self.__dict__:
        self.__dict__["_is_empty"] = self.as_dict() == Domain.empty().as_dict()
    return bool(self.__dict__["_is_empty"])


def _unless_no_rule_reads_text(find: Callable[..., tuple[str | None, str | None, bool]]) -> Callable[..., Any]:
    """Rasa compares each message with all rules twice: by its text, for rules that quote what is said, then by its intent."""

    def find_action(self: RulePolicy, tracker: Any, domain: Domain, use_text_for_last_user_input: bool) -> Any:
        if use_text_for_last_user_input and _only_intents(self):
            return None, None, False
        return find(self, tracker, domain, use_text_for_last_user_input)

    return find_action


def _only_intents(policy: RulePolicy) -> bool:
    """Whether the text of a message can fit none of its rules: each ends with an intent, or with an action after which nobody is heard."""
    if "_only_intents" not in policy.__dict__:
        ends = [policy._rule_key_to_state(key)[-1] for key in policy.lookup[RULES]]
        fit = [state for state in ends if INTENT not in state.get(USER, {}) and _listened(state)]
        policy.__dict__["_only_intents"] = not fit and not policy.lookup[RULES_FOR_LOOP_UNHAPPY_PATH]
    return bool(policy.__dict__["_only_intents"])


def _listened(state: dict[str, Any]) -> bool:
    return state.get(PREVIOUS_ACTION, {}).get(ACTION_NAME) in (None, ACTION_LISTEN_NAME)


def _run(self: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
    """Runs the nodes one after another. dask does the same, by way of a scheduler, a queue and an executor made for each run."""
    wanted = tuple(targets or self._graph_schema.target_names)
    results = {name: (name, value) for name, value in (inputs or {}).items()}
    try:
        for name, needs in _plan(self, wanted):
            # A node gets the bare name of what nobody gives it, as from dask, and says so itself.
            results[name] = self._instantiated_nodes[name](*(results.get(need, need) for need in needs))
    except RuntimeError as error:
        raise GraphRunError("Error running runner.") from error
    return {name: results[name][1] for name in wanted}


def _plan(runner: DaskGraphRunner, targets: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """The nodes that the targets need, each with its needs and after them; kept with the runner."""
    plans: dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]] = runner.__dict__.setdefault("_plans", {})
    if targets not in plans:
        schema = runner._graph_schema.minimal_graph_schema(list(targets))
        plans[targets] = [(name, tuple(schema.nodes[name].needs.values())) for name in _in_order(schema)]
    return plans[targets]


def _in_order(schema: GraphSchema) -> list[str]:
    order: dict[str, None] = {}

    def visit(name: str) -> Iterator[str]:
        if name in schema.nodes and name not in order:
            for need in schema.nodes[name].needs.values():
                yield from visit(need)
            order[name] = None
            yield name

    return [name for start in schema.nodes for name in visit(start)]
