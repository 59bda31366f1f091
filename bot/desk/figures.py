"""The analyst's page: counts by month and by what the cases were about, never a case. Small counts are hidden."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.desk import charts
from bot.desk.formats import DHAKA
from bot.desk.pages import Pages
from bot.desk.ports import Overview
from bot.desk.suppressing import TOTAL, Counts, suppressed
from bot.desk.visit import audited, visit
from bot.model import Level
from bot.staff import Action
from bot.threads import off_loop

DIMENSIONS = ("level", "category", "district", "channel", "language", "outcome", "answered", "stage", "country")
_ANSWERED = ("under_2", "under_5", "under_15", "under_60", "under_240", "longer", "never")
_HIDDEN = "*"  # under five, or what would give such a one away
Names = Mapping[str, Mapping[str, Mapping[str, str]]]  # dimension → value → language → name


class Figures:
    """Only months that have ended are counted: from two looks in one month nobody can work out what happened between them."""

    def __init__(self, overview: Overview, pages: Pages, names: Names, clock: Callable[[], datetime]) -> None:
        self._overview, self._pages, self._names, self._clock = overview, pages, names, clock
        self._made: dict[tuple[int, str], tuple[object, Counts]] = {}  # of the counts it was made of, which are the same for a while

    def routes(self) -> list[Route]:
        return [
            Route("/figures", self._show, name="figures", methods=["GET"]),
            Route("/figures/csv", self._csv, name="figures.csv", methods=["GET"]),
        ]

    async def _show(self, request: Request) -> Response:
        years, year, dimension = await self._asked(request)
        await audited(visit(request), Action.FIGURES_VIEWED, year=str(year), dimension=dimension)
        table = await self._table(year, dimension)
        values = [(self._name(request, dimension, value), table.at(TOTAL, value)) for value in table.columns]
        if dimension not in ("level", "answered"):
            values.sort(key=lambda both: (both[1] is None, -(both[1] or 0), both[0]))
        months = [(month, table.at(month, TOTAL)) for month in table.rows]
        return self._pages.show(
            request, "figures.html", years=years, year=year, dimension=dimension, dimensions=DIMENSIONS, table=table, TOTAL=TOTAL,
            names={value: self._name(request, dimension, value) for value in table.columns},
            months=charts.columns(months, width=360, height=110), bars=charts.rows(values, width=170, step=24, thick=15),
        )  # fmt: skip

    async def _csv(self, request: Request) -> Response:
        """Codes, not names: they mean the same whatever the language is."""
        _, year, dimension = await self._asked(request)
        await audited(visit(request), Action.EXPORTED, what="figures", year=str(year), dimension=dimension)
        table = await self._table(year, dimension)
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(["month", dimension, "cases"])
        for row in (*table.rows, TOTAL):
            for column in (*table.columns, TOTAL):
                count = table.at(row, column)
                writer.writerow([row, column, _HIDDEN if count is None else count])
        headers = {"Content-Disposition": f'attachment; filename="sohojatri-{year}-{dimension}.csv"'}
        return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)

    async def _asked(self, request: Request) -> tuple[list[int], int, str]:
        now = self._now()
        years = await off_loop(self._overview.years) or [now.year]
        year, dimension = request.query_params.get("year", ""), request.query_params.get("by", "")
        chosen = int(year) if year in {str(one) for one in years} else years[0]
        return years, chosen, dimension if dimension in DIMENSIONS else DIMENSIONS[0]

    async def _table(self, year: int, dimension: str) -> Counts:
        until = self._now().strftime("%Y-%m")
        found = await off_loop(partial(self._overview.counts, year, dimension, until))
        kept = self._made.get((year, dimension))
        if kept is not None and kept[0] is found:
            return kept[1]
        counts = {(month, _value(dimension, value)): count for (month, value), count in found.items()}
        months = [f"{year}-{month:02}" for month in range(1, 13) if f"{year}-{month:02}" < until]
        table = await off_loop(suppressed, counts, months, _ordered(dimension, {value for _, value in counts}))
        self._made[year, dimension] = (found, table)
        return table

    def _name(self, request: Request, dimension: str, value: str) -> str:
        language = visit(request).language
        found = self._names.get(dimension, {}).get(value)
        return found[language] if found else self._pages.words.get(language, f"figures_{dimension}", value) or value

    def _now(self) -> datetime:
        return self._clock().astimezone(DHAKA)


def _value(dimension: str, value: str) -> str:
    return list(Level)[int(value)].value if dimension == "level" else value


def _ordered(dimension: str, values: set[str]) -> list[str]:
    """Where there is an order, in it; else by name, so that the order tells nothing of what is hidden."""
    order = {"level": ("critical", "urgent", "standard", "none"), "answered": _ANSWERED}.get(dimension, ())
    return [*(value for value in order if value in values), *sorted(values - set(order))]
