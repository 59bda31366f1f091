"""Reads data/nlu for `rasa train` with the reader that everything else uses.

Rasa's own reader parses and checks each file three times, and Rasa copies, compares and hashes every example some thirty times on the way
to the classifier: four fifths of a training, for tens of thousands of examples that nobody changes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.examples import examples_of


class Lesson(Message):
    """An example that stays as it is: a copy is itself, and the same text of the same intent is the same example."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Lesson:
        return self

    def __hash__(self) -> int:
        return hash((self.data[TEXT], self.data[INTENT]))

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Message) and self.data == other.data)

    def set(self, prop: str, info: Any, add_to_output: bool = False) -> None:
        if self.data.get(prop) != info:  # Rasa strips blanks from intents, which have none
            raise TypeError("a lesson is shared by all copies of the training data and may not be changed")


class ExampleImporter(RasaFileImporter):  # type: ignore[misc]
    """Rasa's importer but for the examples. Raises ContentError for a file that is not as bot.examples says."""

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        lessons = (example for path in sorted(self._nlu_files) for example in examples_of(Path(path)))
        return TrainingData([Lesson(data={TEXT: lesson.text, INTENT: lesson.intent}) for lesson in lessons])
