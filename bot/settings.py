"""All settings, read once from the environment (and .env). A wrong value stops the start with its name and cure."""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import secrets
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bot.errors import SettingError

ROOT = Path(__file__).resolve().parent.parent


class Secret:
    """A value that hides itself wherever it is printed."""

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(set)" if self._value else "Secret(empty)"

    __str__ = __repr__


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Each field is the environment variable of its name in capitals; .env.example documents them."""

    var: Path  # where the embedded database, keys and logs lie
    host: str
    port: int
    public_url: str  # https address under which the world reaches the gateway; empty: none
    database_url: str = field(repr=False)  # may hold a password
    redis_url: str = field(repr=False)
    rasa_url: str
    rasa_port: int
    actions_port: int
    rasa_timeout: float  # seconds
    seal_keys: Secret  # "2:base64,1:base64": the first seals, all open
    lookup_key: Secret  # base64: keyed hashes of platform ids
    telegram_bot_token: Secret
    telegram_api_url: str
    telegram_webhook_secret: Secret
    messenger_page_token: Secret
    messenger_app_secret: Secret
    messenger_verify_token: Secret
    messenger_graph_url: str
    staff_telegram_chat_id: int  # the group in which staff are alerted; 0: none
    staff_telegram_bot_token: Secret  # of a bot of its own for it; empty: the same bot
    staff_telegram_relay: bool  # cases are answered there too, each in a topic of its own
    smtp_url: Secret  # smtp://user:password@host:587 or smtps://…; empty: no e-mail
    alert_from: str
    alert_to: tuple[str, ...]  # the duty manager's addresses
    alert_language: str  # bn | en
    rate_per_minute: int  # messages a person may have answered by the dialogue in a minute; danger is never limited
    max_text: int  # characters of one message that are read; the rest is cut, and she is told
    log_level: str

    @property
    def telegram(self) -> bool:
        return bool(self.telegram_bot_token)

    @property
    def messenger(self) -> bool:
        return bool(self.messenger_page_token)

    @property
    def staff_token(self) -> Secret:
        """Of the bot that speaks in the staff's group."""
        return self.staff_telegram_bot_token or self.telegram_bot_token

    @property
    def desk_address(self) -> str:
        """What a link to the desk begins with."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def secure(self) -> bool:
        return self.public_url.startswith("https://")


def load(environ: dict[str, str] | None = None, *, create_keys: bool = True) -> Settings:
    """Reads the settings. Raises SettingError naming the variable and the cure.

    Where SEAL_KEYS or LOOKUP_KEY is not given, keys are made once under VAR and kept there (mode 0600).
    """
    env = _environment() if environ is None else dict(environ)
    var = Path(env.get("VAR") or ROOT / "var").resolve()
    seal, lookup = _keys(env, var, create_keys)
    port = _integer(env, "PORT", 8080, 1, 65535)
    rasa_port = _integer(env, "RASA_PORT", 5005, 1, 65535)
    settings = Settings(
        var=var,
        host=env.get("HOST", "").strip() or "127.0.0.1",  # an empty host would listen on every address
        port=port,
        public_url=_url(env, "PUBLIC_URL", "", ("https",)).rstrip("/"),
        database_url=env.get("DATABASE_URL") or f"sqlite:///{var / 'sohojatri.db'}",
        redis_url=_url(env, "REDIS_URL", "", ("redis", "rediss")),
        rasa_url=_url(env, "RASA_URL", f"http://127.0.0.1:{rasa_port}", ("http", "https")).rstrip("/"),
        rasa_port=rasa_port,
        actions_port=_integer(env, "ACTIONS_PORT", 5055, 1, 65535),
        rasa_timeout=_number(env, "RASA_TIMEOUT", 5.0, 0.1, 60),
        seal_keys=seal,
        lookup_key=lookup,
        telegram_bot_token=Secret(env.get("TELEGRAM_BOT_TOKEN", "").strip()),
        telegram_api_url=_url(env, "TELEGRAM_API_URL", "https://api.telegram.org", ("http", "https")).rstrip("/"),
        telegram_webhook_secret=Secret(env.get("TELEGRAM_WEBHOOK_SECRET", "").strip()),
        messenger_page_token=Secret(env.get("MESSENGER_PAGE_TOKEN", "").strip()),
        messenger_app_secret=Secret(env.get("MESSENGER_APP_SECRET", "").strip()),
        messenger_verify_token=Secret(env.get("MESSENGER_VERIFY_TOKEN", "").strip()),
        messenger_graph_url=_url(env, "MESSENGER_GRAPH_URL", "https://graph.facebook.com/v21.0", ("http", "https")).rstrip("/"),
        staff_telegram_chat_id=_chat(env),
        staff_telegram_bot_token=Secret(env.get("STAFF_TELEGRAM_BOT_TOKEN", "").strip()),
        staff_telegram_relay=_choice(env, "STAFF_TELEGRAM_RELAY", "0", ("0", "1")) == "1",
        smtp_url=Secret(_url(env, "SMTP_URL", "", ("smtp", "smtps"))),
        alert_from=env.get("ALERT_FROM", "").strip(),
        alert_to=tuple(address.strip() for address in env.get("ALERT_TO", "").split(",") if address.strip()),
        alert_language=_choice(env, "ALERT_LANGUAGE", "BN", ("BN", "EN")).lower(),
        rate_per_minute=_integer(env, "RATE_PER_MINUTE", 20, 1, 10_000),
        max_text=_integer(env, "MAX_TEXT", 4000, 100, 100_000),
        log_level=_choice(env, "LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
    )
    _check(settings)
    return settings


def var_directory() -> Path:
    """Where the embedded database, keys and logs lie."""
    return Path(_environment().get("VAR") or ROOT / "var").resolve()


def _environment() -> dict[str, str]:
    return {**_dotenv(ROOT / ".env"), **os.environ}


def _check(s: Settings) -> None:
    if not s.database_url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg2://")):
        raise SettingError("DATABASE_URL must start with postgresql:// or sqlite:///. Leave it empty for the embedded database.")
    if s.messenger and not s.messenger_app_secret:
        raise SettingError(
            "MESSENGER_APP_SECRET is missing: without it nobody could tell Meta's requests from forged ones. "
            "Copy it from the app's basic settings."
        )
    if s.messenger and not s.messenger_verify_token:
        raise SettingError("MESSENGER_VERIFY_TOKEN is missing: choose any long random text and enter the same in Meta's webhook settings.")
    if s.telegram and s.public_url and not s.telegram_webhook_secret:
        raise SettingError(
            "TELEGRAM_WEBHOOK_SECRET is missing: with PUBLIC_URL set, Telegram calls the webhook and must prove itself. "
            "Choose 32 or more letters and digits."
        )
    if s.staff_telegram_chat_id and not s.staff_token:
        raise SettingError("STAFF_TELEGRAM_CHAT_ID needs a bot: set STAFF_TELEGRAM_BOT_TOKEN, or TELEGRAM_BOT_TOKEN.")
    if s.staff_telegram_relay and not s.staff_telegram_chat_id:
        raise SettingError("STAFF_TELEGRAM_RELAY needs STAFF_TELEGRAM_CHAT_ID: the number of a group with topics.")
    if s.staff_telegram_bot_token and ":" not in s.staff_telegram_bot_token.reveal():
        raise SettingError("STAFF_TELEGRAM_BOT_TOKEN does not look like a token of @BotFather (digits, a colon, letters).")
    if s.smtp_url and ("@" not in s.alert_from or not s.alert_to or not all("@" in address for address in s.alert_to)):
        raise SettingError("SMTP_URL needs ALERT_FROM and ALERT_TO: e-mail addresses of the sender and of the duty manager.")
    if s.telegram and ":" not in s.telegram_bot_token.reveal():
        raise SettingError("TELEGRAM_BOT_TOKEN does not look like a token of @BotFather (digits, a colon, letters).")


def _dotenv(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    values: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals:
            raise SettingError(f"{path.name} line {number}: write NAME=value, or put # before a remark.")
        values[name.strip()] = value.strip().strip('"').strip("'")
    return values


def _integer(env: dict[str, str], name: str, default: int, low: int, high: int) -> int:
    number = _number(env, name, default, low, high)
    if number != int(number):
        raise SettingError(f"{name} must be a whole number between {low} and {high}.")
    return int(number)


def _number(env: dict[str, str], name: str, default: float, low: float, high: float) -> float:
    raw = env.get(name, "").strip()
    try:
        number = float(raw) if raw else float(default)
    except ValueError:
        raise SettingError(f"{name} is {raw!r}, but must be a number between {low} and {high}.") from None
    if not low <= number <= high:
        raise SettingError(f"{name} is {raw}, but must lie between {low} and {high}.")
    return number


def _choice(env: dict[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = (env.get(name) or default).strip().upper()
    if value not in allowed:
        raise SettingError(f"{name} is {value!r}, but must be one of {', '.join(allowed)}.")
    return value


def _chat(env: dict[str, str]) -> int:
    raw = env.get("STAFF_TELEGRAM_CHAT_ID", "").strip()
    try:
        chat = int(raw or 0)
    except ValueError:
        chat = 1
    if chat > 0:  # a person's chat: her messages would be taken for the staff's
        raise SettingError("STAFF_TELEGRAM_CHAT_ID must be the number of a group, such as -1001234567890.")
    return chat


def _url(env: dict[str, str], name: str, default: str, schemes: tuple[str, ...]) -> str:
    value = (env.get(name) or default).strip()
    try:
        address = urlsplit(value)
    except ValueError:  # such as "https://[::1"
        address = urlsplit("")
    if value and (address.scheme not in schemes or not address.netloc):
        raise SettingError(f"{name} must be an address that starts with {' or '.join(s + '://' for s in schemes)}.")
    return value


def _keys(env: dict[str, str], var: Path, create: bool) -> tuple[Secret, Secret]:
    seal, lookup = env.get("SEAL_KEYS", "").strip(), env.get("LOOKUP_KEY", "").strip()
    if bool(seal) != bool(lookup):
        raise SettingError("SEAL_KEYS and LOOKUP_KEY belong together: set both, or neither.")
    if not seal:
        seal, lookup = _kept_keys(var / "keys", create)
    for entry in seal.split(","):
        version, colon, key = entry.strip().partition(":")
        if not colon or not version.isdecimal() or not 0 < int(version) < 256 or len(_bytes(key)) != 32:
            raise SettingError(
                "SEAL_KEYS must read '1:KEY' or '2:NEWKEY,1:OLDKEY', each KEY 32 random bytes in base64 (openssl rand -base64 32)."
            )
    if len(_bytes(lookup)) != 32:
        raise SettingError("LOOKUP_KEY must be 32 random bytes in base64 (openssl rand -base64 32).")
    return Secret(seal), Secret(lookup)


def _kept_keys(path: Path, create: bool) -> tuple[str, str]:
    if not path.exists():
        if not create:
            raise SettingError(f"No keys: set SEAL_KEYS and LOOKUP_KEY, or start once with `make run`, which makes {path}.")
        path.parent.mkdir(parents=True, exist_ok=True)
        seal, lookup = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
        _write_once(path, f"SEAL_KEYS=1:{seal}\nLOOKUP_KEY={lookup}\n")
    kept = _dotenv(path)
    if "SEAL_KEYS" not in kept or "LOOKUP_KEY" not in kept:
        raise SettingError(
            f"{path} is damaged: it must hold SEAL_KEYS and LOOKUP_KEY. "
            f"Bring it back from a backup; without it stored messages cannot be opened."
        )
    return kept["SEAL_KEYS"], kept["LOOKUP_KEY"]


def _write_once(path: Path, text: str) -> None:
    """A file only for its owner, whole from the moment it is there; one that another process made meanwhile stays."""
    descriptor, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # readable by the owner only
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(made, path)
    finally:
        os.unlink(made)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
