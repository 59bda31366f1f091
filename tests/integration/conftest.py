"""The whole house, started once for all tests that only talk with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.house import WholeHouse, whole_house


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeHouse]:
    with whole_house(tmp_path_factory.mktemp("house")) as running:
        yield running
