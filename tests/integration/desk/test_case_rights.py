"""Who may do what with which case: every role, every route of a case, and each way somebody can stand to it. And what an attacker puts into it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from bot.desk.headers import HEADERS
from bot.desk.pages import MOUNT
from bot.desk.permissions import PERMISSIONS, Object, allowed
from bot.model import Level
from bot.staff import Action, Role
from tests.fakes.desk import Browser
from tests.fakes.deskwork import WorkBench

SECRET = "only her counsellor reads this"  # what she wrote
EVIL = "<script>alert(1)</script>\"><img src=x onerror=alert(2)>'{{7*7}}"
OF_A_CASE = sorted(name for name, rule in PERMISSIONS.items() if rule.object is Object.CASE)
FORMS: dict[str, dict[str, str]] = {
    "case.say": {"text": "hello", "once": "1"}, "case.note": {"note": "a note"}, "case.level": {"level": "critical"},
    "case.transfer": {"to": "team:b", "note": "a note"}, "case.callback": {"at": "2020-01-01T10:00"}, "case.missed": {"at": "x"},
    "case.hide": {"on": "1"}, "case.close": {"outcome": "resolved"}, "case.reveal": {"reason": "she asked for it"},
    "form.save": {"who": "herself"},
}  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[WorkBench]:
    made = WorkBench(tmp_path)
    yield made
    made.close()


class Street:
    """A case of team a, held by Ann; and people who stand to it in every way."""

    def __init__(self, bench: WorkBench) -> None:
        self.bench = bench
        people = {
            "ann": Role.COUNSELLOR, "bea": Role.COUNSELLOR, "cleo": Role.COUNSELLOR, "boss": Role.SUPERVISOR, "analyst": Role.ANALYST,
            "admin": Role.ADMIN,
        }  # fmt: skip
        self.ids = {
            login: bench.person(login, role, team="a" if role in (Role.COUNSELLOR, Role.SUPERVISOR) else "").id
            for login, role in people.items()
        }
        self.ids["far"] = bench.person("far", Role.SUPERVISOR, team="b").id
        bench.on_duty(self.ids["ann"], self.ids["bea"])
        self.case = bench.case_of(SECRET, by=self.ids["ann"])
        bench.work.transfer(self.case, self.ids["ann"], "please", to_staff=self.ids["bea"])

    @property
    def soon(self) -> str:
        """Tomorrow, as the browser's field gives it."""
        return (self.bench.clock() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")

    def role(self, login: str) -> Role:
        account = self.bench.accounts.named(login)
        assert account is not None
        return account.staff.role

    def ask(self, login: str, name: str, case: str | None = None, *, forms: Mapping[str, dict[str, str]] = FORMS) -> httpx.Response:
        route = next(route for route in self.bench.desk.routes if isinstance(route, Route) and route.name == name)
        path = MOUNT + route.path.replace("{case}", case or self.case).replace("{section}", "contact").replace("{message:int}", "1")
        browser = self.bench.entered(login)
        return browser.post(path, forms.get(name)) if "POST" in (route.methods or ()) else browser.get(path)


@pytest.fixture
def street(bench: WorkBench) -> Street:
    return Street(bench)


SEE = ["ann", "bea", "boss"]  # holds it, is asked to take it, supervises


@pytest.mark.parametrize("login", ["cleo", "far", "analyst", "admin"])
def test_who_may_not_see_a_case_gets_nothing_of_it_on_any_route(street: Street, login: str) -> None:
    before, role = street.bench.found(street.case), street.role(login)
    for name in OF_A_CASE:
        response = street.ask(login, name)
        assert response.status_code == (404 if allowed(name, role) else 403), name
        assert SECRET not in response.text, name
    assert street.bench.found(street.case) == before and not street.bench.work.form(street.case)


@pytest.mark.parametrize("login", SEE)
def test_who_may_see_it_opens_its_pages(street: Street, login: str) -> None:
    for name in ("case", "case.thread"):
        assert SECRET in street.ask(login, name).text
    for name in ("case.facts", "case.acts", "case.shelf", "form"):
        assert street.ask(login, name).status_code == 200, name


def test_a_case_that_is_not_there_is_404_like_one_of_somebody_else(street: Street) -> None:
    for login in ("ann", "boss"):
        for name in OF_A_CASE:
            assert street.ask(login, name, "x" * 22).status_code == (404 if allowed(name, street.role(login)) else 403), name


# Only who holds it may answer her, agree on a call-back, hide or close; looking on gives no voice.
VOICELESS = ["case.say", "case.callback", "case.missed", "case.hide", "case.close"]


@pytest.mark.parametrize("login", ["bea", "boss"])
def test_who_only_sees_it_cannot_act_as_its_holder(street: Street, login: str) -> None:
    forms = {**FORMS, "case.callback": {"at": street.soon}, "case.missed": {"at": street.soon}}
    forms["case.close"] = {"outcome": "resolved", "safety": "1"}
    names = [*VOICELESS, *(("case.level", "form.save") if login == "bea" else ("case.recall",))]  # who is asked may say no
    before = street.bench.found(street.case)
    for name in names:
        assert street.ask(login, name, forms=forms).status_code in (303, 404, 409), name
        assert street.bench.found(street.case) == before, name
    view = street.bench.work.view(street.case, street.ids["ann"])
    assert not view.form and not [message for message in view.messages if message.author == "counsellor"]


def test_its_holder_does_each_of_these(street: Street) -> None:
    """So that the test above can fail."""
    street.bench.work.reject_transfer(street.case, street.ids["bea"])
    before = street.bench.found(street.case)
    assert street.ask("ann", "case.say").status_code == 303
    assert street.ask("ann", "case.hide").headers["location"].endswith("done=hidden")
    assert street.ask("ann", "case.level").headers["location"].endswith("done=level")
    assert street.ask("ann", "form.save").status_code == 303
    assert street.ask("ann", "case.callback", forms={"case.callback": {"at": street.soon}}).headers["location"].endswith("done=callback")
    after = street.bench.found(street.case)
    assert (after.hidden, after.level, after.state.value) == (True, Level.CRITICAL, "callback") and before.level is Level.URGENT


def test_after_the_transfer_the_first_has_lost_it(street: Street) -> None:
    assert SECRET in street.ask("bea", "case").text
    assert street.ask("bea", "case.accept").headers["location"] == f"/desk/cases/{street.case}"
    for name in ("case", "case.thread", "form", "case.say"):
        assert street.ask("ann", name).status_code == 404
    assert street.bench.found(street.case).owner == street.ids["bea"]


def test_somebody_disabled_is_out_of_the_case_at_once(street: Street) -> None:
    browser = street.bench.entered("ann")
    assert SECRET in browser.get(f"/desk/cases/{street.case}").text
    street.bench.accounts.set_active(None, street.ids["ann"], False)
    assert SECRET not in browser.get(f"/desk/cases/{street.case}").text


def test_every_look_and_act_is_written_down(street: Street) -> None:
    audit = street.bench.accounts
    street.ask("ann", "case")
    street.ask("ann", "case.say")
    street.ask("ann", "case.note")
    street.ask("ann", "form.save")
    street.ask("boss", "case.reveal")
    written = {(entry.action, entry.staff) for entry in audit.audit_entries(object=street.case)}
    ann, boss = street.ids["ann"], street.ids["boss"]
    assert {("case_viewed", ann), ("message_sent", ann), ("note_written", ann), ("form_changed", ann), ("revealed", boss)} <= written
    (revealed,) = audit.audit_entries(action="revealed")
    assert revealed.detail == {"reason": "she asked for it"}
    assert audit.audit_faults()[2] is None


def test_who_she_is_stays_hidden_without_a_reason(street: Street) -> None:
    street.bench.work.put_form(street.case, street.ids["ann"], {"contact": {"name": "Kulsum", "who": "herself"}})
    page = street.ask("ann", "case").text + street.ask("ann", "form").text
    assert "Kulsum" not in page and ">ann<" not in page
    assert "Kulsum" not in street.ask("ann", "case.reveal", forms={"case.reveal": {"reason": "x"}}).text
    shown = street.ask("ann", "case.reveal").text
    assert "Kulsum" in shown and "<code>ann</code>" in shown


def test_what_she_types_of_herself_is_hidden_until_revealed_with_a_reason(bench: WorkBench) -> None:
    """In messages, notes and the form; for its counsellor and the supervisor, in each piece of the page."""
    ann = bench.person("ann", team="a")
    bench.person("boss", Role.SUPERVISOR, team="a")
    bench.on_duty(ann.id)
    hers, nid, mail, papers = "01712-345678", "১৯৯১২৬৯২৫০৬০০০১২৩", "rahima@example.com", "BX0123456"
    case = bench.case_of(
        f"amar number {hers}, nid {nid}. 999 e phone dibo?", by=ann.id, replies=(f"আপনার নম্বর {hers}, আমাদের +880 9610 102030",)
    )
    bench.hears(f"mail {mail}")
    bench.work.say(case, ann.id, f"ফোন করব {hers}")
    bench.work.note(case, ann.id, f"passport {papers}")
    bench.work.put_form(case, ann.id, {"level": {"why": f"brother {hers}"}, "contact": {"who": "herself"}})
    secrets = (hers, nid, mail, papers)
    for login in ("ann", "boss"):
        browser, path = bench.entered(login), f"/desk/cases/{case}"
        pages = [browser.get(path + part).text for part in ("", "/thread", "/facts", "/form", "/acts")]
        pages.append(browser.post(path + "/reveal", {"reason": "x"}).text)
        for page in pages:
            assert not [secret for secret in secrets if secret in page]
        assert "•••78" in pages[1] and "+880 9610 102030" in pages[1] and "999 e phone" in pages[1] and "•••56" in pages[2]
        shown = browser.post(path + "/reveal", {"reason": "she asked for a call"}).text
        assert all(secret in shown for secret in secrets)
    assert [entry.detail for entry in bench.accounts.audit_entries(action="revealed")] == [{"reason": "she asked for a call"}] * 2


def test_a_field_of_the_form_that_is_hidden_stays_when_the_rest_is_saved(bench: WorkBench) -> None:
    ann = bench.person("ann")
    bench.on_duty(ann.id)
    case = bench.case_of("help", by=ann.id)
    bench.work.put_form(case, ann.id, {"level": {"why": "brother 01712345678"}})
    browser, path = bench.entered("ann"), f"/desk/cases/{case}/form/level"
    browser.post(path, {"why": ""})
    assert bench.work.form(case) == {"level": {"why": "brother 01712345678"}}
    browser.post(path, {"why": "seen by a colleague"})
    browser.post(path, {"why": ""})
    assert not bench.work.form(case)


def test_the_form_is_downloaded_without_what_says_who_she_is(bench: WorkBench) -> None:
    ann = bench.person("ann", team="a")
    bench.person("cleo", team="a")
    bench.on_duty(ann.id)
    case = bench.case_of("help", by=ann.id)
    contact = {"name": "Kulsum", "phone": "01712345678", "address": "Cumilla 5", "who": "mother", "district": "dhaka", "country": "sa"}
    form = {
        "contact": contact,
        "level": {"why": "=1+1, call 01812345699"},
        "danger": {"strangling": "yes"},
        "issue": {"work": ["wages", "papers"]},
    }
    bench.work.put_form(case, ann.id, form)
    response = bench.entered("ann").get(f"/desk/cases/{case}/form.csv")
    assert response.headers["content-type"].startswith("text/csv") and "attachment" in response.headers["content-disposition"]
    lines = {(field, value) for _, field, value in csv.reader(io.StringIO(response.text.removeprefix("\ufeff")))}
    assert ("District", "Dhaka") in lines and ("Strangling", "Yes") in lines and ("My judgement", "'=1+1, call •••99") in lines
    assert not [secret for secret in ("Kulsum", "01712345678", "Cumilla 5", "01812345699", case, "help") if secret in response.text]
    assert bench.accounts.audit_entries(action="exported")[0].object == case
    assert bench.entered("cleo").get(f"/desk/cases/{case}/form.csv").status_code == 404


def test_an_answer_by_htmx_shows_no_number_either(bench: WorkBench) -> None:
    ann = bench.person("ann")
    bench.on_duty(ann.id)
    case = bench.case_of("ami 01712345678", by=ann.id)
    browser = bench.entered("ann")
    page = browser.post(f"/desk/cases/{case}/say", {"text": "01812345699?", "once": "1"}, headers={"hx-request": "true"}).text
    assert "01712345678" not in page and "01812345699" not in page and "•••99" in page


def test_the_audit_shows_no_number_that_stands_in_a_reason(bench: WorkBench) -> None:
    boss = bench.person("boss", Role.SUPERVISOR)
    bench.accounts.write_audit(boss.id, Action.REVEALED, "c" * 22, reason="call 01712345678")
    page = bench.entered("boss").get("/desk/audit").text
    assert "01712345678" not in page and "call •••78" in page


def test_the_sample_shows_no_number(bench: WorkBench) -> None:
    bench.person("boss", Role.SUPERVISOR)
    bench.hears("call me 01712345678, passport BX0123456")
    bench.clock.advance(86_400)
    page = bench.entered("boss").get("/desk/sample").text
    assert "call me" in page and "01712345678" not in page and "BX0123456" not in page


def test_a_form_saved_without_names_keeps_them(street: Street) -> None:
    street.bench.work.put_form(street.case, street.ids["ann"], {"contact": {"name": "Kulsum"}})
    street.bench.entered("ann").post(f"/desk/cases/{street.case}/form/contact", {"stage": "abroad", "name": "", "who": "nobody", "x": "y"})
    assert street.bench.work.form(street.case) == {"contact": {"stage": "abroad", "name": "Kulsum"}}


def test_what_is_typed_runs_nowhere(bench: WorkBench) -> None:
    ann = bench.person("ann", team=EVIL[:8].replace("<", "x"), name=EVIL)
    bench.on_duty(ann.id)
    boss = bench.person("boss", Role.SUPERVISOR, name=EVIL)
    case = bench.case_of(EVIL, by=ann.id, channel="telegram", sender=EVIL, replies=(EVIL,))
    bench.work.note(case, ann.id, EVIL)
    bench.work.say(case, ann.id, EVIL)
    bench.work.put_form(case, ann.id, {"contact": {"name": EVIL}, "level": {"why": EVIL}})
    paths = [
        "/desk/queue",
        f"/desk/cases/{case}",
        f"/desk/cases/{case}/thread",
        f"/desk/cases/{case}/form",
        "/desk/oversight",
        "/desk/audit?object=" + EVIL,
    ]
    for login, wanted in (("ann", paths[:4]), ("boss", paths)):
        browser = bench.entered(login)
        pages = [browser.get(path).text for path in wanted]
        pages.append(browser.post(f"/desk/cases/{case}/reveal", {"reason": EVIL}).text)
        for page in pages:
            assert "<script>alert" not in page and "<img src=x" not in page and "49" not in re.findall(r"alert\(1\)[^<]{0,40}", page)
            assert not re.search(r"<[^>]*onerror=alert(?![^>]*&)", page.replace(EVIL, ""))
    assert "&lt;script&gt;alert(1)" in bench.entered("ann").get(paths[1]).text
    assert boss.id


@pytest.mark.parametrize("hidden", ["01712345678", "a@b.com", 'facebook.com/"><img/src=x/onerror=alert(2)>', "@<script>alert(1)</script>"])
def test_what_is_hidden_runs_nowhere_either(bench: WorkBench, hidden: str) -> None:
    """Where it is hidden, and where it is shown again."""
    ann = bench.person("ann")
    bench.person("boss", Role.SUPERVISOR)
    bench.on_duty(ann.id)
    evil = f"<b>x</b>{hidden}<script>alert(1)</script> {hidden} '\"><img src=x onerror=alert(2)>"
    case = bench.case_of(evil, by=ann.id)
    bench.work.note(case, ann.id, evil)
    bench.work.put_form(case, ann.id, {"level": {"why": evil}})
    for login in ("ann", "boss"):
        browser, path = bench.entered(login), f"/desk/cases/{case}"
        pages = [browser.get(path + part).text for part in ("", "/thread", "/facts", "/form")]
        pages += [browser.post(path + "/reveal", {"reason": evil[:200]}).text, bench.entered("boss").get("/desk/audit").text]
        for page in pages:
            assert "<b>x" not in page and "<script>alert" not in page and "<img" not in page.replace('<img src="/desk/static/', "")


def test_another_site_does_nothing_with_a_case(street: Street) -> None:
    before, browser = street.bench.found(street.case), street.bench.entered("ann")
    for name in (name for name in OF_A_CASE if name in FORMS):
        path = f"/desk/cases/{street.case}/" + ("form/contact" if name == "form.save" else name.partition(".")[2])
        for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example", "sec-fetch-site": ""}):
            assert browser.post(path, FORMS[name], headers=headers).status_code == 403
        assert browser.post(path, FORMS[name], csrf="0" * 64).status_code == 403
    assert street.bench.found(street.case) == before


def test_the_answers_of_case_pages_carry_the_headers(street: Street) -> None:
    for name in ("case", "case.thread", "form", "case.shelf"):
        headers = street.ask("ann", name).headers
        assert all(headers[header] == value for header, value in HEADERS.items())
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


# What comes of it


def test_a_critical_case_is_closed_by_two(bench: WorkBench) -> None:
    ann, boss = bench.person("ann"), bench.person("boss", Role.SUPERVISOR)
    bench.on_duty(ann.id)
    case = bench.case_of("help", Level.CRITICAL, by=ann.id, category="suicide")
    browser, path = bench.entered("ann"), f"/desk/cases/{case}"
    browser.get(path)
    assert browser.post(path + "/close", {"outcome": "resolved"}).headers["location"].endswith("problem=close")
    assert browser.post(path + "/close", {"outcome": "a number", "safety": "1"}).headers["location"].endswith("problem=close")
    assert browser.post(path + "/close", {"outcome": "resolved", "safety": "1"}).headers["location"].endswith("done=confirm")
    assert browser.post(path + "/confirm").status_code == 403
    other = bench.entered("boss")
    assert "Yes, close it" in other.get(path).text
    other.post(path + "/confirm")
    found = bench.found(case)
    assert (found.state.value, found.outcome, found.confirmed_by) == ("closed", "resolved", boss.id)


def test_lowering_needs_a_reason_and_raising_none(bench: WorkBench) -> None:
    ann = bench.person("ann")
    bench.on_duty(ann.id)
    case = bench.case_of("help", by=ann.id)
    browser, path = bench.entered("ann"), f"/desk/cases/{case}"
    browser.get(path)
    assert browser.post(path + "/level", {"level": "standard"}).headers["location"].endswith("problem=reason")
    assert bench.found(case).level is Level.URGENT
    browser.post(path + "/level", {"level": "critical"})
    assert bench.found(case).level is Level.CRITICAL
    browser.post(path + "/level", {"level": "standard", "reason": "a film"})
    assert bench.found(case).level is Level.STANDARD
    assert "a film" in browser.get(path).text
    for wrong in ("none", "", "worst"):
        browser.post(path + "/level", {"level": wrong, "reason": "x"})
    assert bench.found(case).level is Level.STANDARD


def test_the_same_press_twice_is_one_message(bench: WorkBench) -> None:
    ann = bench.person("ann")
    bench.on_duty(ann.id)
    case = bench.case_of("help", by=ann.id)
    browser, path = bench.entered("ann"), f"/desk/cases/{case}/say"
    browser.get(f"/desk/cases/{case}")
    for _ in range(2):
        assert browser.post(path, {"text": "আমি আছি", "once": "abc"}, headers={"hx-request": "true"}).status_code == 200
    said = [message.text for message in bench.work.view(case, ann.id).messages if message.author == "counsellor"]
    assert said == ["আমি আছি"]
    assert browser.post(path, {"text": " "}, headers={"hx-request": "true"}).status_code == 422


def test_messages_are_read_only_where_they_are_seen(bench: WorkBench) -> None:
    ann = bench.person("ann")
    bench.on_duty(ann.id)
    case = bench.case_of("help", by=ann.id)
    browser: Browser = bench.entered("ann")
    browser.get(f"/desk/cases/{case}/thread")
    assert bench.work.own(ann.id)[0].unread == 1
    browser.get(f"/desk/cases/{case}/thread", headers={"x-desk-seen": "1"})
    assert bench.work.own(ann.id)[0].unread == 0


@pytest.mark.parametrize(("hours", "told"), [(0, None), (21, "almost a day"), (6 * 24 + 1, "for only"), (7 * 24 + 1, "until she writes")])
def test_messengers_window_is_warned_of(bench: WorkBench, hours: int, told: str | None) -> None:
    ann = bench.person("ann")
    bench.on_duty(ann.id)
    case = bench.case_of("help", by=ann.id, channel="messenger")
    bench.clock.advance(hours * 3600)
    page = bench.entered("ann").get(f"/desk/cases/{case}").text
    warned = re.findall(r"Messenger: (?:she|you).*|Messenger takes .*", page)
    assert bool(warned) == (told is not None) and (told is None or told in "".join(warned))


def test_a_supervisor_gives_a_waiting_case_to_somebody(bench: WorkBench) -> None:
    ann, boss = bench.person("ann", team="a"), bench.person("boss", Role.SUPERVISOR, team="a")
    bench.on_duty(ann.id)
    case = bench.case_of("help")
    browser, path = bench.entered("boss"), f"/desk/cases/{case}"
    assert "Nobody holds a case." in browser.get("/desk/oversight").text
    assert browser.post(path + "/transfer", {"to": f"staff:{ann.id}", "note": ""}).headers["location"].endswith("problem=note")
    assert browser.post(path + "/transfer", {"to": "staff:nobody", "note": "x"}).headers["location"].endswith("problem=whom")
    browser.post(path + "/transfer", {"to": f"staff:{ann.id}", "note": "please"})
    assert bench.found(case).offered_to == ann.id
    her: Any = bench.entered("ann")
    assert f"/desk/cases/{case}/accept" in her.get("/desk/queue").text
    her.post(path + "/accept")
    assert bench.found(case).owner == ann.id and boss.id
