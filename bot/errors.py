"""Every error of this project. The docstring of a class is its message when none is given."""

from __future__ import annotations

import inspect


class SohojatriError(Exception):
    """Something in Sohojatri went wrong."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or inspect.getdoc(type(self)) or type(self).__name__)


class SettingError(SohojatriError):
    """A setting has a wrong value; the message names the setting and the cure."""


class ContentError(SohojatriError):
    """A file in knowledge/ is wrong; the message names file, line, field and cure."""


class SealError(SohojatriError):
    """A sealed value cannot be opened: the key is missing, or the value was changed or moved."""


class BadUpdate(SohojatriError):
    """The body of a webhook is not what the platform sends."""


class WrongSignature(SohojatriError):
    """The signature or secret of a webhook request is missing or wrong."""


class DialogueError(SohojatriError):
    """Rasa did not answer in time, failed, or answered with nothing."""


class DeliveryError(SohojatriError):
    """A reply could not be handed to the channel's API."""


class TryLater(DeliveryError):
    """The channel's API is busy, down or asks to wait; the reply may be sent again later."""

    def __init__(self, message: str | None = None, *, seconds: float | None = None) -> None:
        super().__init__(message)
        self.seconds = seconds  # what the API asked for (Telegram's retry_after), else None


class Unreachable(DeliveryError):
    """She cannot be reached there now: she blocked the bot, or the platform's window is closed."""


class Refused(DeliveryError):
    """The channel's API refused this reply for good (400); sending it again cannot help."""


class LostLease(SohojatriError):
    """The turn is no longer this worker's: its lease ran out and went to another, or the turn is answered; nothing was written."""


class CaseError(SohojatriError):
    """The case cannot take that."""


class NoSuchCase(CaseError):
    """No such case, or not one that this person may see: never say which."""


class IllegalEvent(CaseError):
    """A case in this state does not take this event; nothing was changed."""


class StaleCase(CaseError):
    """Somebody else was quicker: look at the case again."""


class CloseIncomplete(IllegalEvent):
    """A case is closed with an outcome, a flagged one only when her safety was checked."""


class LoginTaken(SohojatriError):
    """Somebody has this sign-in name already: choose another."""


class LastAdmin(SohojatriError):
    """The last active admin cannot be disabled or given another role: make another admin first."""


class UnknownStaff(SohojatriError):
    """No such person at the desk."""


class ImportRefused(SohojatriError):
    """The list cannot be brought in; the message says what is wrong and the cure. Nothing was written."""


class StoreAway(SohojatriError):
    """The database does not answer; the message is kept on disk and comes in when it is back."""


class DirectoryError(SohojatriError):
    """The list of agencies cannot be read."""


class PictureError(SohojatriError):
    """A picture could not be fetched, or is none that can be read."""
