"""The desk as the real gateway serves it: set up from the command line, signed in over HTTP, ended and started again."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyotp
import pytest

from tests.emulators.messenger_api import MessengerApi
from tests.emulators.telegram_api import TelegramApi
from tests.house import WholeHouse

PASSWORD = "seven green boats sleep quietly"


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[WholeHouse]:
    with TelegramApi() as telegram, MessengerApi() as messenger:
        house = WholeHouse(tmp_path, telegram, messenger)
        try:
            house.start("gateway")
            yield house
        finally:
            house.stop()


def post(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    token = re.search(r'name="csrf" content="([0-9a-f]*)"', client.get(path).text)[1]  # type: ignore[index]
    return client.post(path, data={**fields, "csrf": token}, headers={"sec-fetch-site": "same-origin"})


def set_up(gateway: WholeHouse, client: httpx.Client) -> list[str]:
    """Signs nasrin in for the first time; everything that was secret on the way."""
    said = gateway.run("staff", "add", "nasrin", "--name", "Nasrin Akter", "--role", "supervisor").stdout.decode()
    code = re.search(r"nasrin: (\S+)", said)[1]  # type: ignore[index]
    assert post(client, "/desk/setup", login="nasrin", code=code).status_code == 303
    assert post(client, "/desk/setup/password", password=PASSWORD, again=PASSWORD).status_code == 303
    secret = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", client.get("/desk/setup/second").text)[1].replace(" ", "")  # type: ignore[index]
    done = post(client, "/desk/setup/second", code=pyotp.TOTP(secret).now())
    assert done.status_code == 200
    return [code, PASSWORD, secret, client.cookies["desk"], "Nasrin", "nasrin", *re.findall(r"<code>([A-Z0-9-]{14})</code>", done.text)]


def test_from_the_command_line_to_a_shift_and_over_a_restart(gateway: WholeHouse) -> None:
    with httpx.Client(base_url=gateway.url, timeout=20) as client:
        secrets = set_up(gateway, client)
        assert post(client, "/desk/account", on="1").status_code == 405
        token = re.search(r'name="csrf" content="([0-9a-f]*)"', client.get("/desk/account").text)[1]  # type: ignore[index]
        switched = client.post("/desk/duty", data={"on": "1", "csrf": token}, headers={"sec-fetch-site": "same-origin"})
        assert switched.status_code == 303
        assert 'aria-checked="true"' in client.get("/desk/account").text
        with client.stream("GET", "/desk/events") as stream:
            lines = stream.iter_lines()
            assert any("ready" in next(lines) for _ in range(4))
            started = time.monotonic()
            gateway.end("gateway")  # an open stream must not hold it up
            assert time.monotonic() - started < 8
        gateway.start("gateway")
        assert client.get("/desk/account").status_code == 200
        gateway.run("staff", "disable", "nasrin")
        assert client.get("/desk/account").headers["location"].startswith("/desk/sign-in")
    assert gateway.run("audit", "verify").returncode == 0
    logs = gateway.logs()
    assert [secret for secret in secrets if secret in logs] == []
