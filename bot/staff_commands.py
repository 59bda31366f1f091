"""What the command line does for the desk: people, and the proof of the audit."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from bot.errors import SohojatriError, UnknownStaff
from bot.settings import Settings
from bot.staff import Account, Role

if TYPE_CHECKING:  # the database is loaded only by who needs it: `--help` should be quick
    from bot.storage import Accounts, Database, Sealer


def options(parser: argparse.ArgumentParser) -> None:
    """The options of `staff`."""
    acts = parser.add_subparsers(dest="act", required=True)
    add = acts.add_parser("add", help="a new person; prints her one-time set-up code")
    add.add_argument("login", help="what she signs in with")
    add.add_argument("--name", required=True, help="what colleagues see")
    add.add_argument("--role", choices=[role.value for role in Role], required=True)
    add.add_argument("--team", default="", help="a supervisor sees the cases of her team")
    add.add_argument("--language", choices=["bn", "en"], default="bn", help="of the desk (bn)")
    acts.add_parser("list", help="everybody")
    for name, what in (
        ("reset", "takes away password and second factor, ends her sessions and prints a new one-time set-up code"),
        ("disable", "ends her sessions at once; she cannot sign in"),
        ("enable", "she may sign in again"),
    ):
        acts.add_parser(name, help=what).add_argument("login")
    acts.add_parser("link", help="prints a one-time code with which her Telegram account may act for her in the staff group").add_argument(
        "login"
    )
    email = acts.add_parser("email", help="where she is alerted by e-mail; without an address, no more")
    email.add_argument("login")
    email.add_argument("address", nargs="?")
    role = acts.add_parser("role", help="another role or team; ends her sessions")
    role.add_argument("login")
    role.add_argument("role", choices=[role.value for role in Role])
    role.add_argument("--team", help="unchanged when not given")


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Prints to standard output only: a set-up code is never logged."""
    accounts = opened(settings)
    if arguments.act == "list":
        for account in accounts.all():
            sys.stdout.write(_line(account) + "\n")
        return
    if arguments.act == "add":
        role, login = Role(arguments.role), arguments.login.strip()
        if not login or not login.isprintable():
            raise SohojatriError("The sign-in name must have letters or digits.")
        _, code = accounts.add(None, login=login, name=arguments.name.strip(), role=role, team=arguments.team, language=arguments.language)
        _tell(settings, login, code)
        return
    found = accounts.named(arguments.login)
    if found is None:
        raise UnknownStaff
    _change(arguments, settings, accounts, found)


def verify(settings: Settings) -> int:
    """The exit code: 0 where every line of the audit is as it was written."""
    count, last, fault = opened(settings).audit_faults()
    if fault is None:
        sys.stdout.write(f"{count} lines, all as they were written. Keep this, to compare another day: {count} {last}\n")
        return 0
    sys.stdout.write(f"The audit was tampered with: {fault}. Good until line {count}.\n")
    return 1


def opened(settings: Settings) -> Accounts:
    from bot.storage import Accounts
    from bot.storage.migrate import upgrade

    settings.var.mkdir(parents=True, exist_ok=True)
    upgrade(settings.database_url)
    return Accounts(*_store(settings))


def _store(settings: Settings) -> tuple[Database, Sealer]:
    from bot.storage import Database, Sealer

    return Database(settings.database_url), Sealer(settings.seal_keys.reveal(), settings.lookup_key.reveal())


def _gone(settings: Settings, staff: str) -> None:
    """Her cases go back to the queue, as when it is done at the desk."""
    from bot.storage.desk import Casework

    Casework(*_store(settings)).staff_gone(staff)


def _change(arguments: argparse.Namespace, settings: Settings, accounts: Accounts, found: Account) -> None:
    staff = found.staff
    if arguments.act == "reset":
        _tell(settings, found.login, accounts.reset(None, staff.id))
        _gone(settings, staff.id)
        return
    if arguments.act == "link":
        code = accounts.new_link(staff.id)
        sys.stdout.write(f"In the staff group write: /link {code}\nIt is good for 24 hours, once.\n")
        return
    if arguments.act == "email":
        if arguments.address is not None and "@" not in arguments.address:
            raise SohojatriError("An e-mail address has an @.")
        accounts.set_contact(staff.id, "email", arguments.address)
        sys.stdout.write(f"{found.login}: {'set' if arguments.address else 'removed'}\n")
        return
    if arguments.act == "role":
        team = staff.team if arguments.team is None else arguments.team
        accounts.change(None, staff.id, name=staff.name, role=Role(arguments.role), team=team)
    else:
        accounts.set_active(None, staff.id, arguments.act == "enable")
    if arguments.act != "enable":
        _gone(settings, staff.id)
    changed = accounts.account(staff.id)
    sys.stdout.write(_line(changed or found) + "\n")


def _tell(settings: Settings, login: str, code: str) -> None:
    address = settings.public_url or f"http://{settings.host}:{settings.port}"
    sys.stdout.write(f"One-time set-up code of {login}: {code}\nIt is good for 72 hours, once, at {address}/desk/setup\n")


def _line(account: Account) -> str:
    staff = account.staff
    state = "disabled" if not staff.active else "ready" if account.ready else "waits for set-up"
    return "\t".join((account.login, staff.name, staff.role.value, staff.team or "-", state, "on duty" if staff.on_duty else "off duty"))
