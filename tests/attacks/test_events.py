"""Events of S3 and SQS, repeated, out of order and forged: one job for each version, and nothing of another account."""

import json
import random
from collections import Counter
from typing import Any
from urllib.parse import quote_plus

from chalice.app import Chalice

from chalicelib.api.background import register_background
from chalicelib.domain.accounts import User
from chalicelib.domain.messages import encode_message
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_jobs import NewJob
from tests.attacks.attack import report, sized
from tests.fakes import START
from tests.services.conftest import ADA, EVE, World, an_upload

_OBJECT_HANDLERS = ("receive_uploads", "receive_drops")
_MESSAGE_HANDLERS = ("bury_dead_letters", "send_notifications")
EVENTS = sized(10_000, 600)
_OBJECTS = sized(1_500, 60)


def _notification(key: str, version_id: str | None, name: str = "ObjectCreated:Put") -> str:
    found: dict[str, Any] = {"key": quote_plus(key), "size": 3}
    if version_id is not None:
        found["versionId"] = version_id
    return json.dumps({"Records": [{"eventName": name, "s3": {"object": found}}]})


def _event(body: str) -> dict[str, Any]:
    return {"Records": [{"messageId": "1", "body": body, "receiptHandle": "r", "eventSource": "aws:sqs"}]}


def _forged(world: World, dice: random.Random) -> tuple[str, str]:
    """Returns the name of a handler, and a forged body."""
    ada, number = ADA.account_id, dice.randrange(10**6)
    keys = (
        f"drop/{ada}/../{EVE.account_id}/a.mp4",
        f"drop/{ada}/never-written-{number}.mp4",
        f"drop/{'0' * 26}/a.mp4",
        "drop/",
        "drop//",
        f"drop/{ada}",
        f"uploads/{ada}/{'0' * 26}/{number}",
        f"uploads/{EVE.account_id}/{ada}/x",
        f"accounts/{ada}/entries/x",
        "\0",
        "x" * 2000,
    )
    bodies = ("", "{}", "[]", "null", "[" * 5000, '{"Records": [{"eventName": 7}]}', '{"Records": {}}')
    jobs = [message for message in world.queue.sent if message.account_id == ada]
    message = encode_message(dice.choice(jobs)) if jobs else "{}"
    other = message.replace(ada, EVE.account_id)
    if dice.random() < 0.3:
        return dice.choice(
            ("receive_uploads", "receive_drops", "bury_dead_letters", "send_notifications")
        ), dice.choice(bodies)
    if dice.random() < 0.3:
        return dice.choice(_MESSAGE_HANDLERS), other
    key, version = dice.choice(keys), dice.choice((None, "v", "version-1"))
    kind = dice.choice(("ObjectCreated:Put", "s3:ObjectCreated:Copy", "ObjectRemoved:Delete"))
    return dice.choice(_OBJECT_HANDLERS), _notification(key, version, kind)


def test_repeated_and_forged_events_do_no_harm() -> None:
    dice, world = random.Random(15), World()  # noqa: S311  # the same events every time
    for caller in (ADA, EVE):
        world.user_rows.create(User(caller.email, caller.account_id, "", START))
    handlers = register_background(Chalice("mien", configure_logs=False, env={}), lambda: world.services)
    kept = world.jobs.create(EVE, NewJob(JobName.NO_OP), an_upload())
    written = []
    for number in range(_OBJECTS):
        key = f"drop/{ADA.account_id}/no-op/{number % (_OBJECTS * 2 // 3)}.mp4"
        written.append((key, world.dropped.put(key, f"take {number}".encode())))
        world.clock.advance(0.01)
    events = [("receive_drops", _notification(*each)) for each in dice.choices(written, k=EVENTS // 2 - len(written))]
    events += [("receive_drops", _notification(*each)) for each in written]
    dice.shuffle(events)
    outcomes: Counter[str] = Counter()
    for name, body in events:
        for handler, content in ((name, body), _forged(world, dice)):
            try:
                getattr(handlers, handler)(_event(content), None)
                outcomes["taken"] += 1
            except ValueError:  # it comes again, and ends as a dead letter
                outcomes["no event"] += 1
    jobs = world.jobs.list(ADA, limit=20_000).items
    assert Counter((job.drop_key) for job in jobs) == Counter(key for key, _ in written)
    assert [job.id for job in world.jobs.list(EVE, limit=20_000).items] == [kept.id]
    assert world.jobs.get(EVE, kept.id).status == "queued"
    # A message may be sent twice, as it may arrive twice; none is sent for what is no job.
    assert set(world.queue.sent) == {job.message for job in (*jobs, kept)}
    report(f"{sum(outcomes.values())} events, {dict(outcomes)}; {len(jobs)} jobs for {len(written)} versions")
