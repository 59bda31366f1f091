"""The parts of the bench that do not need a running house: what is said, what is counted, what is written."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path

import httpx
import pytest
import yaml

from bot.errors import ContentError
from bot.evaluation import measuring, report, stock
from bot.evaluation.contestants import Contestant, Ours
from bot.evaluation.measuring import Laps
from bot.evaluation.mix import SOURCE, Mix, Said
from bot.evaluation.sink import Sink
from bot.triage import load_lexicon
from bot.understanding.commands import parse
from bot.understanding.risk import assess


def test_the_mix_keeps_its_shares_and_repeats_itself():
    content = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    kinds = {entry["text"]: kind for kind in content["shares"] for entry in content[kind]}
    talk = Mix("a").talk(4000)
    counts = Counter(kinds[said.text] for said in talk)
    assert counts["danger"] / len(talk) == pytest.approx(0.02, abs=0.01)
    assert counts["questions"] / len(talk) == pytest.approx(0.49, abs=0.04)
    assert talk == Mix("a").talk(4000) != Mix("b").talk(4000)
    assert all(said.discloses == (kinds[said.text] == "danger") for said in talk)


def test_only_the_sentences_of_danger_are_taken_for_danger():
    content, lexicon = yaml.safe_load(SOURCE.read_text(encoding="utf-8")), load_lexicon()
    for kind in content["shares"]:
        assert {assess(entry["text"], lexicon).flag.flagged for entry in content[kind]} == {kind == "danger"}


def test_the_buttons_are_buttons_of_ours():
    content = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    pressed = [entry["press"] for entry in content["commands"] if "press" in entry]
    assert pressed
    assert all(parse(payload) for payload in pressed)


def test_a_file_without_shares_is_refused(tmp_path: Path):
    (tmp_path / "speed.yml").write_text("questions: []", encoding="utf-8")
    with pytest.raises(ContentError, match="shares"):
        Mix("a", tmp_path / "speed.yml")


@pytest.mark.parametrize(
    ("times", "share", "expected"),
    [([5], 0.95, 5), ([3, 1, 2], 0.5, 2), (range(1, 101), 0.95, 95), (range(1, 101), 0.99, 99), (range(1, 21), 0.95, 19), ([1, 2], 1.0, 2)],
)
def test_percentile(times, share, expected):
    assert report.percentile(list(times), share) == expected


class FakeProcesses:
    """Half a second of processor time for each question."""

    asked = 0.0

    def seconds(self) -> dict[str, float]:
        self.asked += 0.5
        return {"gateway": self.asked}


class Fake:
    """Takes so long for each person as it is told, and never answers the silent."""

    def __init__(self, silent: set[int]) -> None:
        self.processes, self._silent = FakeProcesses(), silent
        self.under_way: Counter[int] = Counter()
        self.most = 0

    async def turn(self, person: int, said: Said) -> float | None:
        self.under_way[person] += 1
        assert self.under_way[person] == 1, "spoke before she was answered"
        self.most = max(self.most, sum(self.under_way.values()))
        await asyncio.sleep(0.001)
        self.under_way[person] -= 1
        return None if person in self._silent else 0.25


async def test_people_at_once_wait_for_their_replies():
    fake, laps = Fake({100}), Laps()
    await measuring.together(_contestant(fake), laps, 100, 4, Mix("a").talk(40))
    assert fake.most == 4
    assert len(laps.together) + laps.unanswered == 40
    assert laps.unanswered > 0
    assert laps.processor == {"gateway": 0.5}
    assert laps.per_second == len(laps.together) / laps.elapsed


async def test_one_at_a_time():
    fake, laps = Fake(set()), Laps()
    await measuring.alone(_contestant(fake), laps, range(3), Mix("a").talk(7))
    assert (fake.most, laps.alone, laps.unanswered) == (1, [0.25] * 7, 0)


async def test_a_long_conversation_is_not_ended_by_a_disclosure():
    fake, laps = Fake(set()), Laps()
    await measuring.long(_contestant(fake), laps, 1, [Said("next"), Said("he beats me", discloses=True), Said("menu")])
    assert fake.under_way == {1: 0}
    assert len(laps.long) == 2


async def test_whoever_discloses_is_somebody_new(tmp_path: Path, sink):
    """After a disclosure the house waits for a human: what the same person writes next would never be answered."""

    async def webhook(request: httpx.Request) -> httpx.Response:
        chat = json.loads(request.content)["message"]["chat"]["id"]
        async with httpx.AsyncClient() as client:
            await client.post(f"{sink.address}/bot1:x/sendMessage", json={"chat_id": str(chat), "text": "hello"})
        asked.append(chat)
        return httpx.Response(200)

    asked: list[int] = []
    async with httpx.AsyncClient(transport=httpx.MockTransport(webhook)) as client:
        ours = Ours(tmp_path / "ours", client, sink, sink.address)
        for said in (Said("menu"), Said("he beats me", discloses=True), Said("he beats me", discloses=True), Said("menu")):
            assert await ours.turn(7, said) is not None
    assert asked[0] == asked[3] == 7
    assert len(set(asked)) == 3


def _contestant(fake: Fake) -> Contestant:
    return fake  # type: ignore[return-value]


@pytest.fixture
async def sink():
    sink = Sink(["down"])
    sink.address = await sink.start()  # type: ignore[attr-defined]
    yield sink
    await sink.stop()


async def test_the_sink_knows_when_a_reply_came_and_whether_it_was_one(sink):
    first, other = sink.expect(7), sink.expect(8)
    async with httpx.AsyncClient() as client:
        for text in ("hello", "down"):
            answer = await client.post(f"{sink.address}/bot1:x/sendMessage", json={"chat_id": "7", "text": text})
            assert answer.json()["result"]["chat"]["id"] == 7
        assert (await client.post(f"{sink.address}/bot1:x/setMyCommands", json={})).json() == {"ok": True, "result": True}
    assert first.done()
    assert not other.done()
    assert (sink.replies, sink.failures) == (2, 1)


def test_the_report_tells_the_ratios():
    empty, full = Laps(alone=[0.02] * 10, together=[0.1] * 10, elapsed=1), Laps(alone=[0.03] * 10, together=[0.1] * 10, elapsed=2)
    rasa = Laps(alone=[0.04] * 10, together=[0.2] * 10, elapsed=4, unanswered=3, memory={"rasa": 1000.4})
    measured = {"empty": empty, "full": full, "stock": rasa}
    ratios = report.ratios(measured)
    assert ratios["p95_full_to_empty"] == 1.5
    assert ratios["turns_per_second_full_to_empty"] == 0.5
    assert ratios["turns_per_second_ours_to_stock"] == 4
    assert report.figures(rasa) == {
        "unanswered": 3, "median_ms": 40, "p95_ms": 40, "p99_ms": 40, "turns_per_second": 2.5, "together_p95_ms": 200,
        "processor_ms_per_turn": {}, "memory_mb": {"rasa": 1000},
    }  # fmt: skip


def test_the_page_holds_what_the_numbers_hold():
    laps = Laps(alone=[0.02] * 10, together=[0.1] * 10, elapsed=1, long=[0.05] * 10, memory={"a": 100.0, "b": 23.0})
    plan = {"turns": 10, "at_once": 10, "lanes": 8, "rounds": 1, "long": 10, "stored": 2000, "with_stock": False, "stock_epochs": 1}
    result = {
        "at": "now", "plan": plan, "machine": {"cores": 2, "processor": "x", "load": [1]}, "seconds": 5, "replies_per_turn": 1,
        "measured": {"empty": report.figures(laps), "full": report.figures(Laps(alone=[0.02], together=[0.1], elapsed=1))},
        "ratios": {"p95_full_to_empty": 1.0}, "dialogue_failures": 0,
    }  # fmt: skip
    text = report.markdown(json.loads(json.dumps(result)))
    row = next(line for line in text.splitlines() if line.startswith("| ours, empty"))
    assert [cell.strip() for cell in row.split("|")[2:-1]] == [
        "20.0 ms",
        "20.0 ms",
        "20.0 ms",
        "10.0",
        "100.0 ms",
        "50.0 ms",
        "123 MB",
        "–",
    ]
    assert "ours, 2,000 conversations stored" in text
    assert "p95 full to empty: 1.00" in text


def test_stock_is_what_rasa_init_gives_with_our_examples(tmp_path: Path):
    stock.write_project(tmp_path)
    config, domain = (yaml.safe_load((tmp_path / name).read_text(encoding="utf-8")) for name in ("config.yml", "domain.yml"))
    names = {component["name"] for component in (*config["pipeline"], *config["policies"])}
    assert {"DIETClassifier", "ResponseSelector", "TEDPolicy", "UnexpecTEDIntentPolicy", "RulePolicy"} <= names
    assert {component["epochs"] for component in (*config["pipeline"], *config["policies"]) if "epochs" in component} == {stock.EPOCHS}
    rules = yaml.safe_load((tmp_path / "data" / "rules.yml").read_text(encoding="utf-8"))["rules"]
    assert {rule["steps"][0]["intent"] for rule in rules} == {*domain["intents"], "nlu_fallback"}
    assert {rule["steps"][1]["action"] for rule in rules} == set(domain["responses"])
    assert stock.BUTTON in domain["intents"]
