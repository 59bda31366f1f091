"""What is remembered of a person: rows to State and back."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from typing import Any

from sqlalchemy import bindparam, case, insert, update
from sqlalchemy.engine import Row

from bot.model import Flow, Level, Place, State
from bot.storage.sealing import Sealer
from bot.storage.tables import people
from bot.storage.transaction import Transaction

COLUMNS = (
    people.c.id.label("person_id"),
    people.c.language,
    people.c.language_chosen,
    people.c.script,
    people.c.step,
    people.c.part,
    people.c.done,
    people.c.level,
    people.c.offered,
    people.c.whereabouts,
    people.c.flows,
    people.c.safe_hours,
    people.c.safe_word,
)
_LEVELS = tuple(Level)


def level_of(rank: int) -> Level:
    return _LEVELS[rank]


def create(tx: Transaction) -> int:
    values = {**_columns(State()), "level": Level.NONE.rank, "created_at": tx.now, "seen_at": tx.now}
    return int(tx.connection.execute(insert(people), values).inserted_primary_key[0])


def state_of(sealer: Sealer, row: Row) -> State:
    """From a row that selected COLUMNS."""
    offered = [] if row.offered is None else sealer.unseal_json(row.offered, context=_offered(row.person_id))
    return State(
        language=row.language,
        language_chosen=row.language_chosen,
        script=row.script,
        place=Place(step=row.step, part=row.part, done=_steps(row.done)),
        level=level_of(row.level),
        offered=tuple(offered),
        whereabouts=row.whereabouts,
        safe_hours=row.safe_hours or "",
        safe_word=None if row.safe_word is None else sealer.unseal_text(row.safe_word, context=_word(row.person_id)),
        **({} if row.flows is None else _flows(sealer.unseal_json(row.flows, context=_sealed_flows(row.person_id)))),
    )


def remember(tx: Transaction, person: int, state: State) -> None:
    """Writes the state. The level never falls: another channel of hers may have found more meanwhile."""
    offered = tx.sealer.seal(list(state.offered), context=_offered(person)) if state.offered else None
    begun = {"flows": [asdict(flow) for flow in state.flows], "agreed": sorted(state.agreed)}
    flows = tx.sealer.seal(begun, context=_sealed_flows(person)) if state.flows or state.agreed else None
    word = None if state.safe_word is None else tx.sealer.seal(state.safe_word, context=_word(person))
    values = {**_columns(state), "safe_word": word, "offered": offered, "flows": flows, "seen_at": tx.now}
    tx.connection.execute(_remembered(), {**values, "person": person, "rank": state.level.rank})


def reset(tx: Transaction, person: int) -> None:
    """Forgets all that was remembered of her; only her own wish to be forgotten lowers a level so."""
    tx.connection.execute(
        update(people)
        .where(people.c.id == person)
        .values({**_columns(State()), "level": Level.NONE.rank, "offered": None, "flows": None, "safe_word": None})
    )


def raise_level(tx: Transaction, person: int, rank: int) -> None:
    tx.connection.execute(update(people).where(people.c.id == person).values(level=_higher(rank)))


@cache
def _remembered() -> Any:
    """Filled with the columns by their names."""
    return update(people).where(people.c.id == bindparam("person")).values(level=_higher(bindparam("rank")))


def _higher(rank: Any) -> Any:
    return case((people.c.level < rank, rank), else_=people.c.level)


def _columns(state: State) -> dict[str, Any]:
    return {
        "language": state.language,
        "language_chosen": state.language_chosen,
        "script": state.script,
        "step": state.place.step,
        "part": state.place.part,
        "done": sum(1 << step for step in state.place.done),
        "whereabouts": state.whereabouts,
        "safe_hours": state.safe_hours or None,
    }


def _steps(mask: int) -> frozenset[int]:
    return frozenset(step for step in range(mask.bit_length()) if mask >> step & 1)


def _offered(person: int) -> str:
    return f"people.offered:{person}"


def _word(person: int) -> str:
    return f"people.safe_word:{person}"


def _flows(stored: dict[str, Any]) -> dict[str, Any]:
    """The fields of State that are kept together."""
    flows = (Flow(**{**flow, "answers": tuple((question, answer) for question, answer in flow["answers"])}) for flow in stored["flows"])
    return {"flows": tuple(flows), "agreed": frozenset(stored["agreed"])}


def _sealed_flows(person: int) -> str:
    return f"people.flows:{person}"
