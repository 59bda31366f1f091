"""Lists of agencies as people can get them, and as nobody should: read into entries, or refused with the row and the cure."""

import io
import zipfile
from datetime import date

import openpyxl
import pytest

from bot.agencies import sheets
from bot.agencies.entries import Agency, Imported
from bot.agencies.sheets import read
from bot.agencies.understanding import understand
from bot.errors import ImportRefused
from bot.settings import ROOT

CSV = 'RL No,Name,Address,Status,Validity\nRL-0012,Rabeya Overseas,"5 Road, Banani, Dhaka-1213",Active,31/12/2027\n77,Doel Ltd,Dhaka,Server Locked,2026-05-01\n'
PAGE = """<!doctype html><html><head><style>td{}</style><script>var x = "<table><tr><td>99</td></tr></table>";</script></head><body>
<table><tr><td>menu</td></tr></table>
<table class="t"><thead><tr><th colspan="2">Recruiting agencies</th></tr>
<tr><th>SL</th><th>License No (RLxxxx)</th><th>Name</th><th>Address</th><th>License Status</th><th>Validity</th></tr></thead>
<tbody><tr><td>1</td><td>RL0012</td><td>Rabeya <b>Overseas</b><script>alert(1)</script></td><td>5 Road,<br>Banani, Dhaka</td><td><span>Active</span></td><td>31 Dec 2027</td></tr>
<tr><td>2</td><td>RL 77</td><td>Doel &amp; Sons</td><td>Dhaka</td><td>Suspended</td><td>01-05-2026</td></tr></tbody></table></body></html>"""


def file(tmp_path, content, name="list.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def entries(path):
    return understand(read(path))


def workbook(rows, merge=None):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if merge:
        book.active.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_csv(tmp_path):
    found = entries(file(tmp_path, CSV))
    assert found.problems == ()
    assert found.agencies == (
        Agency(rl="12", name="Rabeya Overseas", address="5 Road, Banani, Dhaka-1213", status="active", valid_until=date(2027, 12, 31)),
        Agency(rl="77", name="Doel Ltd", address="Dhaka", status="server_locked", valid_until=date(2026, 5, 1)),
    )


def test_a_saved_page_with_scripts_is_read_as_text(tmp_path):
    found = entries(file(tmp_path, PAGE, "page.html"))
    assert [(a.rl, a.name, a.status, a.valid_until) for a in found.agencies] == [
        ("12", "Rabeya Overseas", "active", date(2027, 12, 31)),
        ("77", "Doel & Sons", "suspended", date(2026, 5, 1)),
    ]
    assert found.agencies[0].address == "5 Road, Banani, Dhaka"


def test_headings_in_bangla_after_rows_of_something_else(tmp_path):
    text = "বাংলাদেশের এজেন্সি,,,\n,,,\nক্রমিক,লাইসেন্স নং,এজেন্সির নাম,ঠিকানা,অবস্থা,মেয়াদ\n১,আরএল ১২,রাবেয়া ওভারসিজ,ঢাকা,স্থগিত,৩১/১২/২০২৭\n"
    assert entries(file(tmp_path, text)).agencies == (
        Agency(rl="12", name="রাবেয়া ওভারসিজ", address="ঢাকা", status="suspended", valid_until=date(2027, 12, 31)),
    )


def test_xlsx_with_merged_headings_dates_and_numbers(tmp_path):
    rows = [
        ["List of recruiting agencies", None, None, None],
        ["License", None, "Agency name", "License"],
        ["No", "Status", None, "Validity"],
        [12, "Active", "Rabeya Overseas", date(2027, 12, 31)],
        [77.0, "Cancelled", "Doel Ltd", None],
    ]
    rows[2][2] = "Agency name"
    found = entries(file(tmp_path, workbook(rows, "A1:D1"), "list.xlsx"))
    assert [(a.rl, a.status, a.valid_until) for a in found.agencies] == [("12", "active", date(2027, 12, 31)), ("77", "cancelled", None)]


MERGED = """<table><tr><th rowspan="2">SL</th><th rowspan=" 2">License No</th><th colspan="2">Agency</th><th rowspan="2">License Status</th></tr>
<tr><th>Name</th><th>Address</th></tr>
<tr><td>1</td><td>RL 12</td><td>Rabeya Overseas</td><td rowspan="2">Banani, Dhaka</td><td>Active</td></tr>
<tr><td>2</td><td>RL 77</td><td>Doel Ltd</td><td>Suspended</td></tr>
<tr><td rowspan="99999999999">3</td><td>RL 78</td><td>Shapla</td><td>Gulshan, Dhaka</td><td>Active</td></tr></table>"""


def test_a_page_with_cells_merged_downwards(tmp_path):
    found = entries(file(tmp_path, MERGED, "page.html"))
    assert [(a.rl, a.name, a.address, a.status) for a in found.agencies] == [
        ("12", "Rabeya Overseas", "Banani, Dhaka", "active"),
        ("77", "Doel Ltd", "", "suspended"),
        ("78", "Shapla", "Gulshan, Dhaka", "active"),
    ]
    assert found.problems == ()


def test_a_workbook_formatted_far_below_its_table(tmp_path):
    book = openpyxl.Workbook()
    for row in (["RL", "Name"], [12, "Rabeya"]):
        book.active.append(row)
    for number in (15_000, 30_000):
        book.active.cell(number, 1).fill = openpyxl.styles.PatternFill("solid", fgColor="FFFF00")
    path = tmp_path / "list.xlsx"
    book.save(path)
    assert [agency.name for agency in entries(path).agencies] == ["Rabeya"]
    book.active.cell(300_000, 1).value = "12"
    book.save(path)
    with pytest.raises(ImportRefused, match="20000 rows"):
        read(path)


def test_what_is_no_file(tmp_path):
    with pytest.raises(ImportRefused, match="no file"):
        read(tmp_path)


def test_formulas_are_not_run_and_not_kept(tmp_path):
    path = file(tmp_path, "RL,Name\n12,=HYPERLINK(\"http://x\")\n13,+cmd|' /C calc'!A0\n14,@SUM(1)\n15,Rabeya\n")
    found = entries(path)
    assert [agency.rl for agency in found.agencies] == ["15"]
    assert found.problems == ("row 2: holds a formula", "row 3: holds a formula", "row 4: holds a formula")
    book = entries(file(tmp_path, workbook([["RL", "Name"], [12, "=1+1"], [15, "Rabeya"]]), "f.xlsx"))
    assert [agency.rl for agency in book.agencies] == ["15"]
    assert book.problems == ("row 2: has no name",)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("abc,Rabeya,,", "row 2: 'abc' is no RL number"),
        ("123456,Rabeya,,", "row 2: '123456' is no RL number"),
        (",Rabeya,,", "row 2: '' is no RL number"),
        ("12,,,", "row 2: has no name"),
        ("12,123,,", "row 2: has no name"),
        ("12,<b>x</b>,,", "row 2: the name is no name of a firm"),
        ("12,Rabeya,Active,99/99/2027", "row 2: '99/99/2027' is no date"),
    ],
)
def test_refused_rows_are_named(tmp_path, row, problem):
    assert entries(file(tmp_path, f"RL,Name,Status,Validity\n{row}\n15,Doel,,\n")).problems == (problem,)


def test_one_number_with_two_names_is_refused(tmp_path):
    found = entries(file(tmp_path, "RL,Name\n12,Rabeya\n12,rabeya\n012,Doel\n"))
    assert [agency.name for agency in found.agencies] == ["Rabeya"]
    assert found.problems == ("row 4: RL 12 stands twice with different names",)


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("Active", "active"), ("ACTIVE ", "active"), ("Inactive", "unknown"), ("Not valid", "unknown"), ("Server Locked", "server_locked"), ("মেয়াদোত্তীর্ণ", "expired"),
        ("বাতিল", "cancelled"), ("", "unknown"), ("whatever", "unknown"), ("License suspended by order", "suspended"),
    ],
)  # fmt: skip
def test_status(tmp_path, written, status):
    assert entries(file(tmp_path, f"RL,Name,Status\n12,Rabeya,{written}\n")).agencies[0].status == status


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"", "a.csv", "empty"),
        (b"  \n\n", "a.csv", "empty"),
        (b"a,b\n1,2\n", "a.csv", "headings"),
        (b"RL,Name\n", "a.csv", "no rows"),
        (b"RL,Name\n12,Rabeya\n" + b"13,\xff\xfeBad\n", "a.csv", "Line 3 is not in UTF-8"),
        (b"\x00\x01\x02\x03", "a.csv", "no text"),
        (b"PK\x03\x04 broken", "a.xlsx", "cannot be read"),
        (b"\xd0\xcf\x11\xe0old excel", "a.xls", "Old Excel"),
        (b"%PDF-1.7", "a.pdf", "Old Excel (.xls) and PDF"),
        (b"<html><title>x</title><body>no table</body></html>", "a.html", "no table"),
        (b"<table><tr><td>1</td></tr></table>", "a.html", "headings"),
    ],
)
def test_nonsense_is_refused_with_the_cure(tmp_path, content, name, told):
    with pytest.raises(ImportRefused, match=told.replace("(", r"\(").replace(")", r"\)")):
        entries(file(tmp_path, content, name))


def test_too_large_is_refused_unread(tmp_path, monkeypatch):
    path = tmp_path / "large.csv"
    with path.open("wb") as large:
        large.truncate(50 * 1024 * 1024)
    with pytest.raises(ImportRefused, match="50 MB"):
        read(path)


def test_too_many_rows(tmp_path):
    with pytest.raises(ImportRefused, match="20000 rows"):
        read(file(tmp_path, "RL,Name\n" + "12,Rabeya\n" * 20_001))


def test_a_workbook_that_unpacks_to_far_too_much(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "_UNPACKED", 1000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 100_000)
    with pytest.raises(ImportRefused, match="too large"):
        read(file(tmp_path, out.getvalue(), "bomb.xlsx"))


def test_a_workbook_with_an_entity_bomb(tmp_path):
    good = zipfile.ZipFile(io.BytesIO(workbook([["RL", "Name"], [12, "Rabeya"]])))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for entry in good.infolist():
            body = good.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                body = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + body.split(b"?>", 1)[-1]
            packed.writestr(entry, body)
    with pytest.raises(ImportRefused, match="cannot be read"):
        entries(file(tmp_path, out.getvalue(), "x.xlsx"))


def test_utf16_as_excel_saves_unicode_text(tmp_path):
    assert entries(file(tmp_path, "RL\tName\n12\tরাবেয়া\n".encode("utf-16"))).agencies[0].name == "রাবেয়া"


def test_the_example_is_clearly_an_example_and_can_be_read():
    path = ROOT / "knowledge" / "examples" / "agencies_example.csv"
    found = entries(path)
    assert found.problems == ()
    assert "EXAMPLE" in path.read_text(encoding="utf-8").splitlines()[0]
    assert all("Example" in agency.name for agency in found.agencies)


def test_area_and_standing():
    agency = Agency(
        rl="1", name="x", address="House No.- 6, Road 2, 11th Floor, Baridhara, Dhaka-1212", status="active", valid_until=date(2026, 11, 26)
    )
    assert agency.area == "Baridhara, Dhaka"
    assert agency.standing(date(2026, 11, 26)) == "active"
    assert agency.standing(date(2026, 11, 27)) == "expired"
    assert Imported(id=1, source="x", as_of=date(2026, 10, 27), rows=1).old(date(2026, 11, 27))
    assert not Imported(id=1, source="x", as_of=date(2026, 10, 28), rows=1).old(date(2026, 11, 27))
