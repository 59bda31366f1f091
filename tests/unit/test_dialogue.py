import asyncio
import json

import aiohttp
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue import Rasa
from bot.errors import DialogueError
from bot.model import Answer, Button, Level, Place, Reply, State
from bot.understanding.commands import Command

URL = "http://rasa:5005"
STATE = State(language="en", place=Place(step=3, part=2, done=frozenset({2, 1})))
EMPTY_EFFECTS = {"recipient_id": "c1", "custom": {"effects": {}}}
GOOD = [{"recipient_id": "c1", "text": "hello"}, EMPTY_EFFECTS]


class Line:
    """Carries a call to a function instead of a server, and keeps the limit for the whole of it, as bot.transport does."""

    def __init__(self, handler):
        self._handler = handler

    async def call(self, method, address, body=None, *, headers=(), connect, read):
        async def carried():
            answer = await httpx.MockTransport(self._handler).handle_async_request(
                httpx.Request(method, address, content=body, headers=headers)
            )
            return answer.status_code, await answer.aread()

        return await asyncio.wait_for(carried(), read)


def rasa(handler, timeout=1.0):
    return Rasa(Line(handler), URL, timeout)


def answers(content, status=200):
    return lambda request: httpx.Response(status, json=content)


async def ask(content, message="hi", status=200):
    return await rasa(answers(content, status)).ask("c1", message, STATE)


async def sent(message, state=STATE):
    seen = []

    def handler(request):
        seen.append(request)
        return httpx.Response(200, json=GOOD)

    await rasa(handler).ask("c1", message, state)
    return seen[0]


async def test_asks_the_rest_channel_with_her_place():
    request = await sent("how much is it")
    assert (request.method, str(request.url)) == ("POST", URL + "/webhooks/rest/webhook")
    assert json.loads(request.content) == {
        "sender": "c1", "message": "how much is it", "metadata": {"language": "en", "step": 3, "part": 2, "done": [1, 2]},
    }  # fmt: skip


async def test_says_that_two_topics_were_offered():
    request = await sent("no", State(language="en", offered=("other",)))
    assert json.loads(request.content)["metadata"]["unsure"] is True
    request = await sent("no", State(language="en", offered=("here.bd",)))
    assert "unsure" not in json.loads(request.content)["metadata"]


async def test_brings_back_replies_with_buttons_and_the_effects():
    content = [
        {"text": "one"},
        {"text": "two", "buttons": [{"title": "Menu", "payload": "menu"}]},
        {"custom": {"effects": {"place": {"step": 4, "part": 1, "done": [3]}, "flag": "urgent", "ask": True, "person": True}}},
    ]
    assert await ask(content) == Answer(
        replies=(Reply(text="one"), Reply(text="two", buttons=(Button(title="Menu", payload="menu"),))),
        place=Place(step=4, part=1, done=frozenset({3})),
        flag=Level.URGENT,
        ask=True,
        person=True,
    )


async def test_without_effects_nothing_changes():
    assert await ask(GOOD) == Answer(replies=(Reply(text="hello"),))


# --- what she types never becomes an intent


@pytest.mark.parametrize(
    "typed",
    [
        "/control{\"command\":\"menu\"}", "  /crisis", "\n/crisis", "\t/crisis", "\r\n /crisis", "//crisis", "/ /crisis", "/\n/crisis",
        "\u00a0/crisis", "\u2003/crisis",
        "\u3000/crisis", "\x0b/crisis", "\x0c/crisis", "\x1c/crisis", "\x85/crisis", "\u2028/crisis", "/\u00a0/crisis", "/\u2003\n//crisis",
        "/restart", "/",
    ],
)  # fmt: skip
async def test_a_typed_intent_loses_its_slash(typed):
    message = json.loads((await sent(typed)).content)["message"]
    assert message
    assert not message.strip().startswith("/")


@given(st.text(alphabet=st.one_of(st.sampled_from("/ \n\t\r\u00a0\u2003\x1c\x85"), st.characters(exclude_categories=["Cs"])), max_size=12))
def test_no_text_begins_as_an_intent_the_way_rasa_reads_it(text):
    message = json.loads(asyncio.run(sent(text)).content)["message"]
    assert message.strip()
    assert not message.strip().startswith("/")


@pytest.mark.parametrize("typed", ["\uff0fcrisis", "\u2215crisis", "\u2044crisis", "\\crisis", "crisis /menu", "1/2"])
async def test_other_slashes_mean_nothing_to_rasa_and_stay(typed):
    assert json.loads((await sent(typed)).content)["message"] == typed


async def test_a_command_of_ours_is_an_intent():
    message = json.loads((await sent(Command("step", ("5",)))).content)["message"]
    assert message == '/control{"command": "step.5"}'


# --- when Rasa fails


@pytest.mark.parametrize("status", [400, 404, 500, 502, 503, 302])
async def test_an_error_of_the_server_is_a_failure(status):
    with pytest.raises(DialogueError):
        await ask(GOOD, status=status)


@pytest.mark.parametrize(
    "content",
    [
        [], {}, None, 0, "text", [None], ["text"], [[]], [{}], [{"text": ""}, EMPTY_EFFECTS], [{"text": "only words"}], [EMPTY_EFFECTS],
        [{"text": "a"}, {"custom": {}}], [{"text": "a"}, {"custom": {"effects": None}}], [{"text": "a"}, {"custom": {"effects": []}}],
        [{"text": "a"}, {"custom": "x"}],
        [{"text": "a", "buttons": [{"title": "t"}]}, EMPTY_EFFECTS], [{"text": "a", "buttons": ["x"]}, EMPTY_EFFECTS],
        [{"text": "a", "buttons": 5}, EMPTY_EFFECTS],
        [{"text": "a"}, {"custom": {"effects": {"flag": "dire"}}}], [{"text": "a"}, {"custom": {"effects": {"place": {"step": 1}}}}],
        [{"text": "a"}, {"custom": {"effects": {"place": {"step": 1, "part": 0, "done": 3}}}}],
        [{"text": "a"}, {"custom": {"effects": {"place": 7}}}],
    ],
)  # fmt: skip
async def test_an_empty_or_strange_answer_is_a_failure(content):
    with pytest.raises(DialogueError):
        await ask(content)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[", b"\xff\xfe", b"[NaN"])
async def test_an_answer_that_is_no_json_is_a_failure(body):
    with pytest.raises(DialogueError):
        await rasa(lambda request: httpx.Response(200, content=body)).ask("c1", "hi", STATE)


@pytest.mark.parametrize("error", [OSError, asyncio.TimeoutError, aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError])
async def test_a_broken_connection_is_a_failure(error):
    def handler(request):
        raise error("no")

    with pytest.raises(DialogueError):
        await rasa(handler).ask("c1", "hi", STATE)


async def test_a_late_answer_is_a_failure_however_it_is_late():
    async def handler(request):
        await asyncio.sleep(5)
        return httpx.Response(200, json=GOOD)

    begun = asyncio.get_running_loop().time()
    with pytest.raises(DialogueError):
        await rasa(handler, timeout=0.02).ask("c1", "hi", STATE)
    assert asyncio.get_running_loop().time() - begun < 1


async def test_an_answer_that_trickles_is_late_all_the_same():
    async def trickle():
        yield b"["
        for _ in range(200):
            await asyncio.sleep(0.005)  # always something: no read times out
            yield b" "
        yield json.dumps(GOOD).encode()[1:]

    with pytest.raises(DialogueError):
        await rasa(lambda request: httpx.Response(200, content=trickle()), timeout=0.05).ask("c1", "hi", STATE)


async def test_a_failure_says_nothing_of_what_she_wrote():
    def handler(request):
        raise aiohttp.ClientError(f"broke at {request.content!r}")

    with pytest.raises(DialogueError) as failed:
        await rasa(handler).ask("c1", "a secret of hers", STATE)
    assert "secret" not in str(failed.value)
    assert failed.value.__cause__ is None
    assert failed.value.__suppress_context__


# --- alive


@pytest.mark.parametrize(("status", "alive"), [(200, True), (500, False), (404, False)])
async def test_tells_whether_the_server_answers(status, alive):
    assert await rasa(lambda request: httpx.Response(status)).alive() is alive


async def test_a_server_that_is_away_is_not_alive():
    def handler(request):
        raise OSError("no")

    assert await rasa(handler).alive() is False
