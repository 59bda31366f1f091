"""The two components of the pipeline: what is fixed is read first (commands, entities), the rest is classified.

The dotted path of a component is stored in the model: moving one makes old models unusable.
"""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.flows import flow_of, open_question
from bot.knowledge import Knowledge, knowledge
from bot.understanding import counting, network, normalise, romanise, topics
from bot.understanding.answering import answer, bare, yields
from bot.understanding.commands import read
from bot.understanding.entities import find
from bot.understanding.risk import CRISIS, by_topic

CONTROL, FALLBACK, RANKING, ANSWER = "control", "nlu_fallback", "intent_ranking", "answer"
LEARNS_WITH = (counting, network, normalise, romanise, topics)
_SHOWN = 10  # topics in the ranking


def source_fingerprint() -> str:
    """A hash of all that the components compute with: Rasa's training cache looks at a component's own class only."""
    package = Path(topics.__file__).parent
    content = Path(__file__).resolve().parent.parent.parent / "knowledge"
    digest = hashlib.sha256()
    for path in sorted([*package.glob("*.py"), content / "words.yml", *(content / "steps").glob("*.yml")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def classifier_fingerprint() -> str:
    """A hash of all that the classifier learns with: a changed rule of danger or word of a button need not train it for minutes."""
    digest = hashlib.sha256()
    for module in LEARNS_WITH:
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SohojatriTopicClassifier(IntentClassifier, GraphComponent):
    """Sets intent and ranking from a TopicModel. Below `threshold`, or with the first two closer than `margin`, it is nlu_fallback."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"threshold": 0.3, "margin": 0.05, "fingerprint": ""}

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: topics.TopicModel | None = None) -> None:
        self._config, self._storage, self._resource, self._model = config, storage, resource, model

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> SohojatriTopicClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext, **kwargs: Any
    ) -> SohojatriTopicClassifier:
        with model_storage.read_from(resource) as directory:
            return cls(config, model_storage, resource, topics.TopicModel.load(directory))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        return classifier_fingerprint()

    def train(self, training_data: TrainingData) -> Resource:
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        self._model = topics.train([example.get(TEXT) for example in examples], [example.get(INTENT) for example in examples])
        with self._storage.write_to(self._resource) as directory:
            self._model.save(directory)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            self._classify(message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def _classify(self, message: Message) -> None:
        assert self._model is not None
        ranking = self._model.ranking(message.get(TEXT) or "")
        (name, confidence), (_, second) = ranking[0], ranking[1]
        if confidence < self._config["threshold"] or confidence - second < self._config["margin"]:
            name, confidence = FALLBACK, 1.0 - confidence
        message.set(INTENT, {"name": name, "confidence": confidence}, add_to_output=True)
        message.set(RANKING, [{"name": name, "confidence": confidence} for name, confidence in ranking[:_SHOWN]], add_to_output=True)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class SohojatriReader(EntityExtractorMixin, GraphComponent):
    """Finds typed commands (then the intent is control, without doubt) and entities."""

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> SohojatriReader:
        return cls()

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        return source_fingerprint()

    def process(self, messages: list[Message]) -> list[Message]:
        content = knowledge()
        for message in messages:
            text = message.get(TEXT) or ""
            command = read(text, content.vocabulary)
            found = [_entity(entity.name, entity.value, entity.start, entity.end) for entity in find(text, content.places)]
            given = _answered(message, content) if yields(command) else None
            if given or (given is not None and command is None):
                found = [*([_entity("answer", given, 0, len(text))] if given else []), *found]
                message.set(INTENT, {"name": ANSWER, "confidence": 1.0}, add_to_output=True)
            elif command:  # nothing else may be read out of it
                found = [_entity("command", str(command), 0, len(text))]
                message.set(INTENT, {"name": CONTROL, "confidence": 1.0}, add_to_output=True)
            message.set(ENTITIES, [*message.get(ENTITIES, []), *self.add_extractor_name(found)], add_to_output=True)
        return messages


def _answered(message: Message, content: Knowledge) -> str | None:
    """Her answer to the guided question that waits; "" where nothing else is meant either; None where she speaks of something else."""
    metadata = message.get("metadata") or {}
    today = str(metadata.get("today") or "")
    flows = tuple(flow_of(flow) for flow in metadata.get("flows") or ())
    question = open_question(flows, today) if flows and today else None
    intent = message.get(INTENT) or {}
    text = message.get(TEXT) or ""
    if question is None:
        return None
    disclosed = intent.get("name") == CRISIS and by_topic(CRISIS, float(intent.get("confidence") or 0)).flag.flagged
    if disclosed and not bare(question.reads, text, content.places):
        return None
    found = answer(question.reads, text, content.places, date.fromisoformat(today))
    return found if found is not None else ("" if intent.get("name") in (FALLBACK, None) else None)


def _entity(name: str, value: str, start: int, end: int) -> dict[str, Any]:
    return {"entity": name, "value": value, "start": start, "end": end}
