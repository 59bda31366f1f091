"""Payments, pictures and papers: sealed, hers alone, gone with her; and a picture a counsellor needs stays with the case."""

import pytest

from bot.model import CaseRequest, Inbound, Kind, Level, Outcome, Paper, Payment, Picture, State
from bot.storage.engine import Database
from bot.storage.migrate import upgrade
from bot.storage.repository import Repository
from bot.storage.sealing import Sealer
from tests.databases import migrated

PAYMENT = Payment(id="p1", amount=5000, currency="BDT", day="2026-11-26", to="Rahim the dalal", what="visa", proof="paper")
PICTURE = Picture(id="pic1", kind="image/jpeg", body=b"the picture")
PAPER = Paper(id="paper-0123456789abcdef", name="complaint.pdf", body=b"%PDF the paper")


@pytest.fixture
def store(tmp_path, keys):
    database = Database(migrated(tmp_path / "store.db"))
    yield Repository(database, Sealer(*keys))
    database.close()


class Her:
    def __init__(self, store, address="ann", channel="web"):
        self.store, self.address, self.channel, self.said = store, address, channel, 0

    def turn(self, **outcome):
        self.said += 1
        event = Inbound(channel=self.channel, external_id=str(self.said), sender=self.address, kind=Kind.TEXT, text="x")
        self.conversation = self.store.receive([event])[0].conversation
        turn = self.store.take_turn(self.conversation, "me", 20)
        assert turn is not None
        self.store.finish(turn, Outcome(**{"replies": (), "state": turn.state, **outcome}), "me")
        self.store.release_turns(self.conversation, "me")
        return turn


def raw(store, table):
    with store._database.read() as connection:
        return connection.exec_driver_sql(f"SELECT * FROM {table}").all()


def test_a_payment_is_kept_replaced_and_deleted(store):
    her = Her(store)
    her.turn(payments=(PAYMENT,))
    assert store.payments(her.conversation) == [PAYMENT]
    changed = Payment(**{**PAYMENT.__dict__, "amount": 7000})
    her.turn(payments=(changed,))
    assert store.payments(her.conversation) == [changed]
    her.turn(unpaid=("p1",))
    assert store.payments(her.conversation) == []


def test_they_are_ordered_by_day_and_those_without_one_last(store):
    her = Her(store)
    for id, day in (("p1", ""), ("p2", "2026-11-02"), ("p3", "2026-10-30")):
        her.turn(payments=(Payment(**{**PAYMENT.__dict__, "id": id, "day": day}),))
    assert [payment.id for payment in store.payments(her.conversation)] == ["p3", "p2", "p1"]


def test_nothing_of_it_can_be_read_in_the_database(store):
    her = Her(store)
    her.turn(picture=PICTURE, payments=(PAYMENT,), papers=(PAPER,))
    stored = repr([raw(store, table) for table in ("payments", "media", "papers")])
    for secret in ("Rahim", "5000", "the picture", "the paper"):
        assert secret not in stored


def test_a_picture_belongs_to_its_payment_and_message(store):
    her = Her(store)
    turn = her.turn(picture=PICTURE, payments=(Payment(**{**PAYMENT.__dict__, "picture": "pic1"}),))
    assert store.payments(her.conversation)[0].picture == "pic1"
    assert store.picture(turn.message) == PICTURE
    assert store.picture(turn.message + 1) is None


def test_a_picture_of_another_cannot_be_taken(store):
    Her(store, "bea").turn(picture=PICTURE)
    her = Her(store, "ann")
    her.turn(payments=(Payment(**{**PAYMENT.__dict__, "picture": "pic1"}),))
    assert store.payments(her.conversation)[0].picture is None


def test_nobody_else_sees_deletes_or_fetches(store):
    her, other = Her(store, "ann"), Her(store, "bea")
    her.turn(payments=(PAYMENT,), papers=(PAPER,))
    other.turn(unpaid=("p1",))
    assert store.payments(other.conversation) == []
    assert store.payments(her.conversation) == [PAYMENT]
    assert store.paper(PAPER.id, other.conversation) is None
    assert store.paper(PAPER.id, her.conversation) == PAPER


def test_a_paper_expires(tmp_path, keys):
    from datetime import datetime, timedelta, timezone

    now = [datetime(2026, 11, 27, tzinfo=timezone.utc)]
    url = f"sqlite:///{tmp_path / 'store.db'}"
    upgrade(url)
    database = Database(url)
    store = Repository(database, Sealer(*keys), clock=lambda: now[0])
    her = Her(store)
    her.turn(papers=(PAPER,))
    now[0] += timedelta(days=6, hours=23)
    assert store.paper(PAPER.id, her.conversation) == PAPER
    now[0] += timedelta(hours=1)
    assert store.paper(PAPER.id, her.conversation) is None
    her.turn(papers=(Paper(id="next-0123456789abcdef", name="next.pdf", body=b"%PDF"),))
    assert [row.id for row in raw(store, "papers")] == ["next-0123456789abcdef"]
    now[0] += timedelta(days=6, hours=23)
    store.sweep()
    assert len(raw(store, "papers")) == 1
    now[0] += timedelta(hours=1)
    store.sweep()
    assert raw(store, "papers") == [], "nobody need make another paper, or ask for this one"
    database.close()


def test_all_of_it_goes_when_she_is_forgotten(store):
    her = Her(store)
    her.turn(
        picture=PICTURE,
        payments=(Payment(**{**PAYMENT.__dict__, "picture": "pic1"}),),
        papers=(PAPER,),
        state=State(agreed=frozenset({"receipts"})),
    )
    assert store.state(her.conversation).agreed == {"receipts"}
    her.turn(forget=True, state=State())
    assert store.payments(her.conversation) == []
    assert [raw(store, table) for table in ("payments", "media", "papers")] == [[], [], []]
    assert store.state(her.conversation).agreed == frozenset()


def test_a_picture_in_the_conversation_of_an_open_flagged_case_stays(store):
    her = Her(store)
    turn = her.turn(picture=PICTURE, payments=(PAYMENT,), case=CaseRequest(level=Level.CRITICAL, category="captivity", reason="flagged"))
    assert store.forget(her.conversation) == "kept"
    assert store.payments(her.conversation) == []
    assert store.picture(turn.message) == PICTURE


def test_they_come_along_to_another_phone(store):
    her, phone = Her(store, "ann"), Her(store, "ann", "telegram")
    her.turn(payments=(PAYMENT,), picture=PICTURE, papers=(PAPER,))
    phone.turn()
    code = store.new_code(her.conversation)
    assert store.redeem(phone.conversation, code) == "ok"
    assert store.payments(phone.conversation) == [PAYMENT]
    assert store.paper(PAPER.id, phone.conversation) == PAPER


def test_what_the_other_phone_had_written_down_comes_along_too(store):
    her, phone = Her(store, "ann"), Her(store, "ann", "telegram")
    her.turn()
    phone.turn(payments=(PAYMENT,))
    assert store.redeem(phone.conversation, store.new_code(her.conversation)) == "ok"
    assert store.payments(her.conversation) == [PAYMENT]


def test_a_reply_brings_its_paper_to_the_channel(store):
    from bot.model import Reply

    her = Her(store)
    her.turn(papers=(PAPER,), replies=(Reply(text="here", file=PAPER.id), Reply(text="read it")))
    first = store.take_outgoing(her.conversation, "me", 20)
    assert first.attachment == PAPER
    store.sent(first.message, None)
    assert store.next_outgoing(her.conversation).attachment is None
    assert [line[2].file for line in store.history(her.conversation, 0, 10) if line[1] == "out"] == [PAPER.id, None]
