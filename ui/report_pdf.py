"""The document of a customer drawn as PDF: A4, vectors, its fonts inside; no browser is needed."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

if TYPE_CHECKING:
    from ui.report import Report

WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 48.0, WIDTH - 48.0, HEIGHT - 48.0, 56.0
INNER = RIGHT - LEFT
INK, MUTED, FAINT, LINE = (HexColor(each) for each in ("#1f2430", "#667085", "#eef1f6", "#d5dae3"))
BLUE, GREEN, AMBER, RED = (HexColor(each) for each in ("#3f4bc4", "#1a7f5a", "#b45f06", "#c62a2f"))
VERDICTS = {"good": GREEN, "warn": AMBER, "bad": RED}
# The first that is there: DejaVu knows most scripts that run to the right, Vera comes with ReportLab.
FONTS = (("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"), ("Vera.ttf", "VeraBd.ttf"))
PLAIN, BOLD = "Report", "Report-Bold"
TALL, CHART = 12.5, 96.0


def drawn(report: Report) -> bytes:
    """The file."""
    page = Page(f"{report.customer}: {report.window}", report.made)
    _head(page, report)
    _figures(page, report)
    _days(page, report)
    _workflows(page, report)
    _plan(page, report)
    _causes(page, report)
    _happened(page, report)
    return page.file()


def refusal(sentence: str) -> bytes:
    """A page that says why there is no document."""
    page = Page("No document", "")
    page.text(sentence, size=11)
    return page.file()


@cache
def fonts() -> None:
    """Have both fonts known to ReportLab, once."""
    for plain, bold in FONTS:
        try:
            for name, file in ((PLAIN, plain), (BOLD, bold)):
                pdfmetrics.registerFont(TTFont(name, file))
        except TTFError:
            continue
        return


class Page:
    """Where the next line goes; what does not fit any more goes to a new page."""

    def __init__(self, title: str, made: str) -> None:
        fonts()
        self._buffer = io.BytesIO()
        # Same words, same bytes: no moment of making and no random id.
        self.canvas = Canvas(self._buffer, pagesize=A4, invariant=1)
        self.canvas.setTitle(title)
        self.canvas.setCreator("Tenantscope")
        self._made = made
        self.y = TOP

    def file(self) -> bytes:
        """All of it."""
        self._foot()
        self.canvas.save()
        return self._buffer.getvalue()

    def room(self, height: float) -> None:
        """So much room from here on, if need be on a new page."""
        if self.y - height < BOTTOM:
            self._foot()
            self.canvas.showPage()
            self.y = TOP

    def _foot(self) -> None:
        said = f"Made {self._made}" if self._made else ""
        self.put(LEFT, BOTTOM - 24, said, size=7.5, ink=MUTED)
        self.put(RIGHT, BOTTOM - 24, str(self.canvas.getPageNumber()), size=7.5, ink=MUTED, right=True)

    def put(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 9,
        ink: HexColor = INK,
        bold: bool = False,
        right: bool = False,
    ) -> float:
        """A line of text at a place; gives its width."""
        name = BOLD if bold else PLAIN
        self.canvas.setFont(name, size)
        self.canvas.setFillColor(ink)
        (self.canvas.drawRightString if right else self.canvas.drawString)(x, y, text)
        return pdfmetrics.stringWidth(text, name, size)

    def text(
        self, text: str, *, size: float = 9, ink: HexColor = INK, bold: bool = False, width: float = INNER
    ) -> None:
        """Text in as many lines as it needs."""
        for line in lines(text, size, width, bold=bold):
            self.room(size * 1.4)
            self.y -= size * 1.4
            self.put(LEFT, self.y, line, size=size, ink=ink, bold=bold)

    def title(self, text: str, needs: float = 60) -> None:
        """The title of a part, with room for what it begins with."""
        self.room(needs + 34)
        self.y -= 30
        self.put(LEFT, self.y, text, size=11.5, bold=True)
        self.y -= 7

    def bar(self, y: float, share: float, ink: HexColor, *, x: float = LEFT, width: float = INNER) -> None:
        """A bar that is full where the share is whole."""
        self.canvas.setFillColor(FAINT)
        self.canvas.roundRect(x, y, width, 7, 3.5, stroke=0, fill=1)
        filled = min(max(share, 0.0), 1.0) * width
        if filled > 0:
            self.canvas.setFillColor(ink)
            self.canvas.roundRect(x, y, max(filled, 7), 7, 3.5, stroke=0, fill=1)


def lines(text: str, size: float, width: float, *, bold: bool = False, most: int = 0) -> list[str]:
    """Text cut at words, or within one longer than a line; what is beyond `most` lines ends in dots."""
    name = BOLD if bold else PLAIN
    found: list[str] = []
    for line in simpleSplit(text, name, size, width) or [""]:
        rest = line
        while pdfmetrics.stringWidth(rest, name, size) > width:
            cuts = range(len(rest), 0, -1)
            fits = next(n for n in cuts if n == 1 or _wide(rest[:n], name, size) <= width)
            found.append(rest[:fits])
            rest = rest[fits:]
        found.append(rest)
    if most and len(found) > most:
        found = found[:most]
        while len(found[-1]) > 1 and _wide(f"{found[-1]}…", name, size) > width:
            found[-1] = found[-1][:-1]
        found[-1] = f"{found[-1].rstrip()}…"
    return found


def _wide(text: str, name: str, size: float) -> float:
    return pdfmetrics.stringWidth(text, name, size)


def _head(page: Page, report: Report) -> None:
    page.canvas.setFillColor(BLUE)
    page.canvas.rect(0, HEIGHT - 8, WIDTH, 8, stroke=0, fill=1)
    page.text(report.customer, size=20, bold=True)
    page.y -= 2
    page.text(" · ".join(filter(None, (report.known, report.window))), size=9, ink=MUTED)
    page.y -= 14
    page.text(report.headline, size=17, bold=True, ink=BLUE)
    page.y -= 6


def _figures(page: Page, report: Report) -> None:
    """Three numbers side by side."""
    page.room(66)
    wide = (INNER - 24) / 3
    for place, (number, what, means) in enumerate(report.figures):
        x, y = LEFT + place * (wide + 12), page.y - 58
        page.canvas.setStrokeColor(LINE)
        page.canvas.roundRect(x, y, wide, 54, 6, stroke=1, fill=0)
        beside = page.put(x + 11, y + 29, number, size=16, bold=True)
        page.put(x + 17 + beside, y + 29, what, size=9.5, ink=MUTED)
        for row, line in enumerate(lines(means, 7.5, wide - 22, most=2)):
            page.put(x + 11, y + 14 - row * 9, line, size=7.5, ink=MUTED)
    page.y -= 58


def _days(page: Page, report: Report) -> None:
    """A column a day, what failed on top of what succeeded; the tallest is named."""
    page.title("Executions by day", CHART + 30)
    _legend(page)
    most = max((day.succeeded + day.failed for day in report.days), default=0)
    if not most:
        page.text("Nothing was executed in these 30 days.", ink=MUTED)
        return
    base = page.y - CHART - 8
    page.canvas.setStrokeColor(LINE)
    for share in (0.0, 0.5, 1.0):
        page.canvas.line(LEFT + 34, base + share * CHART, RIGHT, base + share * CHART)
        page.put(LEFT + 28, base + share * CHART - 2.5, f"{most * share:,.0f}", size=7, ink=MUTED, right=True)
    step = (INNER - 38) / len(report.days)
    for place, day in enumerate(report.days):
        x, good = LEFT + 36 + place * step, day.succeeded / most * CHART
        for bottom, tall, ink in ((0.0, good, BLUE), (good, day.failed / most * CHART, RED)):
            page.canvas.setFillColor(ink)
            page.canvas.rect(x + step * 0.14, base + bottom, step * 0.72, tall, stroke=0, fill=1)
        if place % 7 == 0:
            page.put(x + step * 0.14, base - 11, day.label, size=7, ink=MUTED)
    page.y = base - 14


def _legend(page: Page) -> None:
    x = RIGHT
    for text, ink in (("failed", RED), ("successful", BLUE)):
        x -= page.put(x, page.y + 7, text, size=7.5, ink=MUTED, right=True) + 9
        page.canvas.setFillColor(ink)
        page.canvas.rect(x, page.y + 6.5, 6, 6, stroke=0, fill=1)
        x -= 10


def _workflows(page: Page, report: Report) -> None:
    page.title("Workflows that ran most", 40)
    if not report.workflows:
        page.text("No workflow ran in these 30 days.", ink=MUTED)
    for name, count, share in report.workflows:
        page.room(17)
        page.y -= 16
        page.put(LEFT, page.y, lines(name, 9, 168, most=1)[0])
        page.bar(page.y, share, BLUE, x=LEFT + 178, width=INNER - 268)
        page.put(RIGHT - 42, page.y, count, right=True)
        page.put(RIGHT, page.y, f"{share:.0%}", ink=MUTED, right=True)


def _plan(page: Page, report: Report) -> None:
    page.title("Plan usage", 46)
    if report.share is None:
        page.text(report.usage or "Executions are not limited.", ink=MUTED)
    else:
        page.text(report.usage)
        page.y -= 13
        page.bar(page.y, report.share, VERDICTS[report.verdict])
    for sentence in report.ahead:
        page.y -= 4
        page.text(sentence, ink=AMBER)


def _causes(page: Page, report: Report) -> None:
    """What failed, how often, and what helps, a row each."""
    page.title("What failed, and what helps", 50)
    if not report.causes:
        page.text("Nothing failed in these 30 days.", ink=GREEN)
    for times, what, where, helps in report.causes:
        left = lines(what, 9, 258, most=3)
        right = lines(
            helps or "No remedy is known yet: look into the executions.", 9, 196, bold=False, most=4
        )
        below = lines(where, 7.5, 258, most=1)
        tall = max(len(left) * TALL + 11, len(right) * TALL) + 7
        page.room(tall)
        top = page.y - 13
        page.put(LEFT + 26, top, f"{times}×", bold=True, right=True)
        for row, line in enumerate(left):
            page.put(LEFT + 36, top - row * TALL, line)
        page.put(LEFT + 36, top - len(left) * TALL + 1, below[0], size=7.5, ink=MUTED)
        for row, line in enumerate(right):
            page.put(LEFT + 303, top - row * TALL, line, ink=GREEN)
        page.y -= tall
        page.canvas.setStrokeColor(FAINT)
        page.canvas.line(LEFT, page.y - 1, RIGHT, page.y - 1)


def _happened(page: Page, report: Report) -> None:
    page.title("What happened", 40)
    if not report.happened:
        page.text("Nothing worth telling happened in these 30 days.", ink=MUTED)
    for when, kind, what in report.happened:
        said = lines(what, 8.5, INNER - 142, most=2)
        page.room(len(said) * 11 + 4)
        page.y -= 13
        page.put(LEFT, page.y, when, size=8.5, ink=MUTED)
        page.put(LEFT + 88, page.y, lines(kind, 8.5, 48, most=1)[0], size=8.5, ink=MUTED)
        for row, line in enumerate(said):
            page.put(LEFT + 142, page.y - row * 11, line, size=8.5)
        page.y -= (len(said) - 1) * 11
