"""The direction of imports (the house's plan), read from the source without running it.

Every module has a place in PLACES: a new one fails until it is given one. What may be imported is listed; all else may not.
"""

import ast
from pathlib import Path

import pytest

from bot.settings import ROOT

INNER = ("bot.model", "bot.errors")
READING = (*INNER, "bot.understanding", "bot.knowledge", "bot.items", "bot.source")
TOPS = (
    "bot.app", "bot.__main__", "bot.supervisor", "bot.training", "bot.danger_training", "bot.language_training", "bot.content", "bot.content_files",
    "bot.content_guided", "bot.content_items", "bot.content_style",
    "bot.content_commands", "bot.live", "bot.review", "bot.switched", "bot.lines", "bot.messenger_setup",
    "bot.understand", "bot.evaluation",
    "bot.staff_commands", "bot.agency_commands", "bot.agency_options", "bot.desk_house", "bot.staff_group", "bot.demo", "bot.demo_people",
)  # fmt: skip
ANY = ("bot",)  # of ours; actions are never among them

# Package or module → what of ours it may import. The longest name that fits decides.
PLACES = {
    "bot": (),
    "bot.model": (),
    "bot.errors": (),
    "bot.logs": (),
    "bot.keyed": (),
    "bot.threads": (),
    "bot.settled": (),
    "bot.transport": (),
    "bot.settings": ("bot.errors",),
    "bot.understanding": (*INNER, "bot.understanding"),
    "bot.rota": INNER,
    "bot.staff": (),
    "bot.handoff": (*INNER, "bot.handoff", "bot.rota"),
    "bot.holding": (*READING, "bot.rota"),
    "bot.ringing": READING,
    "bot.alerts": (*READING, "bot.ringing", "bot.threads"),
    "bot.keeping": (*READING, "bot.media", "bot.threads"),
    "bot.relaying": (*READING, "bot.handoff"),
    "bot.masking": ("bot.understanding",),
    "bot.relay": (*READING, "bot.masking", "bot.handoff", "bot.relaying", "bot.ringing", "bot.threads"),
    "bot.relay_acts": (*READING, "bot.handoff", "bot.relaying", "bot.ringing", "bot.staff", "bot.threads"),
    "bot.watch": (*READING, "bot.threads"),
    "bot.cleaning": (*READING, "bot.threads"),
    "bot.safehours": (*READING, "bot.handoff"),
    "bot.hiding": (*READING, "bot.replies"),
    "bot.shelter": (*READING, "bot.holding", "bot.threads"),
    "bot.slips": (),
    "bot.source": ("bot.errors", "bot.slips"),
    "bot.items": (*INNER, "bot.understanding", "bot.source"),
    "bot.knowledge": (*INNER, "bot.understanding", "bot.source", "bot.items"),
    "bot.agencies": (*INNER, "bot.understanding", "bot.agencies"),
    "bot.flows": READING,
    "bot.redflags": READING,
    "bot.fees": READING,
    "bot.spoken": READING,
    "bot.receipts": (*READING, "bot.flows", "bot.media", "bot.spoken"),
    "bot.paper_words": READING,
    "bot.papers": (*READING, "bot.flows", "bot.paper_words", "bot.receipts", "bot.spoken"),
    "bot.endings": (*READING, "bot.house", "bot.paper_words", "bot.papers", "bot.receipts", "bot.threads"),
    "bot.passing": READING,
    "bot.showing": (*READING, "bot.flows", "bot.media", "bot.house", "bot.passing"),
    "bot.media": (*INNER, "bot.threads"),
    "bot.triage": READING,
    "bot.replies": READING,
    "bot.reply_check": (*READING, "bot.replies"),
    "bot.examples": READING,
    "bot.dangers": (*READING, "bot.examples"),
    "bot.near": ("bot.understanding",),
    "bot.reading_level": ("bot.understanding",),
    "bot.dialogue": (*READING, "bot.flows"),
    "bot.storage": (
        *READING,
        "bot.storage",
        "bot.agencies",
        "bot.handoff",
        "bot.rota",
        "bot.holding",
        "bot.staff",
        "bot.ringing",
        "bot.cleaning",
        "bot.safehours",
        "bot.keeping",
        "bot.relaying",
    ),
    "bot.storage.tracker_store": (
        *READING,
        "bot.storage",
        "bot.settings",
        "bot.threads",
    ),  # Rasa makes it (endpoints.yml): nobody can hand it anything
    "bot.storage.directory": (*READING, "bot.storage", "bot.agencies", "bot.settings"),  # the action server makes it
    "bot.channels": (*READING, "bot.media", "bot.channels", "bot.transport", "bot.ringing", "bot.relaying"),
    "bot.house": (*READING, "bot.triage", "bot.replies", "bot.handoff", "bot.hiding", "bot.safehours", "bot.flows"),
    "bot.gateway": (
        *READING,
        "bot.triage",
        "bot.replies",
        "bot.handoff",
        "bot.hiding",
        "bot.safehours",
        "bot.house",
        "bot.flows",
        "bot.media",
        "bot.receipts",
        "bot.showing",
        "bot.endings",
    ),
    "bot.outbox": (*READING, "bot.threads", "bot.keyed"),
    "bot.worker": (*READING, "bot.shelter", "bot.gateway", "bot.outbox", "bot.threads", "bot.keyed"),
    "bot.desk": (*READING, "bot.masking", "bot.triage", "bot.handoff", "bot.rota", "bot.staff", "bot.settings", "bot.threads", "bot.desk"),
    "bot.webhistory": (*INNER, "bot.channels.webentries"),
    "bot.nlu": (*READING, "bot.nlu", "bot.flows"),
    "bot.nlu.importer": ("bot.examples",),
    "bot.nlu.server": (*INNER, "bot.settings", "bot.settled", "bot.logs", "bot.nlu", "bot.storage.tracker_store", "bot.training"),
    **dict.fromkeys(TOPS, ANY),
    "actions": (*READING, "bot.storage", "bot.flows", "bot.redflags", "bot.fees", "bot.spoken", "bot.receipts", "bot.agencies", "actions"),
}
# What is not ours → who may import it.
OUTSIDE = {
    "rasa": ("bot.nlu", "bot.storage.tracker_store"),
    "rasa_sdk": ("actions", "bot.__main__"),
    "sqlalchemy": ("bot.storage", "bot.evaluation"),
    "alembic": ("bot.storage",),
    "redis": ("bot.storage", "bot.nlu.server"),
    "telegram": ("bot.channels",),
    "starlette": ("bot.channels", "bot.desk", "bot.app"),
    "uvicorn": ("bot.app", "bot.__main__"),
    "httpx": ("bot.transport", "bot.channels", "bot.dialogue", "bot.app", "bot.supervisor", "bot.desk", "bot.evaluation"),
    "matplotlib": ("bot.evaluation",),
    **dict.fromkeys(("argon2", "pyotp", "segno", "zxcvbn"), ("bot.desk", "bot.demo", "bot.demo_people")),
    "pytest": (),
    "tests": (),
}


def inside(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def place(module: str) -> str | None:
    return max((name for name in PLACES if inside(module, name)), key=len, default=None)


def imports(source: str, module: str, known: set[str], package: bool = False) -> set[str]:
    """The full names of all that a module imports, wherever in it: `from a import b` is a.b where that is a module."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = module.split(".")
            base = parents[: len(parents) - node.level + package] if node.level else []
            start = ".".join([*base, *([node.module] if node.module else [])])
            found.update(f"{start}.{alias.name}" if f"{start}.{alias.name}" in known else start for alias in node.names)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in ("import_module", "__import__"):
            found.update(a.value for a in node.args[:1] if isinstance(a, ast.Constant) and isinstance(a.value, str))
    return found


def wrong_arrows(root: Path) -> list[str]:
    """Each import under root/bot and root/actions that runs the wrong way."""
    paths = {
        _name(path, root): path
        for package in ("bot", "actions")
        for path in sorted((root / package).rglob("*.py"))
        if "versions" not in path.parts
    }
    found = []
    for module, path in paths.items():
        where = place(module)
        if module not in ("bot", "actions") and where in (None, "bot"):
            found.append(f"{module} has no place in PLACES")
            continue
        for name in sorted(imports(path.read_text(encoding="utf-8"), module, set(paths), path.name == "__init__.py")):
            if not _allowed(module, where or "", name):
                found.append(f"{module} imports {name}")
    return found


def _name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _allowed(module: str, where: str, name: str) -> bool:
    if inside(name, "bot") or inside(name, "actions"):
        if any(inside(name, top) for top in TOPS) and where not in TOPS and name not in PLACES[where]:
            return False
        return name == "bot" or any(inside(name, allowed) for allowed in PLACES[where])
    return all(any(inside(module, owner) for owner in owners) for library, owners in OUTSIDE.items() if inside(name, library))


def test_every_arrow_runs_the_right_way():
    assert wrong_arrows(ROOT) == []


def test_every_place_is_taken_or_planned():
    for name in set(PLACES):
        path = ROOT.joinpath(*name.split("."))
        assert path.is_dir() or path.with_suffix(".py").exists(), name


# --- the test itself


@pytest.mark.parametrize(
    ("file", "line", "told"),
    [
        ("bot/model.py", "from bot.errors import SealError", "bot.model imports bot.errors"),
        ("bot/errors.py", "import bot.model", "bot.errors imports bot.model"),
        ("bot/understanding/risk.py", "from bot.knowledge import load", "bot.understanding.risk imports bot.knowledge"),
        ("bot/understanding/risk.py", "from ..settings import Settings", "bot.understanding.risk imports bot.settings"),
        ("bot/understanding/__init__.py", "from ..knowledge import load", "bot.understanding imports bot.knowledge"),
        ("bot/knowledge.py", "from bot.triage import Replies", "bot.knowledge imports bot.triage"),
        ("bot/storage/repository.py", "from bot.channels import telegram", "bot.storage.repository imports bot.channels.telegram"),
        ("bot/channels/web.py", "import bot.storage.repository", "bot.channels.web imports bot.storage.repository"),
        ("bot/channels/web.py", "from bot.dialogue import Rasa", "bot.channels.web imports bot.dialogue"),
        ("bot/dialogue.py", "from bot import storage", "bot.dialogue imports bot.storage"),
        ("bot/gateway.py", "from bot.channels.telegram import Telegram", "bot.gateway imports bot.channels.telegram"),
        ("bot/gateway.py", "from bot.dialogue import Rasa", "bot.gateway imports bot.dialogue"),
        ("bot/gateway.py", "def f():\n    import sqlalchemy.orm", "bot.gateway imports sqlalchemy.orm"),
        ("bot/house.py", "if True:\n    from rasa.core import agent", "bot.house imports rasa.core"),
        ("bot/house.py", "from bot.storage import Repository", "bot.house imports bot.storage"),
        ("bot/worker.py", "from bot.storage import Repository", "bot.worker imports bot.storage"),
        ("bot/app.py", "import rasa", "bot.app imports rasa"),
        ("bot/app.py", "from actions.steps import part", "bot.app imports actions.steps"),
        ("bot/storage/engine.py", "import rasa.core", "bot.storage.engine imports rasa.core"),
        ("bot/settings.py", "from bot.app import build", "bot.settings imports bot.app"),
        ("bot/nlu/components.py", "from bot.training import train", "bot.nlu.components imports bot.training"),
        ("bot/gateway.py", "import importlib\nimportlib.import_module('bot.storage')", "bot.gateway imports bot.storage"),
        ("bot/outbox.py", "__import__('telegram')", "bot.outbox imports telegram"),
        ("bot/channels/web.py", "from tests.fakes import turns", "bot.channels.web imports tests.fakes"),
        ("actions/steps.py", "from bot.gateway import Gateway", "actions.steps imports bot.gateway"),
        ("actions/steps.py", "import sqlalchemy", "actions.steps imports sqlalchemy"),
        ("bot/newcomer.py", "", "bot.newcomer has no place in PLACES"),
        ("bot/newcomer/inside.py", "", "bot.newcomer.inside has no place in PLACES"),
    ],
)  # fmt: skip
def test_a_planted_wrong_arrow_is_caught(tmp_path, file, line, told):
    for path in (*ROOT.glob("bot/**/*.py"), *ROOT.glob("actions/**/*.py")):
        planted = tmp_path / path.relative_to(ROOT)
        planted.parent.mkdir(parents=True, exist_ok=True)
        planted.touch()
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(line, encoding="utf-8")
    assert wrong_arrows(tmp_path) == [told]


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("bot/app.py", "from bot.channels.web import Web\nfrom bot.storage import Repository"),
        ("bot/nlu/components.py", "from rasa.engine.graph import GraphComponent"),
        ("bot/storage/tracker_store.py", "import rasa.core"),
        ("bot/knowledge.py", "from bot.understanding.commands import parse"),
        ("bot/storage/repository.py", "from .engine import Database\nimport json"),
        ("bot/house.py", "import secrets  # and the word rasa in a remark"),
        ("actions/steps.py", "from bot.knowledge import knowledge\nfrom rasa_sdk import Action"),
    ],
)
def test_a_right_arrow_is_left_alone(tmp_path, file, line):
    for name in (file, "bot/storage/engine.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(line if name == file else "", encoding="utf-8")
    (tmp_path / "bot").mkdir(exist_ok=True)
    assert wrong_arrows(tmp_path) == []
