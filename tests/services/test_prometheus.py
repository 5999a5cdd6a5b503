"""A Prometheus of one's own: what the tests of reading from it stand on."""

from __future__ import annotations

import httpx
import pytest

pytestmark = pytest.mark.heavy


def test_it_has_scraped_itself_and_the_machine(prometheus):
    answer = httpx.get(f"{prometheus}/api/v1/query", params={"query": "up"}).json()
    assert answer["status"] == "success"
    assert {each["metric"]["job"]: each["value"][1] for each in answer["data"]["result"]} == {
        "prometheus": "1",
        "node": "1",
    }


def test_a_question_it_cannot_read_is_refused_with_its_kind(prometheus):
    refused = httpx.get(f"{prometheus}/api/v1/query", params={"query": "up{"})
    assert (refused.status_code, refused.json()["errorType"]) == (400, "bad_data")
