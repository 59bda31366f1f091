"""How fast the desk's pages answer with many stored cases: `python -m bot.evaluation.desk_speed --cases 50000`.

In process, over ASGI: what the desk and its database take, without a network. On SQLite in a folder of its own, or on DATABASE_URL.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import insert

from bot import demo
from bot.app import application, build
from bot.evaluation.report import percentile
from bot.settings import Settings
from bot.staff import Stage
from bot.storage import Accounts, Casework, Database, Sealer
from bot.storage.tables import cases, conversations, events, forms, messages, people
from bot.storage.transaction import token

_BATCH, _DAY = 1000, 86_400.0
_WAITING, _HELD = 150, 50  # open at the same time, beside the demo's
_CATEGORIES = ("suicide", "physical_violence", "wage_exploitation", "fraud", "captivity", "missing_person", "distress", "blackmail")
_DISTRICTS = ("dhaka", "gazipur", "cumilla", "faridpur", "jashore", "khulna", "sylhet", "bogura", "noakhali", "tangail")
PAGES = {
    "counsellor": ("/queue", "/queue/list", "/queue/own", "/queue/badge", "/cases/{mine}", "/cases/{mine}/thread", "/cases/{mine}/form"),
    "supervisor": ("/oversight", "/oversight/list", "/cases/{any}", "/sample", "/audit", "/audit?action=revealed", "/figures?by=district"),
    "analyst": ("/figures", "/figures?by=category", "/figures/csv?by=outcome"),
    "admin": ("/people", "/hours"),
}


def fill(chosen: Settings, number: int) -> None:
    """The demo's conversations, and so many closed cases of two years; a few hundred open ones more."""
    demo.fill(chosen)
    database, sealer = Database(chosen.database_url), Sealer(chosen.seal_keys.reveal(), chosen.lookup_key.reveal())
    dice, made = random.Random(7), 0
    while made < number + _WAITING + _HELD:
        with database.note() as connection:
            many = min(_BATCH, number + _WAITING + _HELD - made)
            rows = [_case(sealer, dice, made + offset, number) for offset in range(many)]
            first = int(connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM people").scalar() or 0) + 1
            for offset, row in enumerate(rows):
                for table in ("person", "conversation", "case"):
                    row[table]["id" if table == "person" else "person_id"] = first + offset
            connection.execute(insert(people), [row["person"] for row in rows])
            connection.execute(insert(conversations), [row["conversation"] for row in rows])
            connection.execute(insert(messages), [message for row in rows for message in row["messages"]])
            connection.execute(insert(cases), [row["case"] for row in rows])
            connection.execute(insert(events), [event for row in rows for event in row["events"]])
            connection.execute(insert(forms), [row["form"] for row in rows])
        made += many
    database.close()


def _case(sealer: Sealer, dice: random.Random, index: int, closed: int) -> dict[str, Any]:
    place, id, now = token(), token(), time.time()
    over, level = index < closed, dice.choice((1, 1, 2, 2, 3))
    at = now - dice.uniform(2 * _DAY, 700 * _DAY) if over else now - dice.uniform(60, 3000)
    held = not over and index >= closed + _WAITING
    body = sealer.seal({"text": "x" * 160, "media": None, "buttons": []}, context=f"messages.body:{place}")
    contact = sealer.seal([{"district": dice.choice(_DISTRICTS), "stage": "abroad"}], context=f"forms.body:{id}:contact")
    state = "closed" if over else "with_counsellor" if held else "queued"
    message = {
        "conversation_id": place,
        "body": body,
        "state": "answered",
        "attempts": 1,
        "risk_ask": False,
        "created_at": at,
        "done_at": at,
    }
    return {
        "person": {"language": "bn", "language_chosen": False, "script": "bn", "step": 1, "part": 0, "done": 0, "level": level,
                   "created_at": at, "seen_at": at},
        "conversation": {"id": place, "channel": "telegram", "address_digest": os.urandom(32), "address": os.urandom(40), "reachable": True,
                         "last_inbound_at": at, "holder": "bot" if over else "queue", "wrong_codes": 0, "wrong_codes_since": 0.0,
                         "created_at": at},
        "messages": [
            {**message, "direction": "in", "author": "person", "kind": "text", "risk_flag": 0 if n else level} for n in range(4)
        ],
        "case": {"id": id, "conversation_id": place, "level": level, "peak": level, "category": dice.choice(_CATEGORIES),
                 "state": state, "reason": "flagged", "opened_at": at, "raised_at": at,
                 "version": 3, "state_since": at, "queued_since": at, "her_last_at": at, "owner_id": token() if held else None,
                 "outcome": "resolved" if over else None, "closed_at": at + 3600 if over else None,
                 "more": json.dumps({"channel": dice.choice(("web", "telegram", "messenger"))})},
        "events": [{"case_id": id, "kind": kind, "at": at + dice.uniform(10, 900), "detail": "{}"}
                   for kind in (("opened", "accepted", "counsellor_wrote", "closed") if over else ("opened",))],
        "form": {"case_id": id, "piece": "contact", "body": contact, "staff_id": "nobody", "updated_at": at},
    }  # fmt: skip


async def measure(chosen: Settings, rounds: int) -> list[tuple[str, str, list[tuple[float, float]]]]:
    """(role, page, milliseconds of each answer)."""
    house = build(chosen)
    database, sealer = Database(chosen.database_url), Sealer(chosen.seal_keys.reveal(), chosen.lookup_key.reveal())
    accounts, work = Accounts(database, sealer), Casework(database, sealer)
    mine, found = "", []
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=application(house)), base_url="http://desk.test", timeout=60) as client:
        for login, pages in PAGES.items():
            account = accounts.named(login)
            assert account is not None
            own = [line.id for line in work.own(account.staff.id) if line.owner == account.staff.id]
            mine = own[0] if own else mine
            client.cookies.set("desk", accounts.open_session(account.staff.id, Stage.FULL), domain="desk.test", path="/desk")
            for page in pages:
                path = "/desk" + page.format(mine=mine, any=mine)
                await _timed(client, path)  # what is loaded once
                found.append((login, page, [await _timed(client, path) for _ in range(rounds)]))
    database.close()
    return found


async def _timed(client: httpx.AsyncClient, path: str) -> tuple[float, float]:
    """Milliseconds by the clock, and of the processor: the second says the same on a busy machine."""
    begin, worked = time.perf_counter(), time.process_time()
    response = await client.get(path)
    took = (time.perf_counter() - begin) * 1000, (time.process_time() - worked) * 1000
    assert response.status_code == 200, f"{path}: {response.status_code}"
    return took


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bot.evaluation.desk_speed", description="Times the desk's pages.")
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--folder", type=Path, help="keep the database here, and use it again")
    parser.add_argument("--limit", type=float, default=100.0, help="milliseconds the slowest page's p95 may take (100)")
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        chosen = demo.settings_for(given.folder or Path(folder))
        if url := os.environ.get("DATABASE_URL"):
            chosen = replace(chosen, database_url=url)
        if not (given.folder and (given.folder / "sohojatri.db").exists()):
            fill(chosen, given.cases)
        found = asyncio.run(measure(chosen, given.rounds))
    worst = 0.0
    for login, page, times in found:
        clock, processor = [took for took, _ in times], [worked for _, worked in times]
        worst = max(worst, percentile(clock, 0.95))
        figures = (percentile(clock, 0.5), percentile(clock, 0.95), percentile(processor, 0.95))
        sys.stdout.write("{:11} {:28} p50 {:7.1f} ms   p95 {:7.1f} ms   processor p95 {:7.1f} ms\n".format(login, page, *figures))
    sys.stdout.write(f"{given.cases} closed cases, slowest p95 {worst:.1f} ms\n")
    return 0 if worst <= given.limit else 1


if __name__ == "__main__":
    sys.exit(main())
