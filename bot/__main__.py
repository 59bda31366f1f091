"""The command line: python -m bot COMMAND. `python -m bot --help` lists the commands."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

from bot import logs, settings, training
from bot.errors import SohojatriError
from bot.settings import ROOT, Settings


def _run(arguments: argparse.Namespace) -> None:
    """Train if needed, then start gateway, Rasa and actions together."""
    from bot.supervisor import run

    chosen = _settings("run")
    if arguments.keys_notice:
        _say_where_the_keys_are(chosen)
    _migrate(arguments)  # before Rasa starts: its tracker store needs the tables
    training.train()
    asyncio.run(run(chosen))


def _serve(arguments: argparse.Namespace) -> None:
    """The gateway alone: webhooks, web chat, desk."""
    import uvicorn

    from bot.app import application, build

    chosen = _settings("gateway")
    house = build(chosen)
    server = uvicorn.Server(uvicorn.Config(application(house), host=chosen.host, port=chosen.port, log_config=None, access_log=False, server_header=False, ws="none"))
    server.config.timeout_graceful_shutdown = 8
    closing = server.handle_exit

    def handle_exit(number: int, frame: object) -> None:
        house.web.close()  # open streams would hold the shutdown up
        closing(number, frame)  # type: ignore[arg-type]

    server.handle_exit = handle_exit  # type: ignore[method-assign, assignment]
    server.run()


def _rasa(arguments: argparse.Namespace) -> None:
    """The Rasa server alone (REST channel, loopback)."""
    chosen = _settings("rasa")
    from bot.nlu.server import serve

    serve(chosen)


def _actions(arguments: argparse.Namespace) -> None:
    """The action server alone."""
    chosen = _settings("actions")
    from rasa_sdk.endpoint import create_app

    app = create_app("actions", cors_origins=None)
    app.run(host="127.0.0.1", port=chosen.actions_port, workers=1, access_log=False, motd=False)


def _train(arguments: argparse.Namespace) -> None:
    """Train the model if its inputs changed."""
    logs.configure("INFO", "train")
    training.train(force=arguments.force)


def _migrate(arguments: argparse.Namespace) -> None:
    """Bring the database's tables up to date (serve does so too)."""
    from bot.storage.migrate import upgrade

    chosen = _settings(arguments.command)
    chosen.var.mkdir(parents=True, exist_ok=True)
    upgrade(chosen.database_url)


def _content(arguments: argparse.Namespace) -> None:
    """Check knowledge/, domain.yml and data/: exit code 1 when something is wrong."""
    from bot.content import problems

    logs.configure("INFO", "content")
    found = problems()
    for problem in found:
        sys.stdout.write(problem + "\n")
    sys.stdout.write(f"{len(found)} problems\n")
    sys.exit(1 if found else 0)


def _messenger_setup(arguments: argparse.Namespace) -> None:
    """Set Messenger's get-started button, persistent menu and greeting."""
    from bot.messenger_setup import setup

    asyncio.run(setup(_settings("messenger-setup")))


def _bench(arguments: argparse.Namespace) -> None:
    """Time whole turns, empty and with many conversations stored, beside stock Rasa; writes build/bench.md and .json."""
    from bot.evaluation import speed

    logs.configure("INFO", "bench")
    sys.stdout.write(speed.run(speed.QUICK if arguments.quick else speed.FULL, arguments.out))


COMMANDS: dict[str, Callable[[argparse.Namespace], None]] = {
    "run": _run, "serve": _serve, "rasa": _rasa, "actions": _actions, "train": _train, "migrate": _migrate, "content": _content,
    "messenger-setup": _messenger_setup, "bench": _bench,
}  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    """Runs one command; returns the exit code. What is wrong with settings or content is said in one line."""
    parser = argparse.ArgumentParser(prog="python -m bot", description="Sohojatri: helpline assistant for women migrants from Bangladesh.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        sub = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        if name == "train":
            sub.add_argument("--force", action="store_true", help="train even when nothing changed")
        if name == "content":
            sub.add_argument("what", choices=["check"], help="check")
        if name == "bench":
            sub.add_argument("--quick", action="store_true", help="a short run without stock Rasa, to see that it works")
            sub.add_argument("--out", type=Path, default=ROOT / "build", help="where the results go")
    arguments = parser.parse_args(argv)
    arguments.keys_notice = not (settings.var_directory() / "keys").exists()
    os.chdir(ROOT)
    try:
        COMMANDS[arguments.command](arguments)
    except SohojatriError as error:
        sys.stderr.write(f"{arguments.command}: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _settings(process: str) -> Settings:
    chosen = settings.load()
    logs.configure(chosen.log_level, process)
    return chosen


def _say_where_the_keys_are(chosen: Settings) -> None:
    path = chosen.var / "keys"
    if path.exists():
        logging.getLogger("bot").warning(
            "Keys were made in %s. All that women write is sealed with them: keep a copy in a safe place, apart from the database. "
            "In production give them as SEAL_KEYS and LOOKUP_KEY.", path,
        )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
