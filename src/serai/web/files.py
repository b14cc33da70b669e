"""Files that a browser saves or prints."""

from __future__ import annotations

import base64
import hashlib
import re
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from starlette.responses import Response

from serai.domain.quotes import QuoteResult
from serai.outputs.drawing import WIDE_IN
from serai.outputs.quote_files import write_quote_csv, write_quote_xlsx
from serai.outputs.quote_page import draw_sheet, render_quote_page

__all__ = ["DRAWING", "PRINTED", "policy_of", "quote_as"]

DRAWING: Final = threading.Lock()
"""Held while a picture is drawn: how the library draws is one setting of the whole process."""

PRINTED: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
"""Policy of a page that carries its own styles and runs nothing."""

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def policy_of(page: str) -> str:
    """
    Return the policy of a page that carries its own styles and scripts: these alone may run.

    Parameters
    ----------
    page
        HTML of ours.
    """
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    told = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    return PRINTED + "".join(f"; script-src 'sha256-{one}'" for one in told[:1])


def quote_as(sheet: QuoteResult, form: Literal["csv", "xlsx", "html", "days", "usd"]) -> Response:
    """
    Return a quote sheet in a form.

    Parameters
    ----------
    sheet
        The sheet.
    form
        A file (csv or xlsx), the printable page (html) or a diagram over distance (days or usd).
    """
    if form == "html":
        with DRAWING:
            page = render_quote_page(sheet)
        return Response(page, media_type="text/html",
                        headers={"Content-Security-Policy": PRINTED})  # fmt: skip
    if form in ("days", "usd"):
        with DRAWING:
            drawn = draw_sheet(sheet, form, width_in=WIDE_IN)
        return Response(drawn, media_type="image/svg+xml",
                        headers={"Content-Security-Policy": PRINTED})  # fmt: skip
    write: Callable[[Path, QuoteResult], None]
    write, kind = (write_quote_csv, "text/csv") if form == "csv" else (write_quote_xlsx, XLSX)
    with tempfile.TemporaryDirectory(prefix="serai-") as folder:
        path = Path(folder, f"quote.{form}")
        write(path, sheet)
        name = f"serai-{sheet.origin}-{sheet.dest}.{form}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(path.read_bytes(), media_type=kind, headers=headers)
