"""Rasa imports TensorFlow and a hundred other things whatever its configuration; serving ours by REST uses none of them.

Left out, it is up in a third of the time, with a third of the memory: she waits so much less after a crash.
In their place stand modules whose names are all empty classes: enough to derive from, to decorate with and to name as types, as Rasa's own
modules do when they are imported, and of no use for anything else.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from bot.knowledge import read_yaml

_LEFT_OUT = frozenset(
    {
        "tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras", "scipy", "sklearn", "joblib",  # components
        "slack_sdk", "aiogram", "twilio", "fbmessenger", "mattermostwrapper", "rocketchat_API", "webexteamssdk", "socketio", "engineio",
        "aio_pika", "pika", "confluent_kafka", "pymongo", "gridfs", "dns", "boto3", "botocore", "google",  # brokers and stores
        "matplotlib", "PIL", "pyparsing", "prompt_toolkit", "questionary", "randomname",  # plots, and its command line
    }
)  # fmt: skip
_NEEDLESS = frozenset({"RulePolicy", "MemoizationPolicy", "AugmentedMemoizationPolicy"})  # components of Rasa's that need none of them


def leave_out(config: Path) -> bool:
    """For the whole process; call it before Rasa is imported. False, and nothing is done, where the configuration may need some of it."""
    if not needless(config):
        return False
    sys.meta_path.insert(0, _Finder())
    return True


def needless(config: Path) -> bool:
    """Whether all that the configuration names is ours or known to do without."""
    read = read_yaml(config)
    names = [str(component["name"]) for part in ("pipeline", "policies") for component in read.get(part) or ()]
    return all(name.startswith("bot.") or name in _NEEDLESS for name in names)


class _Empty(type):
    """The kind of classes that stand in."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = _Empty(name, (_StandIn,), {})
        setattr(cls, name, made)
        return made

    def __getitem__(cls, _: Any) -> Any:
        return cls

    def __or__(cls, _: Any) -> Any:
        return cls


class _StandIn(metaclass=_Empty):
    """Called with a function alone, or with anything and then with a function, it is a decorator that leaves it as it was."""

    def __new__(cls, *given: Any, **named: Any) -> Any:
        return given[0] if len(given) == 1 and not named and callable(given[0]) else super().__new__(cls)

    def __init__(self, *given: Any, **named: Any) -> None:
        pass

    def __call__(self, *given: Any, **named: Any) -> Any:
        return given[0] if given else self


class _Module(ModuleType):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = _Empty(name, (_StandIn,), {})
        setattr(self, name, made)
        return made


class _Finder(MetaPathFinder, Loader):
    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        return ModuleSpec(fullname, self, is_package=True) if fullname.partition(".")[0] in _LEFT_OUT else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass
