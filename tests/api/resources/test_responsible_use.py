"""`/responsible-use`, for people."""

import re

from tests.api.api_server import Api


def test_anyone_gets_the_page_which_loads_nothing(api: Api) -> None:
    answer = api.ada.call("GET", "/responsible-use", auth=("", ""))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Article 5(1)(f)" in answer.text
    assert not re.search(r"<(script|link|img|iframe)|src=|style=", answer.text)


def test_the_index_page_leads_to_it(api: Api) -> None:
    page = api.ada.call("GET", "/", headers={"Accept": "text/html"}).text
    assert f'href="{api.url}/responsible-use"' in page
