"""What is said when she hides the chat, while it is hidden, and when her word opens it (knowledge/triage/hide.yml). Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.model import CaseRequest, Kind, Outcome, Reply, Risk, State, Turn
from bot.replies import Replies, script_of
from bot.understanding.commands import key

NOW, WORD = "hide_now", "hide_word"
_LONGEST = 4  # words of a message in which her word is looked for
_OWN = (3, 40)  # letters her own word may have
_KEEPS = "messenger"  # lets us delete nothing
_LEAVES = "web"  # the page goes, and the session ends: nothing is left to play


class Hider:
    """Each is one Outcome."""

    def __init__(self, replies: Replies) -> None:
        self._replies, self._texts = replies, replies.hiding

    def hide(self, turn: Turn, state: State, *, now: bool) -> Outcome:
        """At once where she knows how to come back, which she was told with the first reply to danger; else it is told first."""
        knows = now or state.level.flagged or NOW in turn.state.offered or turn.inbound.channel == _LEAVES
        script, channel = script_of(state), turn.inbound.channel
        if not knows:
            text = f"{self._texts.how[channel][script]}\n\n{self._texts.word_told[script]}"
            buttons = self._replies.titled(script, NOW, WORD)
            return Outcome(replies=(Reply(text=text, buttons=buttons),), state=replace(state, offered=(NOW,)))
        left = self._texts.how if channel == _KEEPS else self._texts.done  # what we cannot delete she must be told
        return Outcome(replies=(Reply(text=left[channel][script]),), state=replace(state, offered=()), hide=True)

    def hidden(self, turn: Turn, state: State, risk: Risk, text: str) -> Outcome:
        """Everyday sentences, whatever is written; only her word opens it. Danger goes to a human without a word here."""
        if turn.inbound.kind is Kind.TEXT and self.opens(text, state):
            back = Reply(text=self._texts.back[script_of(state)], buttons=self._replies.titled(script_of(state), "hotlines", "hide"))
            return Outcome(replies=(back,), state=replace(state, offered=()), risk=risk, hide=False)
        case = CaseRequest(level=risk.flag, category=risk.category, reason="flagged") if risk.flag.flagged else None
        silent = turn.inbound.kind is Kind.EDIT or not self._texts.neutral
        neutral = () if silent else (Reply(text=self._texts.neutral[turn.message % len(self._texts.neutral)][script_of(turn.state)]),)
        state = replace(state, script=turn.state.script, offered=turn.state.offered)  # whoever writes now may be another
        return Outcome(replies=neutral, state=state, risk=risk, case=case, clean=risk.flag.flagged)

    def opens(self, text: str, state: State) -> bool:
        """Whether her word is in it: her own, if she chose one, else the one she was told; in whatever script."""
        words = {key(word) for word in ([state.safe_word] if state.safe_word else self._texts.word.values())}
        said = key(text)
        return said in words or (len(said.split()) <= _LONGEST and any(f" {word} " in f" {said} " for word in words))

    def asks_word(self, state: State) -> Outcome:
        text = self._texts.word_choose[script_of(state)]
        return Outcome(replies=(Reply(text=text),), state=replace(state, offered=(WORD,)))

    def keeps_word(self, state: State, text: str) -> Outcome:
        """Her own word, or that it will not do. It is not repeated to her: somebody may look."""
        word = key(text)
        fits = _OWN[0] <= len(word.replace(" ", "")) <= _OWN[1] and len(word.split()) <= _LONGEST - 1 and not word.isdigit()
        script = script_of(state)
        buttons = self._replies.titled(script, NOW, WORD)
        if not fits:
            return Outcome(replies=(Reply(text=self._texts.word_unfit[script], buttons=buttons),), state=replace(state, offered=(WORD,)))
        state = replace(state, safe_word=text.strip()[:80], offered=(NOW,))
        return Outcome(replies=(Reply(text=self._texts.word_kept[script], buttons=buttons[:1]),), state=state)

    def hinted(self, replies: tuple[Reply, ...], state: State, channel: str) -> tuple[Reply, ...]:
        """The first reply to danger with the word that brings her back: there is no time for it when somebody comes."""
        hint = self._texts.hint.get(script_of(state))
        if not replies or not hint or channel in ("", _LEAVES) or state.safe_word:
            return replies
        return (*replies[:-1], replace(replies[-1], text=f"{replies[-1].text}\n{hint}"))
