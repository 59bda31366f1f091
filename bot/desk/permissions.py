"""Who may do what: one line for each route, denied where there is none. tests/unit/desk/test_permissions.py asserts the whole table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from bot.staff import Role, Stage

COUNSELLOR, SUPERVISOR, ANALYST, ADMIN = Role.COUNSELLOR, Role.SUPERVISOR, Role.ANALYST, Role.ADMIN
EVERYBODY = frozenset(Role)
CASEWORK = frozenset({COUNSELLOR, SUPERVISOR})


class Object(str, Enum):
    """What the path names, and so what must be asked about it. Who may not see it gets 404, as if it were not there."""

    NONE = "none"
    STAFF = "staff"  # {staff} is somebody of the desk
    CASE = "case"  # {case} is one she may see: own or offered, or of the team for a supervisor


@dataclass(frozen=True, kw_only=True)
class Rule:
    roles: frozenset[Role] = frozenset()  # empty with stage None: everybody, signed in or not
    stage: Stage | None = Stage.FULL  # how far the sign-in must be; None: not needed
    object: Object = Object.NONE
    passive: bool = False  # asked by the page itself: does not keep a session alive


def _public() -> Rule:
    return Rule(stage=None)


def _at(stage: Stage) -> Rule:
    return Rule(roles=EVERYBODY, stage=stage)


def _for(*roles: Role, object: Object = Object.NONE, passive: bool = False) -> Rule:
    return Rule(roles=frozenset(roles), object=object, passive=passive)


def _case(*roles: Role) -> Rule:
    """Of a case that she may see; without roles, whoever does casework."""
    return Rule(roles=frozenset(roles) or CASEWORK, object=Object.CASE)


# Route name → rule. A route's name says its page and, after a dot, what is done there.
PERMISSIONS: Mapping[str, Rule] = {
    "static": _public(),
    "sign_in": _public(),
    "sign_in.send": _public(),
    "setup": _public(),
    "setup.send": _public(),
    "language": _public(),
    "second": _at(Stage.SECOND),
    "second.send": _at(Stage.SECOND),
    "setup_password": _at(Stage.SETUP),
    "setup_password.send": _at(Stage.SETUP),
    "setup_second": _at(Stage.SETUP),
    "setup_second.send": _at(Stage.SETUP),
    "sign_out": Rule(roles=EVERYBODY, stage=None),  # at every stage, and harmless at none
    "home": _for(*Role),
    "active": _for(*Role),
    "events": _for(*Role, passive=True),
    "duty": _for(COUNSELLOR, SUPERVISOR),
    "account": _for(*Role),
    "account.password": _for(*Role),
    "account.second": _for(*Role),
    "account.second.confirm": _for(*Role),
    "account.sessions.end": _for(*Role),
    "account.telegram": _for(*CASEWORK),
    "account.telegram.end": _for(*CASEWORK),
    "queue": _for(*CASEWORK),
    "queue.list": _for(*CASEWORK, passive=True),
    "queue.own": _for(*CASEWORK, passive=True),
    "queue.badge": _for(*CASEWORK, passive=True),
    "queue.take": _for(*CASEWORK),
    "case": _case(),
    "case.thread": _case(),
    "case.facts": _case(),
    "case.acts": _case(),
    "case.shelf": _case(),
    "case.say": _case(),
    "case.accept": _case(),
    "case.reject": _case(),
    "case.note": _case(),
    "case.level": _case(),
    "case.transfer": _case(),
    "case.recall": _case(),
    "case.callback": _case(),
    "case.missed": _case(),
    "case.hide": _case(),
    "case.close": _case(),
    "case.confirm": _case(SUPERVISOR),
    "case.erase": _case(SUPERVISOR),
    "case.reveal": _case(),
    "case.file": _case(),
    "form": _case(),
    "form.save": _case(),
    "form.export": _case(),
    "oversight": _for(SUPERVISOR),
    "oversight.list": _for(SUPERVISOR, passive=True),
    "sample": _for(SUPERVISOR),
    "sample.judge": _for(SUPERVISOR),
    "audit": _for(SUPERVISOR, ADMIN),
    "figures": _for(SUPERVISOR, ANALYST),
    "figures.csv": _for(SUPERVISOR, ANALYST),
    "people": _for(ADMIN),
    "people.add": _for(ADMIN),
    "person": _for(ADMIN, object=Object.STAFF),
    "person.change": _for(ADMIN, object=Object.STAFF),
    "person.disable": _for(ADMIN, object=Object.STAFF),
    "person.enable": _for(ADMIN, object=Object.STAFF),
    "person.reset": _for(ADMIN, object=Object.STAFF),
    "person.sessions.end": _for(ADMIN, object=Object.STAFF),
    "hours": _for(ADMIN, SUPERVISOR),
    "hours.save": _for(ADMIN),
    "hours.holiday": _for(ADMIN),
    "hours.holiday.remove": _for(ADMIN),
}


def allowed(route: str, role: Role) -> bool:
    """Whether a signed-in person of this role may ask for the route at all; its object is asked about besides."""
    rule = PERMISSIONS.get(route)
    return rule is not None and (rule.stage is None or (rule.stage is Stage.FULL and role in rule.roles))
