"""The staff's Telegram group over the emulated Bot API: a topic for each case, in which only linked people take it, answer, pass it on and close
it; and nothing written there ever becomes a message of hers. Rasa is not running."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bot.relaying import load_wording
from bot.staff import Role
from bot.storage import Accounts, Casework, Database
from tests.emulators.messenger_api import MessengerApi
from tests.emulators.telegram_api import TelegramApi
from tests.emulators.telegram_group import Member, StaffGroup
from tests.house import WholeHouse, wait_for
from tests.talking import Chat, on_telegram, rows, sealer

GROUP = -1009876543210
PLANTED = "zyxqamarwa"
SAID = f"he locked me in the room, {PLANTED}"
WORDS = load_wording("en")
DANGER = "i want to die"


@dataclass
class Staffed:
    house: WholeHouse
    group: StaffGroup
    accounts: Accounts
    apas: dict[str, Member]
    ids: dict[str, str]

    def told(self, topic: int) -> list[str]:
        return [sent.text for sent in self.group.told(topic)]

    def hears(self, topic: int, text: str, seconds: float = 8.0) -> None:
        wait_for(lambda: any(text in said for said in self.told(topic)), seconds, f"{text!r} in the topic")

    def disclosed(self, said: str = SAID) -> tuple[Chat, int]:
        """Somebody tells of danger; the topic of her case."""
        before = set(self.group.topics)
        chat = on_telegram(self.house)
        chat.user.says(said)
        wait_for(lambda: set(self.group.topics) - before, 8, "a topic")
        (topic,) = set(self.group.topics) - before
        wait_for(lambda: self.group.told(topic), 5, "the card")
        return chat, topic

    def popup(self) -> str:
        """What was told over the last pressed button."""
        return next((str(call.params.get("text", "")) for call in reversed(self.house.telegram.called("answerCallbackQuery"))), "")

    def takes(self, name: str, topic: int) -> None:
        self.apas[name].presses("accept", topic)
        self.hears(topic, WORDS.texts["held"].partition("\n")[0])


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staffed]:
    with TelegramApi() as telegram, MessengerApi() as messenger:
        group = telegram.group(GROUP, forum=True)
        more = {"STAFF_TELEGRAM_CHAT_ID": str(GROUP), "STAFF_TELEGRAM_RELAY": "1", "ALERT_LANGUAGE": "en"}
        house = WholeHouse(tmp_path_factory.mktemp("group"), telegram, messenger, **more)
        try:
            house.start("gateway")
            database = Database(f"sqlite:///{house.folder / 'sohojatri.db'}")
            accounts = Accounts(database, sealer(house))
            made = Staffed(house, group, accounts, {}, {})
            for number, (name, role) in enumerate((("ann", Role.COUNSELLOR), ("bea", Role.COUNSELLOR), ("sue", Role.SUPERVISOR)), 501):
                staff, _ = accounts.add(None, login=name, name=name.title(), role=role, team="", language="en")
                made.apas[name], made.ids[name] = group.member(number), staff.id
            yield made
            database.close()
        finally:
            house.stop()


def linked(staffed: Staffed, *names: str) -> None:
    for name in names:
        if staffed.accounts.linked(str({"ann": 501, "bea": 502, "sue": 503}[name])) is None:
            staffed.apas[name].says(f"/link {staffed.accounts.new_link(staffed.ids[name])}")
            wait_for(lambda name=name: staffed.accounts.linked(str({"ann": 501, "bea": 502, "sue": 503}[name])), 5, "linked")


def on_duty(staffed: Staffed, *names: str) -> None:
    cases = Casework(staffed.accounts._database, staffed.accounts._sealer)
    for name in staffed.ids:
        cases.set_on_duty(staffed.ids[name], name in names)


def test_only_who_is_linked_can_act(staffed: Staffed) -> None:
    on_duty(staffed)
    _, topic = staffed.disclosed()
    staffed.apas["ann"].presses("accept", topic)
    wait_for(lambda: staffed.popup() == WORDS.texts["not_linked"], 5, "refused")
    staffed.apas["ann"].says("hello", topic)
    staffed.hears(topic, WORDS.texts["not_linked"])
    staffed.apas["ann"].says("/link NOTACODE")
    staffed.hears(0, WORDS.texts["wrong_code"])


def test_the_card_and_the_title_say_nothing_of_her(staffed: Staffed) -> None:
    _, topic = staffed.disclosed()
    assert re.search(r"\d+$", staffed.group.topics[topic])
    assert PLANTED not in staffed.group.topics[topic] + " ".join(staffed.told(topic))
    staffed.apas["bea"].says(f"/link@the_bot {staffed.accounts.new_link(staffed.ids['bea'])}")
    staffed.hears(0, WORDS.texts["linked"])
    codes = [call for call in staffed.house.telegram.called("deleteMessage") if call.params.get("chat_id") in (GROUP, str(GROUP))]
    assert codes, "the code does not stay readable"
    assert PLANTED not in " ".join(staffed.told(topic)), "not before somebody has taken the case"


def test_who_is_off_duty_comes_on_duty_by_pressing(staffed: Staffed) -> None:
    linked(staffed, "ann", "bea", "sue")
    on_duty(staffed)
    _, topic = staffed.disclosed()
    staffed.apas["ann"].presses("accept", topic)
    wait_for(lambda: staffed.popup() == WORDS.texts["on_duty_now"], 5, "told so")
    assert staffed.accounts.account(staffed.ids["ann"]).staff.on_duty  # type: ignore[union-attr]


def finish_all(staffed: Staffed) -> None:
    """Whatever is open is closed: the next test begins with an empty queue."""
    cases = Casework(staffed.accounts._database, staffed.accounts._sealer)
    on_duty(staffed, "ann")

    def none_left() -> bool:
        for one in cases.held():
            if one.closing_by is None:
                cases.close(one.id, one.owner or "", "resolved", True)
            if cases.find(one.id).closing is not None:
                cases.confirm_close(one.id, next(id for id in staffed.ids.values() if id != one.owner))
        cases.take_next(staffed.ids["ann"])
        return not cases.queue() and not cases.held()

    wait_for(none_left, 40, "every case to be closed")
    wait_for(lambda: not staffed.group.topics, 30, "no topic is left")


def test_she_is_answered_in_the_topic_and_her_answers_come_there(staffed: Staffed) -> None:
    linked(staffed, "ann")
    finish_all(staffed)
    on_duty(staffed, "ann")
    chat, topic = staffed.disclosed()
    staffed.takes("ann", topic)
    staffed.hears(topic, PLANTED)
    staffed.apas["ann"].says("I am here with you", topic)
    wait_for(lambda: "I am here with you" in chat.texts, 5, "her counsellor's words")
    chat.user.says("thank you apa, call 01712345678")
    staffed.hears(topic, "thank you apa, call •••78")
    assert not [said for said in staffed.told(topic) if "01712345678" in said], "who she is stays at the desk"
    assert len([said for said in staffed.told(topic) if PLANTED in said]) == 1, "each of her messages once"
    hers = rows(staffed.house, "SELECT count(*) FROM conversations")
    staffed.apas["ann"].says("only for colleagues")  # in the general chat: read by nobody
    staffed.apas["bea"].says("what did she say?", topic)
    staffed.hears(topic, WORDS.texts["not_yours"])
    assert rows(staffed.house, "SELECT count(*) FROM conversations") == hers, "nothing of the group enters her inbox"
    assert not [text for text in chat.texts if "colleagues" in text or "what did she" in text]


def test_the_most_dangerous_first_here_too(staffed: Staffed) -> None:
    linked(staffed, "ann")
    finish_all(staffed)
    on_duty(staffed)
    _, urgent = staffed.disclosed("my madam took my passport")
    _, critical = staffed.disclosed(DANGER)
    on_duty(staffed, "ann")
    staffed.apas["ann"].presses("accept", urgent)
    title = staffed.group.topics[critical]
    wait_for(lambda: title in staffed.popup() or staffed.popup() == WORDS.texts["refused"], 8, "the other one first")
    wait_for(lambda: _takes(staffed, critical), 12, "the critical one taken")


def _takes(staffed: Staffed, topic: int) -> bool:
    staffed.apas["ann"].presses("accept", topic)
    import time

    time.sleep(1)
    return any(WORDS.texts["held"].partition("\n")[0] in said for said in staffed.told(topic))


def test_it_is_passed_on_with_a_note_and_closed_by_two(staffed: Staffed) -> None:
    linked(staffed, "ann", "bea", "sue")
    finish_all(staffed)
    on_duty(staffed, "ann")
    _, topic = staffed.disclosed(DANGER)
    staffed.takes("ann", topic)
    on_duty(staffed, "ann", "bea")
    staffed.apas["ann"].presses("pass", topic)
    staffed.hears(topic, WORDS.texts["whom"])
    staffed.apas["ann"].presses(f"to.{staffed.ids['bea']}", topic)
    staffed.hears(topic, WORDS.texts["note_wanted"])
    asks = next(sent for sent in staffed.group.told(topic) if sent.text == WORDS.texts["note_wanted"])
    staffed.apas["ann"].says("her brother is with her", topic, reply_to=asks.message_id)
    staffed.hears(topic, WORDS.texts["passed"])
    wait_for(lambda: "accept" in [payload for _, payload in staffed.group.told(topic)[-1].buttons], 8, "a card to take it over")
    staffed.apas["bea"].presses("accept", topic)
    wait_for(lambda: rows(staffed.house, "SELECT 1 FROM cases WHERE owner_id = ?", staffed.ids["bea"]), 5, "taken over")

    staffed.apas["bea"].presses("close", topic)
    staffed.hears(topic, WORDS.texts["outcome_wanted"])
    staffed.apas["bea"].presses("out.resolved", topic)
    staffed.hears(topic, WORDS.texts["safety_wanted"])
    staffed.apas["bea"].presses("safe.no", topic)
    wait_for(lambda: staffed.popup() == WORDS.texts["incomplete"], 5, "refused without safety")
    staffed.apas["bea"].presses("safe.yes", topic)
    staffed.hears(topic, WORDS.texts["confirming"].partition("\n")[0])
    staffed.apas["bea"].presses("confirm", topic)
    wait_for(lambda: staffed.popup() == WORDS.texts["not_yours"], 5, "not by a counsellor, as at the desk")
    staffed.apas["sue"].presses("confirm", topic)
    wait_for(lambda: topic not in staffed.group.topics, 8, "the topic is gone with her words")
    wait_for(lambda: not rows(staffed.house, "SELECT 1 FROM relay_topics WHERE topic = ?", topic), 5, "nothing of it is kept")


def test_nothing_that_she_wrote_is_in_a_log(staffed: Staffed) -> None:
    assert PLANTED not in staffed.house.logs()
