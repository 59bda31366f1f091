"""The end of the offer check: the danger signs in what she told, each with why and what to do. Never that an offer is safe."""

from __future__ import annotations

from actions.scenes import Scene
from actions.speaking import button, digits, ways
from bot.model import Answer, Button, Flow, Level, Reply
from bot.redflags import RedFlag, found, red_flags

_AT_ONCE = 3  # signs in one message: more is a wall of text on a small screen


def judged(here: Scene, flow: Flow) -> Answer:
    up = found(red_flags(), dict(flow.answers))
    worst = max((one.flag for one in up), key=lambda level: level.rank, default=Level.NONE)
    category = next((one.category for one in up if one.flag is worst and one.category), None)
    texts = _signs(here, up) if up else [here.content.sentences["offer_none"][here.language]]
    replies = (*(Reply(text=text) for text in texts[:-1]), Reply(text=texts[-1], buttons=ways(here.content, here.language, *_on(here))))
    return Answer(replies=replies, flag=worst, category=category, ask=any(one.ask for one in up))


def _signs(here: Scene, up: tuple[RedFlag, ...]) -> list[str]:
    language, say = here.language, here.content.sentences
    shown = [f"⚠️ {one.name[language]}\n{one.why.text[language]}\n👉 {one.do.text[language]}" for one in up]
    pages = ["\n\n".join(shown[start : start + _AT_ONCE]) for start in range(0, len(shown), _AT_ONCE)]
    return [say["offer_flags"].fill(language, count=digits(language, len(up))) + "\n\n" + pages[0], *pages[1:], say["offer_next"][language]]


def _on(here: Scene) -> list[Button]:
    agency = here.content.step_number("step_agency") or 4
    return [
        Button(title=here.content.step(agency).name[here.language], payload=f"step.{agency}"),
        button(here.content, here.language, "again", "flow.offer_check"),
    ]
