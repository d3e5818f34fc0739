"""A batch in the list of jobs, and its page."""

import pytest
import requests

from chalicelib.local.stack import Stack
from tests.console.browser import Console

pytestmark = pytest.mark.slow


def test_a_batch_is_a_row_and_a_page(console: Console, stack: Stack, api: requests.Session) -> None:
    inputs = [{"input_url": f"https://example.org/{place}.mp4"} for place in range(2)]
    batch = api.post(f"{stack.index_url}batches", json={"batch": {"inputs": inputs, "name": "no-op"}}).json()
    console.sign_in(stack.user, stack.password)
    console.wait_for_text("2 files")
    console.wait(lambda: api.get(batch["self"]).json()["status"] == "done")  # what cannot be fetched ends as an error
    console.go(f"job/{batch['self'].rsplit('/', 1)[1]}")
    console.wait_for_text("2 jobs: 2 failed. Files has one table of the results of all its jobs")
    console.find(".members li:nth-child(2) a").click()
    console.wait_for_text("Nothing was measured.")
    assert console.find(".result-head h1").text == "1.mp4"
    assert console.errors() == []


def test_what_waits_for_a_file_says_so(console: Console, stack: Stack, api: requests.Session) -> None:
    inputs = [{"file_name": "awaited.mp4", "size_bytes": 1000}]
    batch = api.post(f"{stack.index_url}batches", json={"batch": {"inputs": inputs}}).json()
    console.sign_in(stack.user, stack.password)
    console.wait_for_text("its file has not arrived yet")
    console.go(f"job/{batch['self'].rsplit('/', 1)[1]}")
    console.wait_for_text("The table of all results appears here")
    api.delete(batch["self"])
    assert console.errors() == []
