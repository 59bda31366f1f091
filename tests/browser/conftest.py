"""Chromium for browser tests: one browser for each file, a fresh context for each page, and a watch over what the page does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium of the system: CHROMIUM, else one on the path. Its headless shell is the same engine without the windows around it: lighter.

    Not for the whole run: as long as Playwright's own event loop runs in this thread, no asynchronous test can.
    """
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if not executable:
        pytest.fail("No Chromium: apt-get install -y chromium-headless-shell fonts-noto-core, or set CHROMIUM to its executable.")
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield instance
        instance.close()


class Watch:
    """What a page asked for and complained about."""

    def __init__(self, page: Page) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self._console(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _console(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)


PageFactory = Callable[..., Page]


@pytest.fixture
def page_factory(browser: Browser) -> Iterator[PageFactory]:
    """page_factory(width=390, height=844, context=None, **options) -> Page; its Watch is page.watch.

    Options are those of Browser.new_context (color_scheme, has_touch, is_mobile, locale ...). Give `context` for a second tab.
    """
    contexts: list[BrowserContext] = []

    def make(width: int = 390, height: int = 844, *, context: BrowserContext | None = None, **options: Any) -> Page:
        if context is None:
            context = browser.new_context(viewport={"width": width, "height": height}, **options)
            context.set_default_timeout(10_000)
            contexts.append(context)
        page = context.new_page()
        page.watch = Watch(page)  # type: ignore[attr-defined]
        return page

    yield make
    for context in contexts:
        context.close()
