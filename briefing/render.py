"""The briefing as HTML, PDF and JSON: the same value, the same bytes, no network."""

import base64
import hashlib
import json
import logging
import re
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from briefing import palette
from briefing.charts import FONTS, svg
from briefing.labels import OUTCOME_WORDS, SIGNER_WORDS
from briefing.model import Briefing
from briefing.run import Refusal

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcher  # type: ignore[import-untyped]  # no stubs

TEMPLATES = Path(__file__).parent.parent / "templates"
_WEIGHTS = (400, 600, 700)
_INSTALL = "apt-get install -y --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0"
_IDENTIFIER_BYTES = 16


def html(briefing: Briefing) -> str:
    """The page as one self-contained file: no script, no remote address."""
    figures = {figure.figure_id: Markup(svg(figure)) for figure in briefing.figures}  # noqa: S704 -- our own drawing, its texts escaped by the engine
    return _page("briefing.html.j2", briefing=briefing, drawings=figures)


def refusal_html(refusal: Refusal) -> str:
    """One page that says what failed, on which input, and what to do."""
    return _page("refusal.html.j2", refusal=refusal)


def json_text(briefing: Briefing) -> str:
    """The briefing for machines: sorted keys, stable, no NaN."""
    content = briefing.model_dump(mode="json")
    return json.dumps(content, sort_keys=True, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def _page(template: str, **content: Any) -> str:  # noqa: ANN401 -- what a template is given
    css = _style()
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return _environment().get_template(template).render(
        css=Markup(css),  # noqa: S704 -- our own file
        css_digest=digest,
        words=OUTCOME_WORDS,
        signer_words=SIGNER_WORDS,
        **content,
    )  # fmt: skip


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache(maxsize=1)
def _style() -> str:
    """The style sheet with its fonts inside, and the dark tones of the figures."""
    faces = [
        "@font-face{font-family:Inter;font-style:normal;font-weight:"
        f"{weight};src:url(data:font/woff2;base64,{_encoded(weight)}) format('woff2')}}"
        for weight in _WEIGHTS
    ]
    dark = [
        f'figure [{attribute}="{light.lower()}" i]{{{attribute}:{tone}}}'
        for light, tone in palette.dark_pairs()
        for attribute in ("fill", "stroke")
    ]
    night = "@media screen and (prefers-color-scheme:dark){" + "".join(dark) + "}"
    written = (TEMPLATES / "briefing.css").read_text(encoding="utf-8")
    return "\n".join([*faces, written, night])


def _encoded(weight: int) -> str:
    return base64.b64encode((FONTS / f"inter-latin-{weight}.woff2").read_bytes()).decode()


def pdf_available() -> str | None:
    """None where a PDF can be made; else the sentence that says what to install."""
    try:
        # Where a library is missing it prints a page of help before it raises; ours is shorter.
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            import weasyprint  # type: ignore[import-untyped]  # noqa: F401, PLC0415 -- loads system libraries
    except OSError as missing:
        reason = str(missing).partition(":")[0]
        return f"PDF skipped: {reason}. On Debian or Ubuntu run: {_INSTALL}"
    # The page's rules for screens mean nothing to it, which it would say on every run.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    return None


def pdf(html_text: str, run_id: str, session: date) -> bytes:
    """The page as a tagged PDF (PDF/UA-1), byte-identical for the same text, run and session.

    Nothing but ``data:`` addresses is ever opened: any other one ends the rendering.
    """
    import weasyprint  # noqa: PLC0415 -- see pdf_available

    stamp = f'<meta name="dcterms.{{}}" content="{session.isoformat()}">'
    stamps = "".join(stamp.format(moment) for moment in ("created", "modified"))
    # The data behind the charts is not printed; a thousand cells would yet be styled one by one.
    printed = re.sub(r"<details>.*?</details>", "", html_text, flags=re.DOTALL)
    stamped = re.sub(r"<head>", f"<head>{stamps}", printed, count=1)
    document = weasyprint.HTML(string=stamped, base_url=None, url_fetcher=_data_only())
    identifier = hashlib.sha256(run_id.encode()).digest()[:_IDENTIFIER_BYTES]
    content: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier)
    return content


def _data_only() -> "URLFetcher":
    """A fetcher that opens ``data:`` addresses and ends the rendering on any other."""
    from weasyprint.urls import (  # noqa: PLC0415 -- see pdf_available
        FatalURLFetchingError,
        URLFetcher,
        URLFetcherResponse,
    )

    class DataOnly(URLFetcher):  # type: ignore[misc]  # the library is untyped
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            if not url.startswith("data:"):
                raise FatalURLFetchingError(f"refused {url}: a briefing opens no address")
            return super().fetch(url, headers)

    return DataOnly(allowed_protocols=("data",), fail_on_errors=True)


def preload() -> None:
    """Import what rendering needs, before any work runs side by side."""
    import altair as alt  # noqa: F401, PLC0415 -- that is the point
    import vl_convert  # noqa: F401, PLC0415 -- that is the point

    pdf_available()
