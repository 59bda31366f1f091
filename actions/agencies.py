"""Whether an agency stands in the register, with source and date, and what that does not mean. Found is not safe; not found is not fake."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

from rasa_sdk import Tracker

from actions.scenes import Scene, scene
from actions.speaking import button, entity, ways
from bot.agencies.entries import ACTIVE, UNKNOWN, Agency
from bot.errors import SohojatriError
from bot.model import Answer, Button, Flow, Reply
from bot.spoken import day_text, number_text
from bot.storage.directory import Found, Listing, directory
from bot.understanding.agency_names import EXACT, LIKELY
from bot.understanding.commands import Command

AGENCY_STEP, FLOW = "step_agency", "agency_check"
_SHOWN = 4  # candidates
_TITLE = 20  # characters of a button
_ASKED = 60  # characters of her words shown again
_SHORT, _SURE = 8, 0.97  # words; score: "is the visa real" comes as near as 0.96 to an agency of that name

log = logging.getLogger(__name__)


def asked_of(tracker: Tracker) -> Answer | None:
    """The answer where her question names an agency; None where it asks about agencies as such."""
    here = scene(tracker)
    rl, agency = entity(tracker, "rl"), entity(tracker, "agency")
    text = str(tracker.latest_message.get("text") or "")
    listing = listed()
    query = f"rl {rl}" if rl else _closest(text, agency, listing)
    return None if query is None else _closing(here, looked_up(here, query, listing))


def outright(tracker: Tracker) -> Answer | None:
    """The answer to a short message that is an agency's name and hardly more, whatever topic its words sound like: Visa International."""
    text = str(tracker.latest_message.get("text") or "")
    listing = listed() if len(text.split()) <= _SHORT else None
    best = next((one.match for one in listing.find(text)), None) if listing else None
    if best is None or not (best.match == EXACT or (best.match == LIKELY and best.score >= _SURE)):
        return None
    here = scene(tracker)
    return _closing(here, looked_up(here, text, listing))


def _closest(text: str, agency: str | None, listing: Listing | None) -> str | None:
    """What to look up: the name that was read out of her message, or the whole of it where that comes closer to an agency."""
    asked = [query for query in (agency, text) if query]
    best = {query: listing.find(query)[0].match for query in asked if listing and listing.find(query)}
    sure = [query for query in best if best[query].match in (EXACT, LIKELY)]
    if sure or agency is None:
        return sure[0] if sure else None
    return max(best, key=lambda query: best[query].score, default=agency)


def named(here: Scene, flow: Flow) -> Answer:
    """The end of the question which agency she means."""
    return looked_up(here, flow.answer("agency") or "", listed())


def obey(here: Scene, command: Command) -> Answer | None:
    """A candidate was chosen."""
    if command.name != "agency":
        return None
    listing = listed()
    agency = listing.by_rl(command.arguments[0]) if listing else None
    return _card(here, agency, listing) if agency and listing else looked_up(here, f"rl {command.arguments[0]}", listing)


def listed() -> Listing | None:
    try:
        return directory().listing()
    except SohojatriError as error:
        log.warning("%s", type(error).__name__)
        return None


def looked_up(here: Scene, query: str, listing: Listing | None) -> Answer:
    say, language = here.content.sentences, here.language
    if listing is None:
        return _answer(here, [say["agency_no_list"][language], say["agency_sure"][language], say["agency_traps"][language]])
    found = listing.find(query)
    sure = [one for one in found if one.match.match in (EXACT, LIKELY)]
    if len(sure) == 1:
        return _card(here, sure[0].agency, listing)
    if found:
        return _which(here, (sure or found)[:_SHOWN], listing)
    none = say["agency_none"].fill(language, asked=query[:_ASKED].strip())
    return _answer(here, [none, _dated(here, listing), say["agency_sure"][language]], _again(here))


def _card(here: Scene, agency: Agency, listing: Listing) -> Answer:
    say, language, today = here.content.sentences, here.language, _today(here)
    standing = agency.standing(today)
    not_given = say["agency_not_given"][language]
    card = say["agency_card"].fill(
        language,
        name=agency.name,
        rl=agency.rl,
        address=agency.address or not_given,
        status=say[f"agency_status_{standing}"][language],
        until=day_text(language, agency.valid_until) if agency.valid_until else not_given,
    )
    meaning = say["agency_active" if standing == ACTIVE else "agency_unknown" if standing == UNKNOWN else "agency_bad"][language]
    pieces = [card, f"{_dated(here, listing)}\n{meaning}", say["agency_sure"][language], say["agency_traps"][language]]
    return _answer(here, pieces, _again(here))


def _which(here: Scene, found: list[Found], listing: Listing) -> Answer:
    say, language = here.content.sentences, here.language
    lines = [f"• RL {one.agency.rl} · {one.agency.name}" + (f" · {one.agency.area}" if one.agency.area else "") for one in found]
    text = "\n".join([say["agency_which"][language], *lines])
    buttons = tuple(Button(title=_title(one.agency), payload=f"agency.{one.agency.rl}") for one in found)
    return _answer(here, [text, say["agency_not_these"][language], _dated(here, listing)], *buttons, _again(here))


def _title(agency: Agency) -> str:
    """RL and area: the name stands in the text, and many are too long for a button."""
    area = agency.area.split(",")[0]
    return f"RL {agency.rl} {area}"[:_TITLE].strip()


def _dated(here: Scene, listing: Listing) -> str:
    say, language, about = here.content.sentences, here.language, listing.about
    dated = say["agency_list"].fill(language, source=about.source, day=day_text(language, about.as_of))
    today = _today(here)
    if not about.old(today):
        return dated
    return dated + "\n" + say["agency_old"].fill(language, days=number_text(language, (today - about.as_of).days))


def _today(here: Scene) -> date:
    return date.fromisoformat(here.today) if here.today else date.today()  # the gateway always says; `rasa shell` does not


def _again(here: Scene) -> Button:
    return Button(title=here.plans[FLOW].name[here.language], payload=f"flow.{FLOW}")


def _answer(here: Scene, pieces: list[str], *on: Button) -> Answer:
    step = here.content.step(here.content.step_number(AGENCY_STEP) or 4)
    buttons = (*on, button(here.content, here.language, "whole_step", f"step.{step.number}"))
    return Answer(replies=(Reply(text="\n\n".join(pieces), buttons=ways(here.content, here.language, *buttons)),))


def _closing(here: Scene, answer: Answer) -> Answer:
    """The open question which agency she means is answered with it."""
    asking: Any = here.flows[0] if here.flows else None
    if asking is None or asking.name != FLOW:
        return answer
    return Answer(replies=answer.replies, flows=here.others(FLOW))
