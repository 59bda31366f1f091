import base64

from bot.evaluation.page import Part, Table, html, markdown

PARTS = [
    Part("Title & <all>", ("First.", "Second.")),
    Part("Figures", table=Table(("what", "n"), (("a", "1"), ("<b>", "2"))), picture="p.png", points=("one", "two & three")),
]


def test_markdown():
    assert markdown(PARTS) == (
        "# Title & <all>\n\nFirst.\n\nSecond.\n\n## Figures\n\n| what | n |\n| :--- | ---: |\n| a | 1 |\n| <b> | 2 |\n\n"
        "- one\n- two & three\n\n![Figures](p.png)\n"
    )


def test_html_holds_its_pictures_and_needs_nothing_else(tmp_path):
    (tmp_path / "p.png").write_bytes(b"picture")
    page = html(PARTS, tmp_path)
    assert "<title>Title &amp; &lt;all&gt;</title>" in page
    assert "<h1>Title &amp; &lt;all&gt;</h1>" in page
    assert "<tr><td class=word>&lt;b&gt;</td><td>2</td></tr>" in page
    assert "<li>two &amp; three</li>" in page
    assert base64.b64encode(b"picture").decode() in page
    assert "http" not in page
    assert 'src="p.png"' not in page
