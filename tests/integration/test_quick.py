"""What is spared Rasa changes nothing of what it answers: the trained model, as Rasa runs it and as we do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from aiohttp import ClientConnectionError, web
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.nlu import quick
from bot.nlu.quick import KeptOpen, hurry
from bot.nlu.silence import silence
from bot.training import MODEL

TEXTS = ("পাসপোর্ট করতে কত টাকা", "smart card koi pabo", "next", "hello", "asdf qwer", "/control", '/control{"command": "step.5"}', ".")
PATCHED = (
    (RemoteAction, "_validate_action_result"), (Event, "resolve_by_type"), (DaskGraphRunner, "run"), (Domain, "is_empty"),
    (RulePolicy, "_rule_key_to_state"), (RulePolicy, "_find_action_from_rules"),
)  # fmt: skip


@pytest.fixture
def hurried() -> Iterator[None]:
    """For one test only: other tests get Rasa as it is."""
    silence()
    before = [(owner, name, owner.__dict__[name]) for owner, name in PATCHED]
    hurry()
    yield
    for owner, name, value in before:
        setattr(owner, name, value)
    structlog.configure(**{**structlog.get_config(), "cache_logger_on_first_use": False})


@pytest.fixture(scope="module")
def agent() -> Agent:
    silence()
    return Agent.load(str(MODEL))


async def _understood(agent: Agent) -> list[dict[str, Any]]:
    return [await agent.parse_message(text) for text in TEXTS]


def _decided(agent: Agent) -> list[tuple[Any, ...]]:
    """What the policies choose for each intent, then after what they chose, at the first turn and at a later one."""
    found = []
    for intent in agent.domain.intents:
        tracker = DialogueStateTracker.from_events("x", [ActionExecuted(ACTION_LISTEN_NAME)], domain=agent.domain)
        for _ in range(2):
            tracker.update(UserUttered("something", intent={"name": intent, "confidence": 0.9}), agent.domain)
            for _ in range(2):
                prediction = agent.processor._predict_next_with_tracker(tracker)  # type: ignore[union-attr]
                action = agent.domain.action_names_or_texts[prediction.max_confidence_index]
                found.append((intent, action, tuple(prediction.probabilities), prediction.policy_name, prediction.is_end_to_end_prediction))
                tracker.update(ActionExecuted(action), agent.domain)
    return found


@pytest.fixture(scope="module")
def plain(agent: Agent) -> tuple[Any, Any]:
    return asyncio.run(_understood(agent)), _decided(agent)


async def test_messages_are_understood_and_answered_as_before(agent: Agent, plain: tuple[Any, Any], hurried: None) -> None:
    understood, decided = plain
    assert await _understood(agent) == understood
    assert _decided(agent) == decided
    assert {action for _, action, *_ in decided} >= {"action_control", "action_step_question", "action_topic", "action_listen"}


def test_no_rule_of_ours_reads_texts(agent: Agent, plain: Any, hurried: None) -> None:
    _decided(agent)
    policies = [
        node._component for node in agent.processor.graph_runner._instantiated_nodes.values() if isinstance(node._component, RulePolicy)
    ]  # type: ignore[union-attr]
    assert [quick._only_intents(policy) for policy in policies] == [True]


LISTEN = {"prev_action": {"action_name": "action_listen"}}


@pytest.mark.parametrize(
    ("end", "unhappy", "expected"),
    [
        ({"user": {"intent": "greet"}, **LISTEN}, {}, True),
        ({"prev_action": {"action_name": "action_topic"}}, {}, True),
        ({"user": {"text": "hello"}, **LISTEN}, {}, False),
        ({"slots": {"a": [1.0]}, **LISTEN}, {}, False),
        ({"slots": {"a": [1.0]}}, {}, False),
        ({"user": {"intent": "greet"}, **LISTEN}, {"some": "rule"}, False),
    ],
)
def test_texts_are_compared_where_a_rule_could_fit_them(end: dict[str, Any], unhappy: dict[str, str], expected: bool) -> None:
    policy = RulePolicy.__new__(RulePolicy)
    policy.lookup = {RULES: {json.dumps([{}, end]): "action_x"}, RULES_FOR_LOOP_UNHAPPY_PATH: unhappy}
    assert quick._only_intents(policy) is expected


def _runner(nodes: dict[str, tuple[Any, tuple[str, ...]]]) -> Any:
    """A runner of plain functions: name → (function, names of what it needs)."""
    runner = DaskGraphRunner.__new__(DaskGraphRunner)
    schema = {
        name: SchemaNode(needs={need: need for need in needs}, uses=object, constructor_name="", fn="", config={}, is_target=name == "end")
        for name, (_, needs) in nodes.items()
    }
    runner._graph_schema, runner._execution_context = GraphSchema(schema), None
    runner._instantiated_nodes = {name: (lambda *given, n=name, f=function: (n, f(*given))) for name, (function, _) in nodes.items()}
    return runner


@pytest.mark.parametrize("run", [DaskGraphRunner.run, quick._run], ids=["dask", "ours"])
def test_a_graph_runs_in_order_and_once(run: Any) -> None:
    calls: list[str] = []

    def node(name: str) -> Any:
        return lambda *given: calls.append(name) or f"{name}({', '.join(str(value[1]) for value in given)})"

    runner = _runner(
        {
            "end": (node("end"), ("b", "c")),
            "c": (node("c"), ("a",)),
            "b": (node("b"), ("a",)),
            "a": (node("a"), ("in",)),
            "z": (node("z"), ()),
        }
    )
    assert run(runner, inputs={"in": 1}) == {"end": "end(b(a(1)), c(a(1)))"}
    assert sorted(calls) == ["a", "b", "c", "end"]
    assert run(runner, inputs={"in": 2}, targets=["c"]) == {"c": "c(a(2))"}


@pytest.mark.parametrize("run", [DaskGraphRunner.run, quick._run], ids=["dask", "ours"])
def test_a_node_gets_the_name_of_what_nobody_gives_and_its_errors_come_through(run: Any) -> None:
    def broken(*given: Any) -> None:
        raise {"no": RuntimeError, "in": ValueError}[given[0] if isinstance(given[0], str) else given[0][0]]

    runner = _runner({"end": (broken, ("no",))})
    with pytest.raises(GraphRunError):
        run(runner, inputs={})
    with pytest.raises(ValueError):
        run(_runner({"end": (broken, ("in",))}), inputs={"in": 1})


async def test_calls_to_the_action_server_share_a_connection_and_outlive_its_restart() -> None:
    peers: set[Any] = set()

    async def answer(request: web.Request) -> web.Response:
        peers.add(request.transport.get_extra_info("peername"))  # type: ignore[union-attr]
        return web.json_response({"events": [], "got": await request.json()})

    async def serve(port: int) -> tuple[web.AppRunner, int]:
        app = web.Application()
        app.router.add_post("/webhook", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port, reuse_address=True)
        await site.start()
        return runner, site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]

    runner, port = await serve(0)
    endpoint = KeptOpen.like(EndpointConfig(f"http://127.0.0.1:{port}/webhook", selective_domain=True))
    assert endpoint.kwargs == {"selective_domain": True}
    for number in range(3):
        assert await endpoint.request(json=number, method="post") == {"events": [], "got": number}
    assert len(peers) == 1
    await runner.cleanup()
    with pytest.raises(ClientConnectionError):
        await endpoint.request(json=3, method="post")
    runner, _ = await serve(port)
    assert await endpoint.request(json=4, method="post") == {"events": [], "got": 4}
    await endpoint.close()
    await runner.cleanup()
