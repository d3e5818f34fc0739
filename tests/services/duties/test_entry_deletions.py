import logging
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest

from chalicelib.domain.accounts import Caller
from chalicelib.domain.audit import AuditAction
from chalicelib.domain.entries import Annotation, Entry
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.errors import NotFound
from tests.fakes import FakeAnnotations, FakeMedia
from tests.services.conftest import ADA, EVE, World, an_upload


class FailingMedia(FakeMedia):
    """Media whose next deletion dies before it does anything."""

    def __init__(self) -> None:
        super().__init__()
        self.fails = False

    def delete_under(self, prefix: str) -> None:
        if self.fails:
            raise OSError("the process dies here")
        super().delete_under(prefix)


class InterruptedAnnotations(FakeAnnotations):
    """Annotations that tell a listener, once, before they write."""

    def __init__(self) -> None:
        super().__init__()
        self.before_create: Callable[[], object] | None = None

    def create(self, annotation: Annotation) -> None:
        then, self.before_create = self.before_create, None
        if then is not None:
            then()
        super().create(annotation)


def _annotated(world: World, caller: Caller = ADA) -> Entry:
    entry = world.entries.create(caller, an_upload("clip.mp4", b"secret"))
    world.entries.add_representation(caller, entry.id, an_upload("notes.txt"))
    world.annotations.create(caller, entry.id, key="k", value="v", source=None)
    return entry


def test_nothing_is_left_but_a_line_of_the_audit_trail(world: World, caplog: pytest.LogCaptureFixture) -> None:
    kept, gone = _annotated(world), _annotated(world)
    world.clock.advance(7)
    world.deletions.delete(ADA, gone.id)
    assert world.note_rows(ADA, gone.id) == ()
    assert all(kept.id in key for key in world.media.objects)
    assert len(world.media.objects) == 2
    assert len(world.notes(ADA, kept.id)) == 1
    (record,) = world.entry_rows.audit
    assert (record.author, record.action, record.subject_id) == (ADA.email, AuditAction.ENTRY_DELETED, gone.id)
    assert record.published == world.clock()
    assert [gone.id in line.getMessage() for line in caplog.records if line.levelno >= logging.WARNING] == [True]
    assert "secret" not in caplog.text
    with pytest.raises(NotFound):
        world.deletions.delete(ADA, gone.id)
    assert len(world.entry_rows.audit) == 1


def test_files_that_lie_elsewhere_and_bytes_that_no_row_names_go_as_well(world: World) -> None:
    entry = _annotated(world)
    (file, *_) = entry.representations.values()
    world.media.save("somewhere/else", BytesIO(b"sent past the API"), "video/mp4")
    world.entry_rows.set_representation(replace(file, media_key="somewhere/else"))
    world.deletions.delete(ADA, entry.id)
    assert world.media.objects == {}


def test_another_accounts_entry_is_not_deleted(world: World) -> None:
    entry = _annotated(world)
    with pytest.raises(NotFound):
        world.deletions.delete(EVE, entry.id)
    assert world.entries.get(ADA, entry.id).id == entry.id
    assert len(world.media.objects) == 2
    assert world.entry_rows.audit == []


def test_a_deletion_that_died_half_way_hides_the_entry_and_is_completed_by_the_next() -> None:
    media = FailingMedia()
    world = World(media=media)
    entry = _annotated(world)
    media.fails = True
    with pytest.raises(OSError, match="dies"):
        world.deletions.delete(ADA, entry.id)
    assert world.entry_rows.audit == []
    for look in (
        lambda: world.entries.get(ADA, entry.id),
        lambda: world.notes(ADA, entry.id),
        lambda: world.annotations.create(ADA, entry.id, key="k", value="v", source=None),
        lambda: world.entries.add_representation(ADA, entry.id, an_upload("late.txt")),
    ):
        with pytest.raises(NotFound):
            look()
    media.fails = False
    world.deletions.delete(ADA, entry.id)
    assert media.objects == {}
    assert len(world.entry_rows.audit) == 1


def test_an_annotation_written_during_the_deletion_does_not_outlive_it() -> None:
    rows = InterruptedAnnotations()
    world = World(annotation_rows=rows)
    entry = world.entries.create(ADA, an_upload())
    rows.before_create = lambda: world.deletions.delete(ADA, entry.id)
    with pytest.raises(NotFound):
        world.annotations.create(ADA, entry.id, key="k", value="v", source=None)
    assert rows.list(ADA.account_id, entry.id, limit=1, cursor=None).items == ()


def test_a_job_goes_on_existing_without_its_input(world: World) -> None:
    job = world.jobs.create(ADA, NewJob(JobName.MULTIFACE), an_upload())
    world.deletions.delete(ADA, str(job.input_entry_id))
    assert world.jobs.get(ADA, job.id) == job
    assert world.entries.get_many(ADA, [str(job.input_entry_id)]) == {}
