"""The commands as they are called, the model as Rasa trains it, and danger as the gateway and the actions act on it."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.shared.nlu.training_data.message import Message
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.topics import ActionCrisis, ActionTopic, ActionUnsure
from bot.dialogue import _answer
from bot.evaluation import stock_nlu
from bot.gateway import Gateway
from bot.knowledge import knowledge
from bot.model import State
from bot.nlu.components import FALLBACK, LEARNS_WITH, SohojatriTopicClassifier
from bot.nlu.parsing import Parser
from bot.settings import ROOT
from bot.training import rasa_train, topic_model
from bot.understanding.commands import Command
from bot.understanding.risk import CRISIS, CRISIS_CERTAIN, assess
from tests.fakes.reading import EXAMPLES, LEXICON, Fixed, labelled, tiny_model, tiny_reader, write
from tests.fakes.turns import REPLIES, turn

# Runs a command with another model than the project's; tells on standard error what was loaded for it.
COMMAND = """
import sys
from pathlib import Path
from bot import training
training.MODEL = Path(sys.argv[1])
from bot.__main__ import main
try:
    code = main(sys.argv[2:])
finally:
    sys.stderr.write("loaded: " + " ".join(sorted({name.partition(".")[0] for name in sys.modules})))
sys.exit(code)
"""


def called(model, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", COMMAND, str(model), *arguments], input=stdin, capture_output=True, cwd=ROOT, timeout=100, check=False
    )


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A model with nothing but the classifier."""
    folder = tmp_path_factory.mktemp("model")
    tiny_model().save(folder)
    path = folder / "tiny.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for file in folder.glob("topics.*"):
            tar.add(file, f"components/train_SohojatriTopicClassifier0/{file.name}")
    return path


# --- python -m bot understand


def test_understand_reads_lines_and_writes_lines(small):
    said = [{"id": "1", "text": "ভিসা আসল কি না"}, {"id": "2", "text": "next"}, {"id": "3"}]
    lines = [json.dumps(line, ensure_ascii=False).encode() for line in said] + [b"{broken"]
    done = called(small, "understand", stdin=b"\n".join(lines) + b"\n")
    assert done.returncode == 0, done.stderr.decode()
    found = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
    assert [line.get("intent") for line in found] == ["step_visa", "control", None, None]
    assert found[0]["language"] == "bn"
    assert [bool(line.get("error")) for line in found] == [False, False, True, True]
    assert found[0]["text"] == said[0]["text"]


def test_understand_loads_neither_rasa_nor_what_only_training_needs(small):
    done = called(small, "understand", stdin=b'{"text": "visa"}\n')
    loaded = set(done.stderr.decode().rpartition("loaded: ")[2].split())
    assert "numpy" in loaded
    assert not loaded & {"rasa", "rasa_sdk", "tensorflow", "sklearn", "scipy", "sqlalchemy", "matplotlib"}


def test_understand_without_a_model_says_what_to_do(tmp_path):
    done = called(tmp_path / "none.tar.gz", "understand", stdin=b'{"text": "visa"}\n')
    assert done.returncode == 1
    assert b"make train" in done.stderr
    assert done.stdout == b""


# --- python -m bot evaluate


@pytest.mark.parametrize("arguments", [("evaluate",), ("evaluate", ".", "--stock-epochs", "0"), ("evaluate", ".", "--stock-epochs", "x")])
def test_evaluate_refuses_what_it_cannot_mean(small, arguments):
    assert called(small, *arguments).returncode == 2


def test_evaluate_without_labelled_lines_trains_nothing_and_says_what_is_missing(small, tmp_path):
    write(tmp_path / "a.jsonl", {"text": "only a text"})
    done = called(small, "evaluate", str(tmp_path))
    assert done.returncode == 1
    assert b"holds no *.jsonl" in done.stderr
    assert b"Training" not in done.stderr


# --- the model


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Our classifier, trained by Rasa itself on a few examples."""
    folder = tmp_path_factory.mktemp("ours")
    blocks = [{"intent": e.intent, "metadata": {"register": e.register}, "examples": f"- {e.text}\n"} for e in EXAMPLES]
    (folder / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True), encoding="utf-8")
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    (folder / "config.yml").write_text(yaml.safe_dump({**config, "policies": []}), encoding="utf-8")
    assert rasa_train(["nlu", "--fixed-model-name", "ours", "--out", "models", "--nlu", "nlu.yml"], folder) is None
    return folder / "models" / "ours.tar.gz"


@pytest.mark.timeout(300)
def test_what_is_read_out_of_a_model_is_what_rasa_serves(trained):
    model, parser = topic_model(trained), Parser(trained)
    for text in ("amar visa asol naki", "পাসপোর্ট", "he beats me", "gan", "/visa", "some other thing"):
        served = [(entry["name"], entry["confidence"]) for entry in parser.parse(text)["intent_ranking"]]
        found = model.ranking(text)
        assert [name for name, _ in found] == [name for name, _ in served]
        assert [chance for _, chance in found] == pytest.approx([chance for _, chance in served])


@pytest.mark.timeout(600)
def test_stock_rasa_is_trained_once_and_answers_each_line(tmp_path, monkeypatch):
    lines = (labelled("is my visa real", "en"), labelled("/gan sonao", "banglish", "out_of_scope"))
    kept = stock_nlu.model(EXAMPLES, 1, tmp_path)
    assert kept.relative_to(tmp_path).parts[0].startswith("stock-nlu-")
    found = stock_nlu.answers(lines, kept)
    assert [answer.line for answer in found] == list(lines)
    intents = {example.intent for example in EXAMPLES}
    assert all(answer.topic in intents and 0 < answer.confidence < 1 and answer.millis > 0 for answer in found)
    monkeypatch.setattr(stock_nlu, "rasa_train", lambda *_: pytest.fail("trained again"))
    assert stock_nlu.model(EXAMPLES, 1, tmp_path) == kept
    monkeypatch.setattr(stock_nlu, "rasa_train", lambda *_: "no more epochs")
    with pytest.raises(stock_nlu.StockTrainingError, match="no more epochs"):
        stock_nlu.model(EXAMPLES, 2, tmp_path)


# --- what is told is what is acted on


class Served:
    """Rasa and the action server as they answer one message, without their servers."""

    def __init__(self, model: Any) -> None:
        settings = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"][0]
        self._classifier = SohojatriTopicClassifier(settings, None, None, model)  # type: ignore[arg-type]

    async def ask(self, conversation: str, message: str | Command, state: State):
        assert isinstance(message, str)
        heard = Message.build(message)
        self._classifier.process([heard])
        intent = heard.get("intent")["name"]
        action = {CRISIS: ActionCrisis, FALLBACK: ActionUnsure}.get(intent, ActionTopic)()
        dispatcher = CollectingDispatcher()
        latest = {**heard.as_dict(), "metadata": {"language": "bn"}}
        action.run(dispatcher, Tracker("c1", {}, latest, [], False, None, {}, "action_listen"), {})
        return _answer(dispatcher.messages)


CERTAIN, BELOW = ((CRISIS, CRISIS_CERTAIN), ("complaint", 0.2)), ((CRISIS, CRISIS_CERTAIN - 0.01), ("complaint", 0.2))
DOUBTFUL, CLOSE, LOW = ((CRISIS, 0.31), ("complaint", 0.2)), ((CRISIS, 0.45), ("complaint", 0.42)), ((CRISIS, 0.2), ("complaint", 0.1))
SECOND, CALM = (("complaint", 0.45), (CRISIS, 0.42)), (("complaint", 0.9), (CRISIS, 0.05))


@pytest.mark.parametrize("found", [CERTAIN, BELOW, DOUBTFUL, CLOSE, LOW, SECOND, CALM])
@pytest.mark.parametrize(
    "text",
    [
        "dalal amar kotha sune na", "bole mere felbe", "golpo: amake khub mare", "আমার মালিক", "next", "🙂", "मुझे मदद चाहिए", "/crisis",
        "my employer " + "said " * 3000,
    ],
)  # fmt: skip
async def test_what_understand_tells_is_what_the_bot_acts_on(text, found):
    reader = tiny_reader(Fixed(found))
    gateway = Gateway(
        dialogue=Served(Fixed(found)) if text != "next" else Never(), redeem=nobody, content=knowledge(), replies=REPLIES,
        assess=lambda said, before: assess(said, LEXICON), detect=reader.detector.detect, rate_per_minute=20, max_text=4000,
    )  # fmt: skip
    risk, outcome = reader.read(text).risk, await gateway.answer(turn(text))
    assert outcome.risk.flag is risk.flag
    assert (outcome.risk.ask and not outcome.risk.flag.flagged) == risk.ask
    assert outcome.risk.category == risk.category
    assert (outcome.case is not None and outcome.case.level.flagged) == risk.flag.flagged


async def nobody(conversation: str, code: str):
    raise AssertionError("nobody asked for a code")


class Never:
    """A command reaches Rasa as a command: nothing is classified."""

    async def ask(self, conversation: str, message: str | Command, state: State):
        assert isinstance(message, Command)
        return _answer([{"text": "the next part"}, {"custom": {"effects": {}}}])


def test_the_classifier_learns_with_nothing_but_what_its_fingerprint_holds():
    """Else a change there would leave an old model in place."""
    held = {str(module.__name__) for module in LEARNS_WITH}
    for module in LEARNS_WITH:
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        used = {
            node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("bot")
        }
        assert used <= held
