"""The command line: python -m bot COMMAND. `python -m bot --help` lists the commands."""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
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
    from bot.supervisor import check_ports, run

    chosen = _settings("run")
    if arguments.keys_notice:
        _say_where_the_keys_are(chosen)
    check_ports(chosen)  # before the minute that training may take
    _migrate(arguments)  # before Rasa starts: its tracker store needs the tables
    training.train()
    asyncio.run(run(chosen))


def _serve(arguments: argparse.Namespace) -> None:
    """The gateway alone: webhooks, web chat, desk."""
    _serve_with(_settings("gateway"))


def _serve_with(chosen: Settings) -> None:
    _no_search_for_sniffio()
    import uvicorn

    from bot.app import application, build
    from bot.settled import settle
    from bot.supervisor import listen

    listener = listen(chosen.host, chosen.port, "PORT")
    house = build(chosen)
    settle()
    server = uvicorn.Server(
        uvicorn.Config(
            application(house), host=chosen.host, port=chosen.port, log_config=None, access_log=False, server_header=False, ws="none"
        )
    )
    server.config.timeout_graceful_shutdown = 8
    closing = server.handle_exit

    def handle_exit(number: int, frame: object) -> None:
        house.close_streams()
        closing(number, frame)  # type: ignore[arg-type]

    server.handle_exit = handle_exit  # type: ignore[method-assign, assignment]
    server.run(sockets=[listener])


def _no_search_for_sniffio() -> None:
    """httpcore tries to import it several times in every request; where it is not installed, each try looks through all folders."""
    if importlib.util.find_spec("sniffio") is None:
        sys.modules["sniffio"] = None  # type: ignore[assignment]


def _rasa(arguments: argparse.Namespace) -> None:
    """The Rasa server alone (REST channel, loopback)."""
    chosen = _settings("rasa")
    from bot.nlu import left_out

    left_out.leave_out(ROOT / "config.yml")
    from bot.nlu.server import serve

    _live(chosen)  # it reads her answers to guided questions by their words
    serve(chosen)


def _actions(arguments: argparse.Namespace) -> None:
    """The action server alone."""
    chosen = _settings("actions")
    from rasa_sdk.endpoint import create_app

    app = create_app("actions", cors_origins=None)
    app.register_listener(lambda *_: _live(chosen), "before_server_start")
    app.config.KEEP_ALIVE_TIMEOUT = 75  # seconds; longer than Rasa keeps a connection, so that none is closed under a call
    app.run(host="127.0.0.1", port=chosen.actions_port, workers=1, access_log=False, motd=False)


def _live(chosen: Settings) -> None:
    """This process shows changed content within a minute."""
    from bot import live, switched
    from bot.knowledge import DIRECTORY
    from bot.settled import settle

    live.start(DIRECTORY, chosen.var / switched.FILE)
    settle()


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
    """Check knowledge/ (exit code 1: something is wrong, 3: only overdue), list what is due, switch an item off or on."""
    from bot import content_commands

    logs.configure("WARNING", "content")
    sys.exit(content_commands.run(arguments, settings.var_directory(), sys.stdout.write))


def _messenger_setup(arguments: argparse.Namespace) -> None:
    """Set Messenger's get-started button, persistent menu and greeting."""
    from bot.messenger_setup import setup

    asyncio.run(setup(_settings("messenger-setup")))


def _bench(arguments: argparse.Namespace) -> None:
    """Time whole turns, empty and with many conversations stored, beside stock Rasa; writes build/bench.md and .json."""
    from bot.evaluation import speed

    logs.configure("INFO", "bench")
    sys.stdout.write(speed.run(speed.QUICK if arguments.quick else speed.FULL, arguments.out))


def _understand(arguments: argparse.Namespace) -> None:
    """Read messages from standard input, a JSON object with "text" a line, and write each with what was understood of it."""
    from bot.understand import reader, understand

    logs.configure("WARNING", "understand")
    if training.MODEL.exists() and not training.fresh():
        logging.getLogger("bot").warning("The model is older than what it is made of: `make train` brings it up to date.")
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    for line in understand(sys.stdin.buffer, reader()):
        sys.stdout.write(line + "\n")


def _evaluate(arguments: argparse.Namespace) -> None:
    """Measure understanding on labelled messages; writes build/evaluation/. Exit code 1 when a training line repeats one of them."""
    from bot.evaluation import understanding

    logs.configure("INFO", "evaluate")
    report, copies = understanding.run(
        arguments.folder, arguments.out, stock_epochs=arguments.stock_epochs if arguments.stock else None, curve=arguments.curve
    )
    sys.stdout.write(report)
    sys.exit(1 if copies else 0)


def _staff(arguments: argparse.Namespace) -> None:
    """People of the desk: add, list, reset, disable, enable, role."""
    from bot import staff_commands

    staff_commands.run(arguments, _settings("staff"))


def _audit(arguments: argparse.Namespace) -> None:
    """Prove that no line of the audit was changed or removed: exit code 1 when one was."""
    from bot import staff_commands

    sys.exit(staff_commands.verify(_settings("audit")))


def _agencies(arguments: argparse.Namespace) -> None:
    """The register of recruiting agencies: bring a list in, or find a name in it."""
    from bot import agency_commands

    sys.exit(agency_commands.run(arguments, _settings("agencies")))


def _demo(arguments: argparse.Namespace) -> None:
    """A throw-away desk with invented conversations: says who can sign in, and serves it. Without Rasa; danger is answered all the same."""
    from bot import demo, demo_people

    chosen = demo.settings_for(arguments.folder, arguments.port)
    logs.configure("WARNING", "demo")
    if arguments.codes:
        sys.stdout.write(demo_people.describe(chosen, demo_people.known()))
        return
    people = demo.fill(chosen)
    sys.stdout.write(demo_people.describe(chosen, people))
    sys.stdout.flush()
    if not arguments.fill_only:
        _serve_with(chosen)


COMMANDS: dict[str, Callable[[argparse.Namespace], None]] = {
    "run": _run, "serve": _serve, "rasa": _rasa, "actions": _actions, "train": _train, "migrate": _migrate, "content": _content,
    "messenger-setup": _messenger_setup, "bench": _bench, "understand": _understand, "evaluate": _evaluate,
    "staff": _staff, "audit": _audit, "agencies": _agencies, "demo": _demo,
}  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    """Runs one command; returns the exit code. What is wrong with settings or content is said in one line."""
    parser = argparse.ArgumentParser(prog="python -m bot", description="Sohojatri: helpline assistant for women migrants from Bangladesh.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        sub = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        _options(name, sub)
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


def _options(command: str, parser: argparse.ArgumentParser) -> None:
    """What may be given with a command. Paths are those of where it was called: it runs elsewhere."""
    if command == "train":
        parser.add_argument("--force", action="store_true", help="train even when nothing changed")
    if command == "content":
        parser.add_argument("what", choices=["check", "due", "off", "on"], help="check, list what is due, or switch off or on")
        named = "an item, topic or step, or step_visa.cost, country.sa, service.ttc, hotline.women"
        parser.add_argument("id", nargs="?", help=f"for off and on: {named}")
        parser.add_argument("--days", type=int, default=14, help="for due: also what falls due in so many days (14)")
        parser.add_argument("--no-dates", action="store_true", help="for check: do not ask whether reviews are overdue")
    if command == "agencies":
        from bot.agency_options import options as agency_options

        agency_options(parser)
    if command == "staff":
        from bot.staff_commands import options

        options(parser)
    if command == "audit":
        parser.add_argument("what", choices=["verify"], help="verify")
    if command == "demo":
        parser.add_argument("--folder", type=_path, default=ROOT / "var" / "demo", help="where its database lies; what is there is deleted")
        parser.add_argument("--port", type=int, default=8090, help="where it is served (8090)")
        parser.add_argument("--codes", action="store_true", help="only print the codes of the second step that are good now")
        parser.add_argument("--fill-only", action="store_true", help="do not serve it")
    if command == "bench":
        parser.add_argument("--quick", action="store_true", help="a short run without stock Rasa, to see that it works")
        parser.add_argument("--out", type=_path, default=ROOT / "build", help="where the results go")
    if command == "evaluate":
        parser.add_argument("folder", type=_path, help="where the labelled *.jsonl lie")
        parser.add_argument("--stock", action="store_true", help="also measure Rasa's default pipeline, trained on the same examples")
        parser.add_argument("--stock-epochs", type=_epochs, default=100, help="epochs to train it for (100)")
        parser.add_argument("--curve", action="store_true", help="also train on a quarter and on half of the examples")
        parser.add_argument("--out", type=_path, default=ROOT / "build" / "evaluation", help="where the results go")


def _path(given: str) -> Path:
    return Path(given).resolve()


def _epochs(given: str) -> int:
    if not given.isdecimal() or not int(given):
        raise argparse.ArgumentTypeError("must be a whole number from 1")
    return int(given)


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
