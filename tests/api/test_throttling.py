"""Too many requests of one user."""

from chalicelib.services.users import Users
from tests.api.api_server import running_api


def test_who_is_too_fast_is_told_when_to_come_again(users: Users) -> None:
    with running_api(users, requests_per_minute=1, request_burst=3) as api:
        answers = [api.ada.call("GET", "/jobs") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        refused = answers[-1]
        assert set(refused.json()) == {"error"}
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert refused.headers["X-Request-Id"]
        assert refused.headers["Cache-Control"] == "no-store"
        assert api.ada.send_job().status_code == 429
        assert api.queue.sent == []
        assert api.ben.call("GET", "/jobs").status_code == 200
        assert api.ada.call("GET", "/").status_code == 200  # the index asks for no credentials, so it knows no user
