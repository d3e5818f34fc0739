import pytest

from tests.api.api_server import Api
from tests.api.resources.other_account import PROBES, Probe, make_things, seen_by


@pytest.mark.parametrize("probe", PROBES, ids=str)
def test_the_ids_of_another_account_lead_nowhere(api: Api, probe: Probe) -> None:
    ids = make_things(api.ada)
    before, objects, sent = seen_by(api.ada, ids), dict(api.media.objects), list(api.queue.sent)
    statuses = [answer.status_code for answer in probe.answers(api.ben, ids)]
    assert 404 in statuses
    assert set(statuses) <= {404, 415, 422, 400}
    assert (seen_by(api.ada, ids), api.media.objects, api.queue.sent) == (before, objects, sent)
    # The same requests are not refused as "not there" to whom the things belong: the ids are real.
    assert probe.answers(api.ada, ids)[0].status_code != 404
