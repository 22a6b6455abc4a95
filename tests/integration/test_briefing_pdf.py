"""The page in HTML and PDF: order, tags, fonts, bytes, and nothing opened from outside."""

import hashlib
import importlib.util
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from briefing import render
from briefing.charts import ChartError, svg
from briefing.context import briefing_of
from briefing.model import Briefing, Line, Point
from briefing.run import RunInfo

ROOT = Path(__file__).parents[2]
HOSTILE = "<img src=x onerror=alert(1)>{{7*7}}"
BLOCKS = ("COMPLETE", "1 Verdict", "2 What changed", "3 Layers", "4 Gates", "5 Book", "6 Charts",
          "7 Macro calendar", "8 Data quality", "9 Provenance", "10 Appendix", "11 Disclaimer")  # fmt: skip


def _market() -> ModuleType:
    """The generator of frames that the unit tests of the room use."""
    path = ROOT / "tests/unit/briefing/conftest.py"
    spec = importlib.util.spec_from_file_location("briefing_market", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def run_info() -> RunInfo:
    """The run of the simulated market."""
    run: RunInfo = _market().run_of()
    return run


@pytest.fixture(scope="module")
def briefing(run_info: RunInfo) -> Briefing:
    """The briefing of the simulated market."""
    return briefing_of(_market().market_frames("simulated"), run_info)


@pytest.fixture(scope="module")
def page(briefing: Briefing) -> str:
    """The page as HTML."""
    return render.html(briefing)


@pytest.fixture(scope="module")
def document(page: str, run_info: RunInfo) -> bytes:
    """The page as PDF."""
    if (missing := render.pdf_available()) is not None:
        pytest.skip(missing)
    return render.pdf(page, run_info.run_id, run_info.session)


class _Elements(HTMLParser):
    """Every element with its attributes, and the headings in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def _elements(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = _Elements()
    parser.feed(page)
    return parser.found


def test_page_is_one_small_file(page: str) -> None:
    """Under 1.5 MB, without script, link or remote address."""
    assert len(page.encode()) < 1_500_000
    tags = {tag for tag, _attributes in _elements(page)}
    assert not tags & {"script", "link", "iframe", "object", "embed", "img"}
    links = [a["href"] for _tag, a in _elements(page) if "href" in a]
    assert all(link is not None and link.startswith("#") for link in links)
    urls = set(re.findall(r"https?://[^\s\"'<>)]+", page))
    assert urls <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_typeface_covers_the_page(page: str) -> None:
    """Every sign of the page, its drawings included, is in each weight of the bundled typeface."""
    weights = [TTFont(path).getBestCmap() for path in (ROOT / "templates/fonts").glob("*.ttf")]
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert {*map(ord, body)} - {ord("\n")} <= set.intersection(*map(set, weights))


def test_page_headings_never_skip_a_level(page: str) -> None:
    """One first-level heading, and no heading jumps over a level."""
    levels = [int(tag[1]) for tag, _a in _elements(page) if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))


def test_page_tables_name_their_headers(page: str) -> None:
    """Every header cell says what it heads, and every table has a caption."""
    elements = _elements(page)
    assert all("scope" in a for tag, a in elements if tag == "th")
    tags = [tag for tag, _a in elements]
    assert tags.count("table") == tags.count("caption")


def test_page_ids_are_unique(page: str) -> None:
    """Several drawings share the page, and no id appears twice; every link has its target."""
    ids = [a["id"] for _tag, a in _elements(page) if "id" in a]
    assert len(ids) == len(set(ids))
    targets = {(a["href"] or "")[1:] for _tag, a in _elements(page) if "href" in a}
    assert targets <= set(ids)


def test_style_matches_its_policy(page: str) -> None:
    """The content policy allows exactly the one style sheet that the page holds."""
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = hashlib.sha256(style.group(1).encode()).digest()
    import base64

    assert f"sha256-{base64.b64encode(digest).decode()}" in page
    assert not [a for _tag, a in _elements(page) if "style" in a]


def test_hostile_words_add_no_element(briefing: Briefing, page: str) -> None:
    """Markup in a value changes no element of the page, the drawings included."""
    figures = tuple(
        f.model_copy(update={"title": HOSTILE, "alt": HOSTILE}) for f in briefing.figures
    )
    verdict = briefing.verdict.model_copy(update={"sentence": HOSTILE})
    hostile = render.html(briefing.model_copy(update={"figures": figures, "verdict": verdict}))
    assert [tag for tag, _a in _elements(hostile)] == [tag for tag, _a in _elements(page)]
    assert "{{7*7}}" in hostile


def test_pdf_is_tagged(document: bytes, briefing: Briefing) -> None:
    """Marked, with language and title, as PDF/UA asks; figures carry their words."""
    reader = PdfReader(BytesIO(document))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert reader.metadata is not None
    assert reader.metadata.title == briefing.header.title


def test_pdf_embeds_bundled_fonts_only(document: bytes) -> None:
    """Every font of the PDF is the typeface beside the templates."""
    names = set()
    for sheet in PdfReader(BytesIO(document)).pages:
        for font in sheet["/Resources"]["/Font"].values():
            names.add(str(font.get_object()["/BaseFont"]).split("+")[-1])
    assert names
    assert all(name.startswith("Inter") for name in names)


def test_pdf_reads_in_block_order(document: bytes) -> None:
    """The text order of the PDF is the order of the blocks, 0 to 11."""
    text = "\n".join(sheet.extract_text() for sheet in PdfReader(BytesIO(document)).pages)
    places = [text.find(block) for block in BLOCKS]
    assert -1 not in places
    assert places == sorted(places)


def test_pdf_is_short_and_marked(document: bytes) -> None:
    """At most seven pages and half a megabyte; SIMULATED and the disclaimer stand on each page."""
    assert len(document) < 500_000
    pages = PdfReader(BytesIO(document)).pages
    assert 3 <= len(pages) <= 7
    for sheet in pages:
        text = sheet.extract_text()
        assert "SIMULATED" in text
        assert "Not investment" in text


def test_first_page_decides(document: bytes) -> None:
    """Verdict, changes, layers, gates and signers fit on the first page; charts come next."""
    text = PdfReader(BytesIO(document)).pages[0].extract_text()
    assert "3 Layers" in text
    assert "DORMANT" in text
    assert "S5 risk budget" in " ".join(text.split()).replace("Risk", "risk")
    assert "6 Charts" not in text


def test_pdf_bytes_repeat(page: str, document: bytes, run_info: RunInfo, tmp_path: Path) -> None:
    """Another process makes the same bytes from the same page."""
    source = tmp_path / "page.html"
    source.write_text(page, encoding="utf-8")
    code = (
        "import sys, hashlib; from datetime import date; from pathlib import Path\n"
        "from briefing.render import pdf\n"
        "text = Path(sys.argv[1]).read_text(encoding='utf-8')\n"
        "made = pdf(text, sys.argv[2], date.fromisoformat(sys.argv[3]))\n"
        "sys.stdout.write(hashlib.sha256(made).hexdigest())"
    )
    arguments = [str(source), run_info.run_id, run_info.session.isoformat()]
    done = subprocess.run(  # noqa: S603 -- our own interpreter and code
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout == hashlib.sha256(document).hexdigest()


@pytest.mark.parametrize(
    "hostile",
    [
        '<link rel="attachment" href="file:///etc/hostname">',
        '<img src="file:///etc/hostname" alt="x">',
        '<img src="http://127.0.0.1:9/x.png" alt="x">',
        '<link rel="stylesheet" href="http://127.0.0.1:9/x.css">',
        "<style>@import url(file:///etc/hostname);</style>",
        "<style>@font-face{font-family:x;src:url(http://127.0.0.1:9/x.woff2)}</style><p>x</p>",
    ],
)
def test_pdf_opens_no_address(hostile: str, run_info: RunInfo) -> None:
    """A file or network address in the page ends the rendering; nothing is read."""
    if (missing := render.pdf_available()) is not None:
        pytest.skip(missing)
    from weasyprint.urls import FatalURLFetchingError

    page = f"<html lang=en><head><title>t</title>{hostile}</head><body>{hostile}</body></html>"
    with pytest.raises(FatalURLFetchingError, match="a briefing opens no address"):
        render.pdf(page, run_info.run_id, run_info.session)


def test_drawing_repeats_and_is_named(briefing: Briefing) -> None:
    """A drawing is the same twice, has a title and a description, and no gradient."""
    figure = briefing.figures[0]
    drawn = svg(figure)
    assert drawn == svg(figure)
    assert "<title>" in drawn
    assert "<desc>" in drawn
    assert "Gradient" not in drawn


def test_missing_input_leaves_a_gap(briefing: Briefing) -> None:
    """A null in the middle breaks the line: no stroke bridges it."""
    figure = next(f for f in briefing.figures if f.figure_id == "spread")
    line = Line(
        name="x", style="solid", tone="blue",
        points=tuple(Point(x=p.x, y=None if i == 100 else 1.0) for i, p in enumerate(figure.lines[1].points)),
    )  # fmt: skip
    drawn = svg(figure.model_copy(update={"lines": (line,)}))
    path = next(d for d in re.findall(r' d="([^"]+)"', drawn) if d.count("L") > 200)
    assert path.count("M") == 2


def test_crowded_figure_is_refused(briefing: Briefing) -> None:
    """A figure with more points than a page can hold is refused before it is drawn."""
    figure = briefing.figures[0]
    crowd = Line(name="x", style="solid", tone="blue", points=tuple(Point(x=n, y=1.0) for n in range(2_501)))  # fmt: skip
    with pytest.raises(ChartError, match="2501 points"):
        svg(figure.model_copy(update={"lines": (crowd,)}))


def test_degraded_page_is_not_green(briefing: Briefing) -> None:
    """A degraded page carries the amber state and its reasons in the banner."""
    status = replace_status(briefing)
    page = render.html(briefing.model_copy(update={"status": status}))
    assert 'class="degraded simulated"' in page
    assert "DEGRADED" in page


def replace_status(briefing: Briefing) -> object:
    """The status of a page with two late inputs."""
    return briefing.status.model_copy(
        update={"state": "degraded", "word": "Degraded", "reasons": ("a", "b")}
    )


def test_other_source_is_not_marked_simulated(run_info: RunInfo) -> None:
    """The word SIMULATED belongs to the simulated source alone; what is lacking is shown."""
    frames = _market().market_frames("sample")
    page = render.html(briefing_of(frames, replace(run_info, source="sample")))
    assert "SIMULATED" not in page
    assert "NOT OFFERED" in page
