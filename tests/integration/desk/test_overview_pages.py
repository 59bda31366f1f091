"""What supervisors, analysts and admins look at: waiting and late, the sample, the audit, the figures."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.model import Level
from bot.staff import Action, Role
from bot.storage.figure_tables import figures
from tests.fakes.deskwork import WorkBench

ROW = {"channel": "web", "language": "bn", "country": "none", "stage": "none", "outcome": "resolved", "answered": "under_2", "level": 2}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[WorkBench]:
    made = WorkBench(tmp_path)
    yield made
    made.close()


def counted(bench: WorkBench, **cases: int) -> int:
    """So many figures of last year's March, by district; the year."""
    year = datetime.now(timezone.utc).year - 1
    rows = [
        {**ROW, "case_id": f"{district}{number}", "month": f"{year}-03", "category": "fraud", "district": district}
        for district, many in cases.items() for number in range(many)
    ]  # fmt: skip
    with bench.database.write() as connection:
        connection.execute(insert(figures), rows)
    return year


def test_small_counts_appear_neither_on_the_page_nor_in_the_file(bench: WorkBench) -> None:
    bench.person("tania", Role.ANALYST)
    year = counted(bench, dhaka=40, gazipur=3, cumilla=12, bogura=30)
    browser = bench.entered("tania")
    page = browser.get(f"/desk/figures?by=district&year={year}").text
    assert "Dhaka" in page and "Gazipur" in page and ">40<" in page
    assert not re.search(r">\s*3\s*<", page)
    response = browser.get(f"/desk/figures/csv?by=district&year={year}")
    assert response.headers["content-type"].startswith("text/csv") and "attachment" in response.headers["content-disposition"]
    lines = {(month, district): cases for month, district, cases in csv.reader(io.StringIO(response.text))}
    assert lines["total", "dhaka"] == "40" and lines["total", "gazipur"] == "*" and lines["total", "cumilla"] == "*"
    written = bench.accounts.audit_entries(action="exported")[0]
    assert written.detail == {"what": "figures", "year": str(year), "dimension": "district"}


def test_the_month_that_runs_is_not_counted(bench: WorkBench) -> None:
    bench.person("tania", Role.ANALYST)
    now = datetime.now(timezone(timedelta(hours=6)))
    row = {**ROW, "category": "fraud", "district": "dhaka", "month": now.strftime("%Y-%m")}
    with bench.database.write() as connection:
        connection.execute(insert(figures), [{**row, "case_id": f"c{number}"} for number in range(50)])
    assert ">50<" not in bench.entered("tania").get(f"/desk/figures?year={now.year}").text


@pytest.mark.parametrize("query", ["by=case_id", "by=<script>", "year=1", "year=99999999999999999999", "by=level&year=x", ""])
def test_what_makes_no_sense_is_answered_with_a_page(bench: WorkBench, query: str) -> None:
    bench.person("tania", Role.ANALYST)
    response = bench.entered("tania").get(f"/desk/figures?{query}")
    assert response.status_code == 200 and "<script>" not in response.text


def test_the_overview_shows_who_holds_what_and_what_is_late(bench: WorkBench) -> None:
    ann = bench.person("ann", name="Ann Person", team="a")
    bench.person("boss", Role.SUPERVISOR, team="a")
    bench.on_duty(ann.id)
    held = bench.case_of("words of hers", by=ann.id)
    waiting = bench.case_of("two", Level.CRITICAL, sender="bea", category="suicide")
    browser = bench.entered("boss")
    page = browser.get("/desk/oversight").text
    assert "Ann Person" in page and f"/desk/cases/{held}" in page and f"/desk/cases/{waiting}" in page and "Late:" not in page
    bench.clock.advance(180)
    page = browser.get("/desk/oversight/list").text
    assert "Late: 1" in page and page.count('class="late"') == 1
    assert "words of hers" not in page


def test_another_teams_cases_are_not_in_the_overview(bench: WorkBench) -> None:
    ann = bench.person("ann", team="a")
    bench.person("far", Role.SUPERVISOR, team="b")
    bench.on_duty(ann.id)
    case = bench.case_of("one", by=ann.id)
    assert case not in bench.entered("far").get("/desk/oversight").text


def test_the_sample_is_judged_and_missed_danger_opened(bench: WorkBench) -> None:
    boss = bench.person("boss", Role.SUPERVISOR)
    bench.hears("what does a passport cost")
    browser = bench.entered("boss")
    assert "no such conversation" in browser.get("/desk/sample").text
    bench.clock.advance(86_400)
    browser = bench.entered("boss")
    page = browser.get("/desk/sample").text
    assert "what does a passport cost" in page
    day = re.search(r'name="day" value="([\d-]+)"', page)
    assert day is not None
    assert browser.post("/desk/sample", {"day": day[1], "level": "none"}).headers["location"] == "/desk/sample"
    location = browser.post("/desk/sample", {"day": day[1], "level": "urgent"}).headers["location"]
    assert location.startswith("/desk/cases/") and "found in the daily sample" in browser.get(location).text
    assert "a case was opened" in browser.get("/desk/sample").text
    assert browser.post("/desk/sample", {"day": day[1], "level": "critical"}).headers["location"] == "/desk/sample"
    actions = [entry.action for entry in bench.accounts.audit_entries(by=boss.id)]
    assert "sample_viewed" in actions and "case_decided" in actions


def test_the_audit_is_filtered_and_paged_and_shows_reasons_only_to_who_sees_cases(bench: WorkBench) -> None:
    boss = bench.person("boss", Role.SUPERVISOR, name="Farida")
    bench.person("root", Role.ADMIN, name="Mita")
    bench.accounts.write_audit(boss.id, Action.REVEALED, "c" * 22, reason="to call her sister")
    for number in range(60):
        bench.accounts.write_audit(boss.id, Action.QUEUE_VIEWED, None, number=str(number))
    browser = bench.entered("boss")
    page = browser.get("/desk/audit").text
    assert page.count("<tr>") == 51 and "Older" in page
    older = re.search(r'href="(/desk/audit\?before=[^"]+)"', page)
    assert older is not None and "to call her sister" in browser.get(older[1].replace("&amp;", "&")).text
    found = browser.get("/desk/audit?action=revealed").text
    assert found.count("<tr>") == 2 and "to call her sister" in found
    assert browser.get(f"/desk/audit?object={'c' * 22}").text.count("<tr>") == 2
    admins = bench.entered("root").get("/desk/audit?action=revealed").text
    assert admins.count("<tr>") == 2 and "to call her sister" not in admins
    assert "Nothing found" in browser.get("/desk/audit?object=nothing").text
    assert browser.get("/desk/audit?before=x&action=y&by=z").status_code == 200
    assert bench.accounts.audit_entries(action="audit_viewed")[0].detail["of_by"] == "z"


def test_somebody_who_asked_for_all_to_be_deleted_is_erased_by_a_supervisor(bench: WorkBench) -> None:
    ann = bench.person("ann")
    bench.person("boss", Role.SUPERVISOR)
    bench.on_duty(ann.id)
    conversation = bench.hears("help", Level.URGENT)
    taken = bench.work.take_next(ann.id)
    assert taken is not None
    case = taken.case.id
    assert bench.repository.forget(conversation) == "kept"
    assert bench.work.close(case, ann.id, "resolved", True)
    browser = bench.entered("boss")
    assert "Asked for all to be deleted" in browser.get("/desk/oversight").text
    assert "Delete everything" in browser.get(f"/desk/cases/{case}").text
    assert browser.post(f"/desk/cases/{case}/erase").headers["location"] == "/desk/queue?told=erased"
    assert browser.get(f"/desk/cases/{case}").status_code == 404
