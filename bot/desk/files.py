"""What she sent with a message: opened only when it is pressed, and each look is on record."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.desk.visit import audited, visit
from bot.errors import NoSuchCase
from bot.handoff import CaseDesk
from bot.staff import Action
from bot.threads import off_loop


class Files:
    def __init__(self, cases: CaseDesk) -> None:
        self._cases = cases

    def routes(self) -> list[Route]:
        return [Route("/cases/{case}/files/{message:int}", self._show, name="case.file", methods=["GET"])]

    async def _show(self, request: Request) -> Response:
        case, message = request.path_params["case"], request.path_params["message"]
        try:
            file = await off_loop(self._cases.file, case, message)
        except NoSuchCase:
            raise HTTPException(404) from None
        await audited(visit(request), Action.FILE_VIEWED, case, message=str(message))
        return Response(file.body, media_type=file.kind, headers={"Content-Disposition": "inline"})
