"""Rasa learns from data/nlu what it would with its own reader, sooner."""

import copy

import pytest
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.constants import INTENT, TEXT

from bot.errors import ContentError
from bot.nlu.importer import ExampleImporter, Lesson

FILES = {
    "nlu/step_visa.yml": "nlu:\n- intent: step_visa\n  metadata: {register: bn}\n  examples: |\n    - ভিসা আসল কি না\n    - visa: asol?\n",
    "nlu/hotlines.yml": "nlu:\n- intent: hotlines\n  metadata: {register: en}\n  examples: |\n    - number please\n    - number please\n",
    "rules.yml": "rules:\n- rule: visa\n  steps:\n  - intent: step_visa\n  - action: action_topic\n",
}
DOMAIN = "intents: [step_visa, hotlines]\nactions: [action_topic]\n"


@pytest.fixture
def read(tmp_path):
    (tmp_path / "domain.yml").write_text(DOMAIN, encoding="utf-8")
    for name, written in FILES.items():
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('version: "3.1"\n' + written, encoding="utf-8")

    def importer(*named):
        config = {"importers": [{"name": name} for name in named]}
        return TrainingDataImporter.load_from_dict(config, None, str(tmp_path / "domain.yml"), [str(tmp_path / "data")])

    return importer


def told(importer):
    return sorted((lesson.get(TEXT), lesson.get(INTENT)) for lesson in importer.get_nlu_data().intent_examples)


def test_it_reads_what_rasa_reads(read):
    ours, rasas = read("bot.nlu.importer.ExampleImporter"), read()
    assert told(ours) == told(rasas) == [("number please", "hotlines"), ("visa: asol?", "step_visa"), ("ভিসা আসল কি না", "step_visa")]
    assert ours.get_domain().intents == rasas.get_domain().intents
    assert len(ours.get_stories().story_steps) == len(rasas.get_stories().story_steps) == 1


def test_what_is_wrong_is_told_by_file_and_cure(tmp_path):
    path = tmp_path / "visa.yml"
    path.write_text("nlu:\n- intent: step_visa\n  metadata: {register: klingon}\n  examples: |\n    - visa\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"visa\.yml.*register"):
        ExampleImporter(None, None, [str(tmp_path)]).get_nlu_data()


def test_a_lesson_is_shared_and_so_cannot_be_changed():
    lesson = Lesson(data={TEXT: "visa", INTENT: "step_visa"})
    assert copy.deepcopy([lesson])[0] is lesson
    lesson.set(INTENT, "step_visa")
    with pytest.raises(TypeError, match="shared"):
        lesson.set(INTENT, "hotlines")
    other = Lesson(data={TEXT: "visa", INTENT: "step_visa"})
    assert lesson == other
    assert hash(lesson) == hash(other)
    assert lesson != Lesson(data={TEXT: "visa", INTENT: "hotlines"})
