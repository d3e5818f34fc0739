"""The files of a result whose faces were corrected, with the real formats on in-memory ports."""

import csv
import io
import json
from contextlib import suppress
from dataclasses import dataclass, field, replace

import pytest
from pyarrow import parquet

from chalicelib.composition.services import Services
from chalicelib.domain.accounts import Caller
from chalicelib.domain.entries import kept_frames_key, media_prefix
from chalicelib.domain.faces.corrections import Action, Correction
from chalicelib.domain.faces.face_index import decode_index
from chalicelib.domain.faces.face_plan import plan_faces
from chalicelib.domain.faces.face_state import FaceStatus
from chalicelib.domain.ids import new_id
from chalicelib.domain.jobs import Job
from chalicelib.domain.requests.job_names import JobName
from chalicelib.formats.timeline_reader import read_timeline
from chalicelib.services.entries import Upload
from chalicelib.settings import Settings
from chalicelib.worker.faces.corrected_files import rewritten, write_corrected
from chalicelib.worker.faces.frames_file import KeptFramesReader
from tests.fakes import START, FakeObject, FakePorts
from tests.mortal_process import Death, MortalProcess
from tests.two_faces import FRAMES, finished_job

ADA = Caller("ada@example.org", new_id(START))
ONE_PERSON = Correction(Action.MERGE, 2, into=0)
ANNA = Correction(Action.NAME, 0, name='Änna, "the first"')
SETTINGS = Settings("table", "bucket", "queue", max_attempts=3)
MAX_STEPS = 60


@dataclass
class World:
    """A finished job, and services whose process may die before any step."""

    name: JobName = JobName.MULTIFACE
    process: MortalProcess = field(default_factory=MortalProcess)
    fakes: FakePorts = field(default_factory=FakePorts)

    def __post_init__(self) -> None:
        self.services = Services(self.fakes.ports(), SETTINGS, owner="worker")
        self.mortal = Services(self.fakes.ports(self.process.port), SETTINGS, owner="another")
        self.job: Job = finished_job(self.services, ADA, name=self.name)
        self.entry_id = str(self.job.result_entry_id)

    def files(self) -> dict[str, bytes]:
        """The bytes of each file of the result, by its name."""
        entry = self.services.entries.get(ADA, self.entry_id)
        return {
            each.file_name: self.fakes.media.objects[each.media_key].body for each in entry.representations.values()
        }

    def correct(self, *corrections: Correction) -> dict[str, bytes]:
        """The files after these corrections, written by a worker."""
        self.services.faces.add(ADA, self.entry_id, corrections)
        assert write_corrected(self.services, self.job.message)
        return self.files()

    def status(self) -> FaceStatus:
        return self.services.faces.get(ADA, self.entry_id).state.status

    def object_keys(self) -> set[str]:
        """The keys of all objects of the result."""
        prefix = media_prefix(ADA.account_id, self.entry_id)
        return {key.removeprefix(prefix) for key in self.fakes.media.objects if key.startswith(prefix)}


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("name", [JobName.MULTIFACE, JobName.CURRENT_PACK, JobName.CT_PACK_HYBRID])
def test_kept_frames_make_the_same_bytes(name: JobName, tmp_path_factory: pytest.TempPathFactory) -> None:
    world = World(name)
    media = world.fakes.media.objects
    prefix = media_prefix(ADA.account_id, world.entry_id)
    index = decode_index(media[f"{prefix}faces/index"].body)
    reader = KeptFramesReader(io.BytesIO(media[f"{prefix}faces/frames"].body))
    files = rewritten(reader, plan_faces(index, ()), tmp_path_factory.mktemp("files"))
    assert {file.file_name: file.path.read_bytes() for file in files} == world.files()
    assert len(files) == 5


def test_two_ids_of_one_person_become_one_in_every_file(world: World) -> None:
    before = world.files()
    after = world.correct(ONE_PERSON, ANNA)
    assert after.keys() == before.keys()
    assert all(after[name] != before[name] for name in before)
    old, new = (json.loads(files["clip.mp4-metrics.json"]) for files in (before, after))
    assert new.pop("face names") == {"0": ANNA.name}
    for was, now in zip(old["frames"], new["frames"], strict=True):
        faces = {("0" if face_id == "2" else face_id): face for face_id, face in was["faces"].items()}
        assert {**was, "faces": faces} == now
    rows = list(csv.DictReader(io.StringIO(after["clip.mp4-metrics.csv"].decode())))
    assert {(row["face id"], row["face name"]) for row in rows} == {("0", ANNA.name), ("1", "")}
    summary = json.loads(after["clip.mp4-summary.json"])
    assert summary["media"]["faces"] == 2
    (anna,) = (face for face in summary["faces"] if face["face_id"] == "0")
    assert (anna["name"], anna["frames"]) == (ANNA.name, 16)
    table = parquet.read_table(io.BytesIO(after["clip.mp4-metrics.parquet"]))
    assert set(zip(table["face_id"].to_pylist(), table["face name"].to_pylist(), strict=True)) == {
        (0, ANNA.name),
        (1, None),
    }
    timeline = read_timeline(io.BytesIO(after["clip.mp4-timeline.bin"]))
    assert [(face["face_id"], face.get("name"), face["rows"]) for face in timeline.header["faces"]] == [
        ("0", ANNA.name, 16),
        ("1", None, 18),
    ]


def test_a_face_that_nobody_touched_has_its_numbers_to_the_last_digit(world: World) -> None:
    before, after = world.files(), world.correct(ONE_PERSON)

    def of_face_1(files: dict[str, bytes]) -> object:
        return [face for face in json.loads(files["clip.mp4-summary.json"])["faces"] if face["face_id"] == "1"]

    assert of_face_1(before) == of_face_1(after)


def test_an_ignored_face_is_in_no_file(world: World) -> None:
    after = world.correct(Correction(Action.IGNORE, 1))
    frames = json.loads(after["clip.mp4-metrics.json"])["frames"]
    assert {face_id for frame in frames for face_id in frame["faces"]} == {"0", "2"}
    assert frames[10]["faces"] == {}
    assert [face["face_id"] for face in json.loads(after["clip.mp4-summary.json"])["faces"]] == ["0", "2"]


def test_a_split_takes_effect_at_its_time(world: World) -> None:
    after = world.correct(Correction(Action.SPLIT, 1, at_s=2.0))
    frames = json.loads(after["clip.mp4-metrics.json"])["frames"]
    assert all(("3" in frame["faces"]) == (frame["time"] >= 2.0) for frame in frames)
    assert all(("1" in frame["faces"]) == (0.4 <= frame["time"] < 2.0) for frame in frames)


def test_of_a_job_for_one_face_the_next_face_takes_the_place_of_an_ignored_one() -> None:
    world = World(JobName.CT_PACK_LINEAR)
    after = world.correct(Correction(Action.IGNORE, 0), Correction(Action.NAME, 1, name="Ben"))
    metrics = json.loads(after["clip.mp4-metrics.json"])["metrics"]
    assert metrics["smilect"][:2] == ["TF"] * 2
    assert "TF" not in metrics["smilect"][2:]
    assert b"face name" not in after["clip.mp4-metrics.csv"]


def test_taken_back_every_byte_is_as_it_was_and_nothing_else_stays(world: World) -> None:
    before, keys = world.files(), world.object_keys()
    described = world.services.entries.get(ADA, world.entry_id).representations
    world.correct(ONE_PERSON)
    world.correct(ANNA, Correction(Action.IGNORE, 1))
    world.services.faces.set(ADA, world.entry_id, ())
    assert world.files() == before
    assert world.services.entries.get(ADA, world.entry_id).representations == described
    assert not write_corrected(world.services, world.job.message)
    assert world.object_keys() == keys
    assert world.files() == before


def test_a_step_back_is_the_state_before(world: World) -> None:
    one_step = world.correct(ONE_PERSON)
    world.correct(ANNA)
    world.services.faces.set(ADA, world.entry_id, (ONE_PERSON,))
    write_corrected(world.services, world.job.message)
    assert world.files() == one_step


def test_a_message_that_comes_twice_changes_nothing(world: World) -> None:
    after, keys = world.correct(ONE_PERSON), world.object_keys()
    assert not write_corrected(world.services, world.job.message)
    assert (world.files(), world.object_keys()) == (after, keys)


def test_whatever_step_a_worker_dies_before_readers_see_one_state_whole() -> None:
    world = World()
    first = world.correct(ANNA)
    keys = {key for key in world.object_keys() if not key.startswith("faces/1/")}
    world.services.faces.set(ADA, world.entry_id, (ONE_PERSON, ANNA))
    write_corrected(world.services, world.job.message)
    second = world.files()
    states = [((ANNA,), second, first), ((ONE_PERSON, ANNA), first, second)]
    for step in range(MAX_STEPS):
        corrections, before, after = states[step % 2]
        world.services.faces.set(ADA, world.entry_id, corrections)
        world.process.restart(dies_before=step)
        with suppress(Death):
            write_corrected(world.mortal, world.job.message)
            break
        assert world.files() in (before, after)
        write_corrected(world.services, world.job.message)
        assert world.files() == after
        assert world.status() is FaceStatus.DONE
    number = world.services.faces.get(ADA, world.entry_id).state.number
    assert 8 < step < MAX_STEPS - 1
    assert {key for key in world.object_keys() if not key.startswith(f"faces/{number}/")} == keys


def test_two_workers_at_once_write_the_same(world: World) -> None:
    world.services.faces.add(ADA, world.entry_id, (ONE_PERSON,))
    for step in range(MAX_STEPS):
        world.process.restart()
        world.process.hold_up(step, lambda: write_corrected(world.services, world.job.message))
        write_corrected(world.mortal, world.job.message)
        if world.process.steps <= step:
            break
        assert world.status() is FaceStatus.DONE
        number = world.services.faces.get(ADA, world.entry_id).state.number
        assert {key.split("/")[1] for key in world.object_keys() if key.startswith("faces/")} == {
            "frames",
            "index",
            str(number),
        }
        world.files()
        name = Correction(Action.NAME, 1, name=f"Ben {step}")
        world.services.faces.set(ADA, world.entry_id, (ONE_PERSON, name))


@pytest.mark.parametrize("is_taken_back", [False, True])
def test_corrections_that_come_while_files_are_written_win(is_taken_back: bool) -> None:
    last = () if is_taken_back else (Correction(Action.IGNORE, 1),)
    for step in range(MAX_STEPS):
        world = World()
        before = world.files()
        world.services.faces.add(ADA, world.entry_id, (ONE_PERSON,))
        world.process.hold_up(step, lambda world=world: world.services.faces.set(ADA, world.entry_id, last))  # type: ignore[misc]  # bound at once
        write_corrected(world.mortal, world.job.message)
        is_late = world.process.steps <= step
        if is_late:
            break
        write_corrected(world.services, world.job.message)
        faces = {face["face_id"] for face in json.loads(world.files()["clip.mp4-summary.json"])["faces"]}
        assert faces == ({"0", "1", "2"} if is_taken_back else {"0", "2"})
        assert world.files() == before or not is_taken_back
        number = world.services.faces.get(ADA, world.entry_id).state.number
        left = {key.split("/")[1] for key in world.object_keys() if key.startswith("faces/")}
        assert left == {"frames", "index"} | (set() if is_taken_back else {str(number)})
    assert is_late


def test_files_that_a_client_has_put_or_deleted_stay_so(world: World) -> None:
    entry = world.services.entries.get(ADA, world.entry_id)
    by_name = {file.file_name: file for file in entry.representations.values()}
    world.correct(ANNA)
    own = Upload("clip.mp4-metrics.csv", None, io.BytesIO(b"my own"), 6)
    csv_id, timeline_id = by_name["clip.mp4-metrics.csv"].id, by_name["clip.mp4-timeline.bin"].id
    world.services.entries.replace_representation(ADA, world.entry_id, csv_id, own)
    world.services.entries.remove_representation(ADA, world.entry_id, timeline_id)
    after = world.correct(ONE_PERSON)
    assert after["clip.mp4-metrics.csv"] == b"my own"
    assert "clip.mp4-timeline.bin" not in after
    world.services.faces.set(ADA, world.entry_id, ())
    assert world.files().keys() == after.keys()
    assert world.files()["clip.mp4-metrics.csv"] == b"my own"
    assert not {csv_id, timeline_id} & world.object_keys()


def test_the_copies_of_a_dropped_files_results_follow(world: World) -> None:
    rows, key = world.fakes.entries._rows, (ADA.account_id, world.entry_id)
    rows[key] = replace(rows[key], drop_key=f"drop/{ADA.account_id}/clip.mp4")

    def copies() -> dict[str, bytes]:
        prefix = f"results/{ADA.account_id}/"
        objects = world.fakes.media.objects
        return {name.removeprefix(prefix): found.body for name, found in objects.items() if name.startswith(prefix)}

    before = world.files()
    assert copies() == {}
    assert world.correct(ONE_PERSON) == copies()
    world.services.faces.set(ADA, world.entry_id, ())
    write_corrected(world.services, world.job.message)
    assert copies() == before


def test_a_deleted_entry_takes_every_version_with_it(world: World) -> None:
    world.correct(ONE_PERSON)
    world.correct(ANNA)
    world.services.faces.add(ADA, world.entry_id, (Correction(Action.IGNORE, 1),))
    world.services.entry_deletions.delete(ADA, world.entry_id)
    assert not write_corrected(world.services, world.job.message)
    assert world.object_keys() == set()


def test_an_entry_that_is_deleted_while_files_are_written_leaves_nothing() -> None:
    for step in range(MAX_STEPS):
        world = World()
        world.services.faces.add(ADA, world.entry_id, (ONE_PERSON,))
        world.process.hold_up(step, lambda world=world: world.services.entry_deletions.delete(ADA, world.entry_id))  # type: ignore[misc]  # bound at once
        write_corrected(world.mortal, world.job.message)
        if world.process.steps <= step:
            return
        assert world.object_keys() == set(), step
    raise AssertionError("the worker never came to an end")


def test_frames_that_cannot_be_read_leave_the_files_and_say_so(world: World) -> None:
    before = world.files()
    key = kept_frames_key(ADA.account_id, world.entry_id)
    found = world.fakes.media.objects[key]
    world.fakes.media.objects[key] = FakeObject(found.body[:-9], found.content_type)
    world.services.faces.add(ADA, world.entry_id, (ONE_PERSON,))
    write_corrected(world.services, world.job.message)
    state = world.services.faces.get(ADA, world.entry_id).state
    assert state.status is FaceStatus.ERROR
    assert state.error is not None
    assert "requeue the job" in state.error
    assert world.files() == before
    world.fakes.media.objects[key] = found
    world.correct(ANNA)
    assert world.status() is FaceStatus.DONE


def test_files_that_kill_every_worker_are_given_up(world: World) -> None:
    world.services.faces.add(ADA, world.entry_id, (ONE_PERSON,))
    for _ in range(SETTINGS.max_attempts):
        world.process.restart(dies_before=6)
        with pytest.raises(Death):
            write_corrected(world.mortal, world.job.message)
    assert not write_corrected(world.services, world.job.message)
    assert world.status() is FaceStatus.ERROR
    assert not write_corrected(world.services, world.job.message)


def test_options_that_are_changed_afterwards_are_not_those_of_the_result(world: World) -> None:
    world.services.jobs.update(ADA, world.job.id, name=JobName.CURRENT_PACK, status=None, options={})
    assert world.correct(ONE_PERSON).keys() == world.files().keys()
    frames = json.loads(world.files()["clip.mp4-metrics.json"])["frames"]
    assert len(frames) == FRAMES
