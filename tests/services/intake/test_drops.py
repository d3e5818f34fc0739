"""Files in the drop-folder: one job for each version, whatever the bucket says of it and how often."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest

from chalicelib.domain.accounts import User
from chalicelib.domain.entries import Entry, Representation, representation_id
from chalicelib.domain.intake.drops import DROP_AUTHOR, OWNER, DroppedObject
from chalicelib.domain.jobs import Job, JobStatus
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.job_options import JobOptions, Switch
from chalicelib.domain.requests.result_formats import ResultTable
from chalicelib.errors import StaleWrite
from tests.fakes import START, FakeDrops, FakeObject
from tests.mortal_process import Death
from tests.services.conftest import ADA, EVE, JOBS_URL, MAX_DROP_BYTES, World, an_upload


def _world(drop_store: type[FakeDrops] = FakeDrops) -> World:
    world = World(drop_store=drop_store)
    for caller in (ADA, EVE):
        world.user_rows.create(User(caller.email, caller.account_id, "", START))
    return world


@pytest.fixture
def world() -> World:
    return _world()


def _jobs(world: World) -> tuple[Job, ...]:
    return world.jobs.list(ADA, limit=20_000).items


def _drop(world: World, path: str, body: bytes = b"media", **more: dict[str, str]) -> tuple[str, str]:
    key = f"drop/{ADA.account_id}/{path}"
    return key, world.dropped.put(key, body, **more)  # type: ignore[arg-type]  # metadata and tags


def _texts(world: World) -> dict[str, str]:
    """Returns what lies under `results/`, by path below the account."""
    prefix = f"results/{ADA.account_id}/"
    objects = world.media.objects.items()
    return {key.removeprefix(prefix): found.body.decode() for key, found in objects if key.startswith("results/")}


def test_a_file_becomes_an_entry_and_a_job(world: World) -> None:
    tags, metadata = {"scene": "indoors"}, {"take": "7"}
    key, version_id = _drop(world, "sdk-metrics/Gr\u00fc\u00dfe/a b+c.mp4", tags=tags, metadata=metadata)
    world.drops.received(key, version_id)
    (job,) = _jobs(world)
    assert (job.name, job.filename, job.author) == (JobName.SDK_METRICS, "a b+c.mp4", DROP_AUTHOR)
    entry = world.entries.get(ADA, str(job.input_entry_id))
    (file,) = entry.representations.values()
    assert (entry.source, file.file_name, file.content_type, file.size_bytes) == (key, "a b+c.mp4", "video/mp4", 5)
    assert world.media.objects[file.media_key].body == b"media"
    notes = world.notes(ADA, entry.id)
    assert {(note.key, note.value, note.source) for note in notes} == {
        ("scene", "indoors", DROP_AUTHOR),
        ("take", "7", DROP_AUTHOR),
    }
    assert world.queue.sent == [job.message]
    assert world.jobs.list(EVE, limit=10).items == ()


@pytest.mark.slow
def test_ten_thousand_announcements_make_as_many_jobs_as_there_are_versions(world: World) -> None:
    dice = random.Random(7)  # noqa: S311  # the same order every time
    written = []
    for number in range(2500):
        # Some are written again, some of those with the very same bytes.
        key, version_id = _drop(world, f"folder {number % 1800}/clip.mp4", f"take {number // 900}".encode())
        written.append((key, version_id))
        world.clock.advance(0.001)
    announced = [*written, *written, *dice.choices(written, k=5000)]
    dice.shuffle(announced)
    for key, version_id in announced:
        world.drops.received(key, version_id)
    jobs = _jobs(world)
    assert len(announced) == 10_000
    assert len({job.id for job in jobs}) == len(jobs) == len(set(written)) == 2500
    assert {message.job_id for message in world.queue.sent} == {job.id for job in jobs}
    assert all(job.input_entry_id == job.own_input_entry_id for job in jobs)


def test_a_delivery_that_dies_anywhere_is_completed_by_the_next() -> None:
    for step in count():
        world = _world()
        key, version_id = _drop(world, "clip.mp4", tags={"scene": "indoors"})
        world.process.restart(dies_before=step)
        try:
            world.drops.received(key, version_id)
        except Death:
            world.process.restart()
            world.drops.received(key, version_id)
        else:
            break
        (job,) = _jobs(world)
        entry = world.entries.get(ADA, str(job.input_entry_id))
        assert len(entry.representations) == len(world.notes(ADA, entry.id)) == 1
        assert job.message in world.queue.sent
    assert step > 8


def test_notes_that_a_client_has_taken_away_stay_away(world: World) -> None:
    key, version_id = _drop(world, "clip.mp4", tags={"scene": "indoors"})
    world.drops.received(key, version_id)
    entry_id = str(_jobs(world)[0].input_entry_id)
    (note,) = world.notes(ADA, entry_id)
    world.annotations.delete(ADA, entry_id, note.id)
    world.drops.received(key, version_id)
    assert world.notes(ADA, entry_id) == ()


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("empty.mp4", b"", "empty"),
        ("large.mp4", b"x" * (MAX_DROP_BYTES + 1), "at most 1,000"),
        ("line\nbreak.mp4", b"media", "control characters"),
    ],
)
def test_a_bad_file_leaves_a_sentence_and_nothing_else(world: World, path: str, body: bytes, words: str) -> None:
    world.drops.received(*_drop(world, path, body))
    (place, sentence), *others = _texts(world).items()
    assert (place, others) == (f"{path}.error.txt", [])
    assert words in sentence
    assert sentence.endswith(".\n")
    assert (_jobs(world), world.queue.sent, list(world.media.objects)) == (
        (),
        [],
        [f"results/{ADA.account_id}/{place}"],
    )


@pytest.mark.parametrize("account_id", ["nobody", "", "ACCOUNT#x"])
def test_an_unknown_account_leaves_a_sentence_and_nothing_else(world: World, account_id: str) -> None:
    key = f"drop/{account_id}/clip.mp4"
    world.drops.received(key, world.dropped.put(key, b"media"))
    assert list(world.media.objects) == [f"results/{account_id}/clip.mp4.error.txt"]
    assert (_jobs(world), world.queue.sent) == ((), [])


def test_folders_and_what_is_gone_leave_nothing(world: World) -> None:
    world.drops.received(*_drop(world, "folder/", b""))
    key, version_id = _drop(world, "clip.mp4")
    world.dropped.remove(key)
    world.drops.received(key, version_id)
    assert (_jobs(world), world.media.objects) == ((), {})


class _VanishingDrops(FakeDrops):
    def look(self, key: str, version_id: str | None) -> DroppedObject | None:
        found = super().look(key, version_id)
        self.remove(key)
        return found


def test_a_file_that_vanishes_while_it_is_taken_ends_its_job() -> None:
    world = _world(drop_store=_VanishingDrops)
    world.drops.received(*_drop(world, "clip.mp4"))
    (job,) = _jobs(world)
    assert job.status is JobStatus.ERROR
    assert _texts(world) == {"clip.mp4.error.txt": f"{job.error}\n"}


def test_a_file_that_can_never_be_taken_ends_its_job(world: World) -> None:
    key, version_id = _drop(world, "clip.mp4")
    world.process.restart(dies_before=6)  # the job's row is there, its medium is not
    with pytest.raises(Death):
        world.drops.received(key, version_id)
    world.process.restart()
    assert [job.input_entry_id for job in _jobs(world)] == [None]
    world.clock.advance(24 * 3600)
    world.sweeper.sweep()
    (job,) = _jobs(world)
    assert job.status is JobStatus.ERROR
    assert "put it there again" in _texts(world)["clip.mp4.error.txt"]


def test_a_job_that_has_its_file_is_left_alone_by_the_sweeper(world: World) -> None:
    world.drops.received(*_drop(world, "clip.mp4"))
    world.clock.advance(24 * 3600)
    world.sweeper.sweep()
    assert _jobs(world)[0].status is JobStatus.QUEUED


def _finish(world: World, job: Job, files: dict[str, bytes]) -> None:
    runs = world.runs("worker")
    claimed = runs.claim(job.message)
    world.entry_rows.create(Entry(job.run_result_entry_id, job.account_id, job.author, START, START))
    for file_name, body in files.items():
        world.entry_rows.set_representation(_result(world, job, file_name, body, START))
    runs.finish(claimed, result_entry_id=job.run_result_entry_id, progress=None)


def _result(world: World, job: Job, file_name: str, body: bytes, now: datetime) -> Representation:
    entry_id = job.run_result_entry_id
    key = f"accounts/results/{file_name}"
    world.media.objects[key] = FakeObject(body, "application/json")
    file_id = representation_id(entry_id, file_name)
    return Representation(
        file_id, entry_id, job.account_id, file_name, "application/json", len(body), None, key, now, now
    )


def test_results_appear_beside_each_other_and_an_old_sentence_goes(world: World) -> None:
    key, version_id = _drop(world, "no-op/a/b c.mp4")
    world.drops.received(key, version_id)
    (job,) = _jobs(world)
    runs = world.runs("worker")
    runs.fail(runs.claim(job.message), "The video is damaged.")
    assert _texts(world) == {"no-op/a/b c.mp4.error.txt": "The video is damaged.\n"}
    again = world.jobs.requeue(ADA, job.id)
    _finish(world, again, {"b c.mp4-metrics.json": b"{}", "other.txt": b"mine"})
    assert _texts(world) == {"no-op/a/b c.mp4-metrics.json": "{}", "no-op/a/b c.mp4-other.txt": "mine"}


def test_a_result_of_the_clients_own_stays_beside_its_file_and_fits_however_long_it_is(world: World) -> None:
    folder = "x" * 900
    for path in (f"{folder}/a.mp4", f"{folder}/b.mp4"):
        world.drops.received(*_drop(world, path))
    first, second = sorted(_jobs(world), key=lambda job: job.filename)
    _finish(world, second, {"b.mp4-metrics.csv": b"measured"})
    for name in ("b.mp4-metrics.csv", "\u7b11" * 250 + ".csv"):
        world.jobs.update(ADA, first.id, name=None, status="done", result=an_upload(name, b"mine"))
        world.jobs.requeue(ADA, first.id)
    texts = _texts(world)
    assert texts.pop(f"{folder}/b.mp4-metrics.csv") == "measured"  # of another file
    assert sorted(texts.values()) == ["mine", "mine"]
    assert all(path.startswith(f"{folder}/a.mp4") and path.endswith(".csv") for path in texts)
    assert max(len(key.encode()) for key in world.media.objects if key.startswith("results/")) <= 1024


def test_an_end_that_is_not_stored_is_not_the_last_word(world: World) -> None:
    world.drops.received(*_drop(world, "clip.mp4"))
    (job,) = _jobs(world)
    stale = replace(job, status=JobStatus.ERROR, error="Late.", version=job.version + 5)
    with pytest.raises(StaleWrite):
        world.observed_jobs.save(stale)
    _finish(world, job, {"clip.mp4-metrics.json": b"{}"})
    assert _texts(world) == {"clip.mp4-metrics.json": "{}"}


def test_options_come_as_metadata_or_tags_and_become_no_annotations(world: World) -> None:
    metadata = {"mien-neutral-baseline": "off", "mien-callback_url": "https://example.org/hook", "take": "7"}
    key, version_id = _drop(world, "a.mp4", tags={"Mien-Table": "parquet", "mien-expires-in": "60"}, metadata=metadata)
    world.drops.received(key, version_id)
    (job,) = _jobs(world)
    assert job.options == JobOptions(ResultTable.PARQUET, Switch.OFF)
    assert job.expires == START + timedelta(seconds=60)
    assert job.webhook is not None
    assert (job.webhook.url, job.webhook.jobs_url) == ("https://example.org/hook", JOBS_URL)
    assert world.services.ports.webhook_secrets().get(ADA.account_id) is not None  # made by who may make it
    notes = world.notes(ADA, str(job.input_entry_id))
    assert [(note.key, note.value) for note in notes] == [("take", "7")]


@pytest.mark.parametrize(
    ("metadata", "sentence"),
    [
        ({"mien-table": "arrow"}, "table must be one of"),
        ({"mien-tabel": "parquet"}, "There is no job option mien-tabel; use one of: mien-table, "),
        ({"mien-expires-in": "soon"}, "expires_in must be a whole number"),
        ({"mien-callback-url": "http://localhost/"}, "callback_url"),
        ({"mien-neutral-baseline": "on", "mien-neutral_baseline": "off"}, "two values"),
    ],
)
def test_an_option_that_cannot_be_leaves_a_sentence_and_no_job(
    world: World, metadata: dict[str, str], sentence: str
) -> None:
    key, version_id = _drop(world, "a.mp4", metadata=metadata)
    world.drops.received(key, version_id)
    assert _jobs(world) == ()
    assert sentence in _texts(world)["a.mp4.error.txt"]


def test_a_result_that_is_dropped_again_is_a_medium_like_any_other(world: World) -> None:
    key, version_id = _drop(world, "a.mp4", metadata={OWNER: "01kg9p5xn2d7q4s8v0w3y6z1ab"})
    world.drops.received(key, version_id)
    assert len(_jobs(world)) == 1
