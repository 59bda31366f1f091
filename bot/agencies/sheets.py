"""Reads a file as rows of cells: a saved web page, CSV or XLSX. Nothing in it is trusted, run or fetched; too large is refused at once."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from html.parser import HTMLParser
from pathlib import Path

from bot.errors import ImportRefused

Rows = list[tuple[int, list[str]]]  # number of the row in its file or table, from 1; its cells
MOST_BYTES, MOST_ROWS, MOST_CELLS, MOST_LETTERS = 20 * 1024 * 1024, 20_000, 60, 2_000
_MOST_LINES = 200_000  # empty ones too: a workbook may be formatted far below its table
_UNPACKED = 150 * 1024 * 1024  # bytes of an XLSX
_SILENT = frozenset({"script", "style", "template", "noscript", "svg"})
_EXCEL, _OLD_EXCEL, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"


def read(path: Path) -> list[Rows]:
    """The tables in a file, one or more. Raises ImportRefused with what is wrong and the cure."""
    try:
        if not path.is_file():
            raise ImportRefused(f"{path.name} is no file. Name the saved page, CSV or workbook itself.")
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise ImportRefused(f"The file has {size // 2**20} MB; at most {MOST_BYTES // 2**20}. Take only the table of agencies.")
        raw = path.read_bytes()
    except OSError as error:
        raise ImportRefused(f"{path.name} cannot be read ({error.strerror}).") from None
    if not raw.strip():
        raise ImportRefused("The file is empty.")
    if raw.startswith(_EXCEL):
        return [_xlsx(raw)]
    if raw.startswith((_OLD_EXCEL, _PDF)):
        raise ImportRefused("Old Excel (.xls) and PDF cannot be read. Open it and save it as .xlsx or as CSV UTF-8.")
    text = _text(raw)
    return _html(text) if "<" in text[:5000] and "<t" in text.lower() else [_csv(text)]


def _text(raw: bytes) -> str:
    encoding = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ImportRefused(f"Line {line} is not in UTF-8. Save the file as CSV UTF-8, or as .xlsx.") from None
    if "\x00" in text:
        raise ImportRefused("The file is no text. Save it as CSV UTF-8, .xlsx or a web page (.html).")
    return text


def _csv(text: str) -> Rows:
    try:
        dialect: type[csv.Dialect] | str = csv.Sniffer().sniff(text[:20_000], delimiters=",;\t|")
    except csv.Error:
        dialect = "excel"
    try:
        return _capped(cells for cells in csv.reader(io.StringIO(text), dialect))
    except csv.Error as error:
        raise ImportRefused(f"This is no CSV that can be read ({error}).") from None


def _xlsx(raw: bytes) -> Rows:
    import openpyxl  # type: ignore[import-untyped]  # slow to load, and only needed here; with defusedxml installed it reads its XML through that

    if not openpyxl.DEFUSEDXML:
        raise ImportRefused("defusedxml is not installed; without it no .xlsx is read.")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > _UNPACKED:
                raise ImportRefused("Unpacked the workbook is far too large. Copy the table into a new one.")
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
        sheets = [_capped(list(row) for row in sheet.iter_rows(max_col=MOST_CELLS, values_only=True)) for sheet in book.worksheets]
    except ImportRefused:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers do
        raise ImportRefused(f"This workbook cannot be read ({type(error).__name__}). Save it again as .xlsx, or as CSV UTF-8.") from None
    return max(sheets, key=len, default=[])


def _capped(rows: Iterable[Sequence[object]]) -> Rows:
    found: Rows = []
    for number, cells in enumerate(rows, 1):
        written = [_cell(cell) for cell in cells[:MOST_CELLS]]
        if any(written):
            found.append((number, written))
        if len(found) > MOST_ROWS or number > _MOST_LINES:
            raise ImportRefused(f"There are more than {MOST_ROWS} rows. Take only the table of agencies.")
    return found


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else " ".join(str(value)[:MOST_LETTERS].split())


def _html(text: str) -> list[Rows]:
    page = _Tables()
    page.feed(text)
    page.close()
    tables = [_capped(rows) for rows in page.tables if rows]
    if not tables:
        raise ImportRefused(
            "The page holds no table. Save it when the list can be seen, as “Web page, complete”, or copy the table into a sheet."
        )
    return tables


class _Tables(HTMLParser):
    """The cells of all tables; what scripts and styles say is no text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._open: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._silent = self._wide = self._high = 0
        self._reaching: set[int] = set()
        self._below: list[dict[int, int]] = []  # of each open table: column → rows into which a cell above it still reaches

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "table":
            self._open.append([])
            self._below.append({})
            self.tables.append(self._open[-1])
        elif tag == "tr" and self._open:
            self._close_cell()
            self._open[-1].append([])
            self._reached()
        elif tag in ("td", "th") and self._open:
            self._close_cell()
            if not self._open[-1]:
                self._open[-1].append([])
            self._cell = []
            self._wide, self._high = _span(attrs, "colspan", MOST_CELLS), _span(attrs, "rowspan", MOST_ROWS)
        elif tag in ("br", "p", "div", "li", "span") and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag in ("td", "th", "tr"):
            self._close_cell()
        elif tag == "table" and self._open:
            self._close_cell()
            self._open.pop()
            self._below.pop()

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._silent:
            self._cell.append(data)

    def _close_cell(self) -> None:
        if self._cell is not None and self._open:
            row, below = self._open[-1][-1], self._below[-1]
            if self._high > 1 and len(row) < MOST_CELLS:
                below.update(dict.fromkeys(range(len(row), len(row) + self._wide), self._high - 1))
            row.extend(["".join(self._cell), *[""] * (self._wide - 1)])
            self._reached(new=False)
        self._cell = None

    def _reached(self, new: bool = True) -> None:
        """Blanks where cells of the rows above reach into this one."""
        row, below = self._open[-1][-1], self._below[-1]
        if new:
            self._reaching = {at for at, left in below.items() if left > 0}
            for at in self._reaching:
                below[at] -= 1
        while len(row) in self._reaching:
            row.append("")


def _span(attrs: list[tuple[str, str | None]], name: str, most: int) -> int:
    """How many columns or rows a cell takes."""
    written = (dict(attrs).get(name) or "1").strip()
    return min(max(int(written), 1), most) if written.isascii() and written.isdigit() and len(written) < 6 else 1
