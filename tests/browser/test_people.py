"""Whoever is counted is a click away, and one step back leads to where one came from."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, WebSocket, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.looking import SECOND, expect_scope, opened, settled

# The middle of the cell that has the size of the newest cohort with anybody in it.
PLACE = """() => {
    const plot = document.querySelector('.st-key-panel_retention-triangle .js-plotly-plot');
    const [{ xaxis, yaxis }, box, marks] = [plot._fullLayout, plot.getBoundingClientRect(), plot.data.at(-1)];
    const place = marks.customdata.findLastIndex((each) => each && each[1] === 0);
    const [x, y] = [marks.x[place], marks.y[place]];
    return [box.x + xaxis._offset + xaxis.d2p(x), box.y + yaxis._offset + yaxis.d2p(y)];
}"""


def first_row(page: Page, table: Locator) -> None:
    """A click on the first row of a table."""
    expect(table).to_be_visible(timeout=30 * SECOND)
    settled(page)
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 60, box["y"] + 50)


def to_person_and_back(page: Page, title: str) -> None:
    """From the list that is open to somebody in it, and back by one step."""
    came_from, steps = page.url, page.evaluate("history.length")
    first_row(page, page.get_by_role("dialog").get_by_test_id("stDataFrame"))
    expect(page).to_have_url(re.compile("/person\\?"), timeout=20 * SECOND)
    expect_scope(page, "person.person_id")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("Person")
    assert page.evaluate("history.length") == steps + 1
    page.go_back()
    expect(page).to_have_url(came_from)
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def noted(page: Page) -> list[str]:
    """What the app sends that has to do with the way to another page, as it comes from now on."""
    order: list[str] = []

    def note(frame: bytes | str) -> None:
        sent = ForwardMsg.FromString(frame) if isinstance(frame, bytes) else ForwardMsg()
        kind = sent.WhichOneof("type")
        if kind in ("new_session", "navigation"):
            order.append(kind)
        elif "data-way" in sent.delta.new_element.html.body:
            order.append("way")

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", note)

    page.on("websocket", listen)
    return order


def test_the_size_of_a_cohort_leads_to_its_people_and_back_to_the_chart(page):
    page.goto("/retention")
    # The first to ask how people come back waits until that is compiled.
    cells = page.locator(".st-key-panel_retention-triangle .plotly .textpoint")
    expect(cells.first).to_be_visible(timeout=90 * SECOND)
    settled(page)
    page.mouse.click(*page.evaluate(PLACE))
    expect(page.get_by_role("dialog")).to_contain_text("started in the week of", timeout=20 * SECOND)
    to_person_and_back(page, "Retention")


def test_a_member_of_a_cohort_leads_to_the_person_and_back_to_the_cohorts(page):
    order = noted(page)
    opened(page, "/cohorts")
    page.get_by_role("button", name="Who is in it").first.click()
    to_person_and_back(page, "Cohorts")
    # A browser that is on its way would turn back, by two more steps, to the page that is named after it.
    assert order[order.index("way") - 1] == "navigation"
