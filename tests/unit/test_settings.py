import base64
import stat
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.errors import SettingError
from bot.settings import Secret, load

KEY, OTHER = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
MESSENGER = {"MESSENGER_PAGE_TOKEN": "page", "MESSENGER_APP_SECRET": "app", "MESSENGER_VERIFY_TOKEN": "verify"}
TELEGRAM = {"TELEGRAM_BOT_TOKEN": "123:abc"}


@pytest.fixture
def env(tmp_path):
    return {"VAR": str(tmp_path / "var"), "SEAL_KEYS": f"1:{KEY}", "LOOKUP_KEY": OTHER}


def test_nothing_needs_to_be_set(tmp_path):
    chosen = load({"VAR": str(tmp_path)})
    assert (chosen.host, chosen.port, chosen.rasa_url, chosen.rasa_timeout) == ("127.0.0.1", 8080, "http://127.0.0.1:5005", 5.0)
    assert chosen.database_url == f"sqlite:///{tmp_path / 'sohojatri.db'}"
    assert not chosen.telegram
    assert not chosen.messenger
    assert not chosen.secure


def test_an_empty_value_is_no_value(env):
    names = [
        "HOST",
        "PORT",
        "PUBLIC_URL",
        "DATABASE_URL",
        "REDIS_URL",
        "RASA_URL",
        "RASA_PORT",
        "ACTIONS_PORT",
        "RASA_TIMEOUT",
        "TELEGRAM_API_URL",
        "MESSENGER_GRAPH_URL",
        "RATE_PER_MINUTE",
        "MAX_TEXT",
        "LOG_LEVEL",
        "TELEGRAM_BOT_TOKEN",
        "MESSENGER_PAGE_TOKEN",
    ]
    assert str(load({**env, **dict.fromkeys(names, "")})) == str(load(env))


def test_an_empty_host_is_not_every_address(env):
    assert load({**env, "HOST": ""}).host == "127.0.0.1"


def test_takes_what_is_given(env):
    chosen = load(
        {
            **env, **TELEGRAM, **MESSENGER, "HOST": "0.0.0.0", "PORT": "80", "PUBLIC_URL": "https://help.example/",
            "DATABASE_URL": "postgresql://u:p@db/x", "REDIS_URL": "redis://r",
            "RASA_PORT": "6000", "RASA_TIMEOUT": "2.5", "TELEGRAM_WEBHOOK_SECRET": "s" * 32, "RATE_PER_MINUTE": "7", "MAX_TEXT": "500",
            "LOG_LEVEL": "debug",
        }
    )  # fmt: skip
    assert (chosen.host, chosen.port, chosen.public_url, chosen.rasa_url) == (
        "0.0.0.0",
        80,
        "https://help.example",
        "http://127.0.0.1:6000",
    )
    assert (chosen.rasa_timeout, chosen.rate_per_minute, chosen.max_text, chosen.log_level) == (2.5, 7, 500, "DEBUG")
    assert chosen.telegram
    assert chosen.messenger
    assert chosen.secure
    assert chosen.messenger_app_secret.reveal() == "app"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"), ("PORT", "65536"), ("PORT", "-1"), ("PORT", "80.5"), ("PORT", "http"), ("PORT", "nan"), ("PORT", "inf"),
        ("RASA_PORT", "x"), ("ACTIONS_PORT", "70000"),
        ("RASA_TIMEOUT", "0"), ("RASA_TIMEOUT", "61"), ("RASA_TIMEOUT", "nan"), ("RASA_TIMEOUT", "five"), ("RATE_PER_MINUTE", "0"),
        ("RATE_PER_MINUTE", "1.5"), ("MAX_TEXT", "10"),
        ("LOG_LEVEL", "loud"), ("PUBLIC_URL", "http://help.example"), ("PUBLIC_URL", "help.example"), ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://[::1"),
        ("REDIS_URL", "localhost:6379"), ("RASA_URL", "rasa:5005"), ("RASA_URL", "ftp://rasa"), ("TELEGRAM_API_URL", "api.telegram.org"),
        ("MESSENGER_GRAPH_URL", "x"),
        ("DATABASE_URL", "mysql://x"), ("DATABASE_URL", "sohojatri.db"), ("SEAL_KEYS", KEY), ("SEAL_KEYS", f"0:{KEY}"),
        ("SEAL_KEYS", f"256:{KEY}"), ("SEAL_KEYS", f"a:{KEY}"),
        ("SEAL_KEYS", "1:short"), ("SEAL_KEYS", f"1:{KEY},2"), ("SEAL_KEYS", f"1:{KEY[:-4]}"), ("SEAL_KEYS", "1:!!!"),
        ("SEAL_KEYS", f"\u00b2:{KEY}"), ("LOOKUP_KEY", "short"), ("LOOKUP_KEY", "!" * 44),
        ("TELEGRAM_BOT_TOKEN", "no-colon"),
    ],
)  # fmt: skip
def test_a_wrong_value_stops_the_start_with_its_name(env, name, value):
    with pytest.raises(SettingError, match=name):
        load({**env, name: value})


@pytest.mark.parametrize("missing", ["SEAL_KEYS", "LOOKUP_KEY"])
def test_the_two_keys_belong_together(env, missing):
    del env[missing]
    with pytest.raises(SettingError, match="belong together"):
        load(env)


@pytest.mark.parametrize("missing", ["MESSENGER_APP_SECRET", "MESSENGER_VERIFY_TOKEN"])
def test_messenger_without_its_secrets_is_refused(env, missing):
    with pytest.raises(SettingError, match=missing):
        load({**env, **MESSENGER, missing: " "})


def test_a_telegram_webhook_without_its_secret_is_refused(env):
    with pytest.raises(SettingError, match="TELEGRAM_WEBHOOK_SECRET"):
        load({**env, **TELEGRAM, "PUBLIC_URL": "https://help.example"})


def test_telegram_polling_needs_no_secret(env):
    assert load({**env, **TELEGRAM}).telegram


def test_no_error_tells_a_secret(env):
    for name, value in (
        ("SEAL_KEYS", "1:hushhush"),
        ("LOOKUP_KEY", "hushhush"),
        ("TELEGRAM_BOT_TOKEN", "hushhush"),
        ("DATABASE_URL", "mysql://u:hushhush@db"),
        ("REDIS_URL", "http://:hushhush@r"),
    ):
        with pytest.raises(SettingError) as refused:
            load({**env, name: value})
        assert "hushhush" not in str(refused.value)


def test_several_seal_keys_are_kept_in_order(env):
    keys = f"2:{OTHER},1:{KEY}"
    assert load({**env, "SEAL_KEYS": keys}).seal_keys.reveal() == keys


# --- keys made on the first run


def test_keys_are_made_once_and_kept_for_the_owner_only(tmp_path):
    first = load({"VAR": str(tmp_path / "deep" / "var")})
    again = load({"VAR": str(tmp_path / "deep" / "var")})
    path = tmp_path / "deep" / "var" / "keys"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert first.seal_keys.reveal() == again.seal_keys.reveal()
    assert first.lookup_key.reveal() == again.lookup_key.reveal()
    assert first.seal_keys.reveal()[2:] != first.lookup_key.reveal()


def test_processes_started_together_make_the_keys_once_and_never_read_half_of_them(tmp_path):
    for number in range(20):
        together = threading.Barrier(4)

        def start(folder=tmp_path / str(number), together=together):
            together.wait()
            return load({"VAR": str(folder)}).seal_keys.reveal()

        with ThreadPoolExecutor(4) as pool:
            keys = {future.result() for future in [pool.submit(start) for _ in range(4)]}
        assert len(keys) == 1
        assert [path.name for path in (tmp_path / str(number)).iterdir()] == ["keys"]


def test_each_installation_has_its_own_keys(tmp_path):
    one, other = load({"VAR": str(tmp_path / "a")}), load({"VAR": str(tmp_path / "b")})
    assert one.seal_keys.reveal() != other.seal_keys.reveal()


def test_given_keys_are_not_written_down(env, tmp_path):
    load(env)
    assert not (tmp_path / "var").exists()


def test_no_keys_are_made_where_none_may_be(tmp_path):
    with pytest.raises(SettingError, match="No keys"):
        load({"VAR": str(tmp_path)}, create_keys=False)
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize(
    "content", ["", "SEAL_KEYS=1:" + KEY, "garbage", f"SEAL_KEYS=1:{KEY}\nLOOKUP_KEY=\n", f"SEAL_KEYS=\nLOOKUP_KEY={KEY}\n"]
)
def test_damaged_keys_are_never_replaced_silently(tmp_path, content):
    (tmp_path / "keys").write_text(content)
    with pytest.raises(SettingError, match=r"keys|KEY"):
        load({"VAR": str(tmp_path)})
    assert (tmp_path / "keys").read_text() == content


# --- the environment and .env


@pytest.fixture
def dotenv(tmp_path, monkeypatch, env):
    monkeypatch.setattr("bot.settings.ROOT", tmp_path)
    for name in ("VAR", "PORT", "HOST", "LOG_LEVEL", "SEAL_KEYS", "LOOKUP_KEY"):
        monkeypatch.delenv(name, raising=False)
    lines = "".join(f"{name}={value}\n" for name, value in env.items())

    def write(text):
        (tmp_path / ".env").write_text(lines + text, encoding="utf-8")

    return write


def test_reads_dotenv(dotenv):
    dotenv("# a remark\n\n PORT = 9000 \nHOST='0.0.0.0'\nLOG_LEVEL=\"ERROR\"\n")
    chosen = load()
    assert (chosen.port, chosen.host, chosen.log_level) == (9000, "0.0.0.0", "ERROR")


def test_the_environment_goes_before_dotenv(dotenv, monkeypatch):
    dotenv("PORT=9000\n")
    monkeypatch.setenv("PORT", "9001")
    assert load().port == 9001


def test_a_slip_in_dotenv_is_named_with_its_line(dotenv):
    dotenv("PORT 9000\n")
    with pytest.raises(SettingError, match=r"\.env line 4"):
        load()


# --- secrets


def test_a_secret_hides_wherever_it_is_printed(env):
    chosen = load({**env, **TELEGRAM})
    shown = f"{chosen} {chosen!r} {chosen.telegram_bot_token} {chosen.seal_keys!r} {[chosen.lookup_key]} {chosen.seal_keys:}"
    for hidden in ("123:abc", KEY, OTHER):
        assert hidden not in shown
    assert str(Secret("x")) == "Secret(set)"
    assert str(Secret("")) == "Secret(empty)"
    assert Secret("x")
    assert not Secret("")
