"""Parts die, hang, and come back, while people talk: nothing acknowledged is lost, nothing is answered twice, nothing leaks."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.emulators.faults import slow
from tests.house import WholeHouse, wait_for, whole_house
from tests.talking import CONTENT, Chat, flat, on_messenger, on_telegram, rows, sentence, settle

PLANTED = "zyxqamarwa"  # in no dictionary, and in what people write below
SECRET = "a-secret-of-thirty-two-characters"
ROUNDS = {"gateway": 6, "actions": 4, "rasa": 2}  # kills
SEED = 20261124


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeHouse]:
    """One of its own, that speaks of everything it would ever log. What a test below takes down it brings up again."""
    with whole_house(tmp_path_factory.mktemp("dying"), LOG_LEVEL="DEBUG", RASA_TIMEOUT="2") as running:
        yield running


def speaker(house: WholeHouse, make: Callable[[WholeHouse], Chat]) -> Chat:
    chat = make(house)
    chat.say("english")
    return chat


@pytest.fixture(params=[on_telegram, on_messenger], ids=["telegram", "messenger"])
def chat(request: pytest.FixtureRequest, house: WholeHouse) -> Chat:
    return speaker(house, request.param)


def title(step: int) -> str:
    return sentence("step_title", "en", step=step, name=CONTENT.step(step).name["en"])


def still_safe(chat: Chat) -> None:
    """What must work when the dialogue does not."""
    pid = chat.house.pid("gateway")
    assert chat.say(f"where is {PLANTED} in the contract") == sentence("rasa_down", "en")
    assert {"hotlines", "person", "menu"} <= set(chat.buttons)
    assert "1098 ·" in chat.press("hotlines")
    assert "999" in chat.say("talk to a person")
    assert chat.say("next") == sentence("rasa_down", "en")
    assert chat.say("bangla") == sentence("language", "bn")
    assert chat.say("english") == sentence("language", "en")
    assert "8 digits" in chat.say("code")
    assert chat.do(lambda: chat.user.edits(PLANTED)) == []
    assert "+880 9610 102030" in chat.say(f"amake mere felbe bolse {PLANTED}")
    assert "999" in chat.say("next"), "while she waits, a fixed text"
    assert "1098 ·" in chat.say("helpline")
    assert chat.say("you misunderstood") == sentence("menu", "en")
    assert chat.say("next") == sentence("rasa_down", "en")
    assert chat.house.pid("gateway") == pid and httpx.get(f"{chat.house.url}/healthz").is_success
    cases = rows(
        chat.house, "SELECT count(*), max(level) FROM cases WHERE state <> 'closed' GROUP BY person_id ORDER BY max(opened_at) DESC LIMIT 1"
    )
    assert cases == [(1, 3)], "one case, raised to critical by what she wrote"


def goes_on(chat: Chat) -> None:
    wait_for(lambda: chat.say("step 6").startswith(title(6)), 20, "the dialogue to go on")
    assert flat(CONTENT.step(6).sections["why"].text["en"]) in chat.say("next")


def test_actions_down(house: WholeHouse, chat: Chat) -> None:
    house.kill("actions")
    still_safe(chat)
    house.start("actions")
    goes_on(chat)


def test_rasa_that_hangs(house: WholeHouse, chat: Chat) -> None:
    os.kill(house.pid("rasa"), signal.SIGSTOP)
    try:
        begun = time.monotonic()
        assert chat.say(f"where is {PLANTED} in the contract") == sentence("rasa_down", "en")
        assert 1.5 < time.monotonic() - begun < 8
    finally:
        os.kill(house.pid("rasa"), signal.SIGCONT)
    goes_on(chat)


def answered_within(chat: Chat, text: str, seconds: float) -> None:
    before = len(chat.texts)
    chat.user.says(text)
    wait_for(lambda: len(chat.texts) > before, seconds, f"an answer within {seconds} s")


def test_danger_waits_for_nobodys_rasa(house: WholeHouse) -> None:
    """However many people wait for a Rasa that hangs."""
    her, crowd = speaker(house, on_telegram), [on_messenger(house) for _ in range(100)]
    os.kill(house.pid("rasa"), signal.SIGSTOP)
    try:
        for chat in crowd:
            chat.user.says("next")
        wait_for(lambda: not house.messenger.waiting, 20, "all to be stored")
        answered_within(her, "amake mere felbe bolse", 1.5)
        answered_within(her, "helpline", 2.5)  # sooner than the API that hangs answers anybody
    finally:
        os.kill(house.pid("rasa"), signal.SIGCONT)
    settle(house, 30)
    assert all(len(chat.texts) == 1 for chat in crowd)


def test_one_platform_waits_for_no_other(house: WholeHouse) -> None:
    """However many replies wait for an API that hangs."""
    her, crowd = speaker(house, on_telegram), [on_messenger(house) for _ in range(100)]
    house.messenger.fail("messages", *[slow(3) for _ in crowd])
    with house.messenger.batch():
        for chat in crowd:
            chat.user.says("helpline")
    wait_for(lambda: not house.messenger.waiting, 20, "all to be stored")
    time.sleep(0.5)
    answered_within(her, "helpline", 2.5)  # sooner than the API that hangs answers anybody
    settle(house, 30)
    assert all(len(chat.texts) == 1 for chat in crowd)


def test_rasa_down(house: WholeHouse) -> None:
    people = [speaker(house, make) for make in (on_telegram, on_messenger)]
    house.kill("rasa")
    for chat in people:
        still_safe(chat)
    ready = httpx.get(f"{house.url}/readyz")
    assert ready.status_code == 503 and ready.json()["checks"] == {"database": True, "rasa": False}
    house.start("rasa")
    for chat in people:
        goes_on(chat)
    wait_for(lambda: httpx.get(f"{house.url}/readyz").status_code == 200, 30, "the house to be ready again")


# What somebody sends, and how its answer begins. The first are answered by Rasa, and may get the safe reply while it is away.
STEPS = [(f"step {step}", title(step)) for step in range(1, 14)]
FIXED = [
    ("helpline", sentence("hotlines_bd", "en") + ":"),
    ("code", sentence("carry", "en", code="").partition(".")[0].strip()),
]


def repeats(answers: list[str], expected: list[tuple[str, str]]) -> int | None:
    """How many of the answers only repeat the one before, where the rest answer all that was said in order; None where they do not."""
    safe, best = sentence("rasa_down", "en"), {0: 0}  # answered so far → fewest repeats
    for index, answer in enumerate(answers):
        following: dict[int, int] = {}
        for done, extra in best.items():
            said, begins = expected[done] if done < len(expected) else ("", "\0")
            if answer.startswith(begins) or (answer == safe and said.startswith("step")):
                following[done + 1] = min(extra, following.get(done + 1, extra))
            if index and answer == answers[index - 1]:
                following[done] = min(extra + 1, following.get(done, extra + 1))
        best = following
    return best.get(len(expected))


def test_the_measure_itself() -> None:
    said = [STEPS[0], FIXED[0], STEPS[1]]
    first, second, third = (begins for _, begins in said)
    assert repeats([first, second, third], said) == 0
    assert repeats([first, second, second, third], said) == 1
    assert repeats([sentence("rasa_down", "en"), second, third], said) == 0
    for wrong in ([first, third, second], [first, second], [first, second, first, third], [first, sentence("rasa_down", "en"), third]):
        assert repeats(wrong, said) is None


class Crowd:
    """Several people on both platforms, and all that they said."""

    def __init__(self, house: WholeHouse, each: int, seed: int) -> None:
        self.house, self.random = house, random.Random(seed)
        self.people = [speaker(house, make) for make in (on_telegram, on_messenger) for _ in range(each)]
        self.said: list[list[tuple[str, str]]] = [[] for _ in self.people]

    def speaks(self, count: int, pause: float = 0.0) -> None:
        for _ in range(count):
            for chat, said in zip(self.people, self.said, strict=True):
                previous = said[-1] if said else None
                message = self.random.choice([choice for choice in (*STEPS, *FIXED) if choice != previous])
                said.append(message)
                chat.user.says(message[0])
            time.sleep(pause)

    def repeated(self) -> list[int]:
        """By person, how many answers came twice. Fails when one is missing, or out of order."""
        counts = [repeats(chat.texts[1:], said) for chat, said in zip(self.people, self.said, strict=True)]
        for count, chat, said in zip(counts, self.people, self.said, strict=True):
            assert count is not None, ([said for said, _ in said], [text[:30] for text in chat.texts[1:]])
        return [count or 0 for count in counts]


def stored_whole(house: WholeHouse) -> None:
    assert rows(house, "SELECT count(*) FROM messages WHERE direction = 'in' AND state <> 'answered'") == [(0,)]
    assert rows(house, "SELECT count(*) FROM messages WHERE direction = 'out' AND state <> 'sent'") == [(0,)]
    assert rows(house, "SELECT count(*) FROM (SELECT 1 FROM cases WHERE state <> 'closed' GROUP BY person_id HAVING count(*) > 1)") == [
        (0,)
    ]


def tries(house: WholeHouse) -> int:
    """Deliveries begun again because the gateway did not live to record the first."""
    return int(rows(house, "SELECT coalesce(sum(attempts - 1), 0) FROM messages WHERE direction = 'out'")[0][0])


def test_parts_killed_at_random_moments_of_a_long_conversation(house: WholeHouse) -> None:
    crowd, before = Crowd(house, each=3, seed=SEED), tries(house)
    kills = [part for part, count in ROUNDS.items() for _ in range(count)]
    crowd.random.shuffle(kills)
    loading: list[threading.Thread] = []
    for part in kills:
        crowd.speaks(3)
        time.sleep(crowd.random.uniform(0, 0.4))
        if part == "rasa":
            while loading:
                loading.pop().join()
        house.kill(part)
        crowd.speaks(1)
        if part == "rasa":  # takes its time; people do not wait for it
            loading.append(threading.Thread(target=house.start, args=("rasa",)))
            loading[0].start()
        else:
            house.start(part)
        crowd.speaks(1, pause=0.1)
    while loading:
        loading.pop().join()
    settle(house, 60)
    repeated = crowd.repeated()
    assert all(count <= ROUNDS["gateway"] for count in repeated)
    assert sum(repeated) <= tries(house) - before, "a repeat that no unrecorded delivery explains"
    assert all(len(said) == 5 * len(kills) for said in crowd.said)
    stored_whole(house)
    goes_on(crowd.people[0])


def test_what_was_said_while_the_gateway_was_down_is_answered_when_it_is_back(house: WholeHouse) -> None:
    crowd = Crowd(house, each=3, seed=SEED + 1)
    house.kill("gateway")
    crowd.speaks(4)
    time.sleep(0.3)
    assert house.telegram.waiting and house.messenger.waiting
    house.start("gateway")
    settle(house, 30)
    assert crowd.repeated() == [0] * 6
    stored_whole(house)


def test_a_gateway_that_is_asked_to_stop_repeats_nothing(house: WholeHouse) -> None:
    crowd, before = Crowd(house, each=3, seed=SEED + 2), tries(house)
    for _ in range(2):
        crowd.speaks(4)
        time.sleep(crowd.random.uniform(0, 0.2))
        house.end("gateway")
        crowd.speaks(1)
        house.start("gateway")
    settle(house, 30)
    assert crowd.repeated() == [0] * 6
    assert tries(house) == before
    stored_whole(house)


def test_telegram_by_webhook(house: WholeHouse) -> None:
    house.kill("gateway")
    house.set(PUBLIC_URL="https://sohojatri.example", TELEGRAM_WEBHOOK_SECRET=SECRET)
    house.start("gateway")
    try:
        webhook: Any = wait_for(lambda: house.telegram.webhook, 10, "the webhook to be set")
        assert (webhook.url, webhook.secret) == ("https://sohojatri.example/webhooks/telegram", SECRET)
        webhook.url = f"{house.url}/webhooks/telegram"  # where the proxy with https would send it on to
        crowd = Crowd(house, each=3, seed=SEED + 3)
        update = crowd.people[0].user.says("step 3")
        crowd.said[0].append(STEPS[2])
        settle(house)
        house.telegram.repeat(update)
        crowd.speaks(3)
        house.kill("gateway")
        crowd.speaks(1)
        time.sleep(0.2)
        house.start("gateway")
        webhook = wait_for(lambda: house.telegram.webhook is not webhook and house.telegram.webhook, 10, "the webhook to be set again")
        webhook.url = f"{house.url}/webhooks/telegram"
        crowd.speaks(1)
        settle(house, 30)
        assert max(crowd.repeated()) <= 1
        assert len(house.telegram.answered) == len(house.telegram.called("answerCallbackQuery"))
        _refuses(house)
        stored_whole(house)
    finally:
        house.kill("gateway")
        house.set(PUBLIC_URL="", TELEGRAM_WEBHOOK_SECRET="")
        house.start("gateway")
    wait_for(lambda: house.telegram.webhook is None, 10, "the webhook to be taken away")
    goes_on(crowd.people[0])


def _refuses(house: WholeHouse) -> None:
    address, before = f"{house.url}/webhooks/telegram", rows(house, "SELECT count(*) FROM messages")
    chat = {"id": 666_000_666, "type": "private"}
    update = {
        "update_id": 9_000_001,
        "message": {
            "message_id": 1,
            "date": 1,
            "chat": chat,
            "from": {"id": 666_000_666, "is_bot": False, "first_name": PLANTED},
            "text": PLANTED,
        },
    }
    assert httpx.post(address, json=update).status_code == 403
    for wrong in ("", "x", SECRET[:-1], SECRET + "x", SECRET.upper()):
        assert httpx.post(address, json=update, headers={"X-Telegram-Bot-Api-Secret-Token": wrong}).status_code == 403
    right = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    for broken in (b"", b"{", b"[]", b"7", f'{{"update_id": "{PLANTED}"}}'.encode(), b"[" * 100_000):
        assert httpx.post(address, content=broken, headers=right).status_code == 400
    assert httpx.post(address, content=b" " * (1024 * 1024 + 1), headers=right).status_code == 413
    group = {"update_id": 9_000_002, "message": {**update["message"], "chat": {"id": -5, "type": "group", "title": PLANTED}}}  # type: ignore[dict-item]
    assert httpx.post(address, json=group, headers=right).status_code == 200
    assert rows(house, "SELECT count(*) FROM messages") == before


def test_nothing_of_all_this_can_be_read_in_logs_or_database(house: WholeHouse) -> None:
    chat = speaker(house, on_telegram)
    contact: dict[str, Any] = {"contact": {"phone_number": "+8801555000111", "first_name": PLANTED}}
    house.telegram.push(message=chat.user._message(**contact))  # type: ignore[union-attr]
    settle(house)
    chat.do(lambda: chat.user.starts(PLANTED))  # type: ignore[union-attr]
    chat.do(lambda: chat.user.sends("photo", PLANTED))  # type: ignore[union-attr, call-arg]
    messenger = speaker(house, on_messenger)
    messenger.do(lambda: messenger.user.says(PLANTED, quick_reply={"payload": PLANTED}))
    logs = house.logs()
    assert "Rasa failed" in logs, "the failures above are in them"
    found = {path: path.read_bytes().lower() for path in house.folder.rglob("*") if path.is_file() and path.name != "keys"}
    assert any(path.suffix == ".db" for path in found) and any(path.suffix == ".log" for path in found)
    ids = [str(person) for person in (*house.telegram.users, *house.messenger.users)]
    assert len(ids) > 20
    words = [PLANTED, "mere felbe", "kill me tonight", "rahima", "1555000111", "666000666", *ids]
    secrets = [house.telegram.token, house.messenger.page_token, house.messenger.app_secret, SECRET]
    for path, content in found.items():
        for word in (*words, *secrets):
            for spelled in {word.lower().encode(), word.lower().encode("utf-16-le"), word.lower().encode("utf-16-be")}:
                assert spelled not in content, f"{word} is readable in {path.name}"
