"""Entries without a job that expire, as their account or deployment says."""

from datetime import timedelta
from itertools import count

import pytest

from chalicelib.domain.accounts import AccountSettings
from chalicelib.domain.audit import AuditAction
from chalicelib.domain.intake.announced_files import AnnouncedFile
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.new_jobs import NewJob
from chalicelib.errors import NotFound
from chalicelib.services.duties.retention import AUTHOR
from tests.fakes import as_kept
from tests.mortal_process import Death
from tests.services.conftest import ADA, EVE, UPLOAD_EXPIRES_S, World, an_upload

KEPT_S = 5000


def decide(world: World, retention_s: int) -> None:
    world.accounts.save(AccountSettings(ADA.account_id, retention_s))


def test_an_entry_without_a_job_goes_after_its_accounts_time_with_all_that_is_its_own(world: World) -> None:
    before = world.entries.create(ADA, an_upload())
    decide(world, KEPT_S)
    entry = world.entries.create(ADA, an_upload())
    world.annotations.create(ADA, entry.id, key="scene", value="indoors", source=None)
    other = world.entries.create(EVE, an_upload())
    assert (before.expires, other.expires) == (None, None)
    assert entry.expires == as_kept(world.clock() + timedelta(seconds=KEPT_S))
    world.clock.advance(KEPT_S - 1)
    assert world.sweeper.sweep() == 0
    world.clock.advance(1)
    world.sweeper.sweep()
    with pytest.raises(NotFound):
        world.entries.get(ADA, entry.id)
    assert world.note_rows(ADA, entry.id) == ()
    assert len(world.media.objects) == 2
    (record,) = world.entry_rows.audit
    assert (record.action, record.subject_id, record.author) == (AuditAction.ENTRY_DELETED, entry.id, AUTHOR)
    assert (world.entries.get(ADA, before.id), world.entries.get(EVE, other.id)) == (before, other)
    assert world.sweeper.sweep() == 0


def test_the_entries_of_a_job_go_with_it_and_not_by_themselves(world: World) -> None:
    decide(world, KEPT_S)
    job = world.jobs.create(ADA, NewJob(JobName.NO_OP, expires_in_s=2 * KEPT_S), an_upload())
    medium = world.entries.get(ADA, str(job.input_entry_id))
    assert medium.expires is None
    world.clock.advance(KEPT_S)
    world.sweeper.sweep()
    assert world.entries.get(ADA, medium.id) == medium


def test_an_entry_that_waits_for_its_upload_expires_as_well(world: World) -> None:
    decide(world, 100)
    entry, target = world.entry_uploads.create(ADA, file=AnnouncedFile("a.png", "image/png", 3), data_split=None)
    assert entry.expires is not None
    world.clock.advance(100)
    world.sweeper.sweep()
    with pytest.raises(NotFound):
        world.entries.get(ADA, entry.id)
    world.uploads.send(target.upload, b"png")
    world.clock.advance(UPLOAD_EXPIRES_S)
    world.sweeper.sweep()
    assert world.media.objects == {}


def test_a_sweeper_that_dies_at_any_step_of_an_entrys_end_is_made_good_by_the_next() -> None:
    for step in count():
        world = World()
        decide(world, KEPT_S)
        entry = world.entries.create(ADA, an_upload())
        world.clock.advance(KEPT_S)
        world.process.restart(dies_before=step)
        died = False
        try:
            world.sweeper.sweep()
        except Death:
            died = True
        world.process.restart()
        world.clock.advance(600)  # the reminder was moved on before the duty
        world.sweeper.sweep()
        assert world.entry_rows.get_many(ADA.account_id, [entry.id]) == {}
        assert world.media.objects == {}
        assert len(world.entry_rows.audit) == 1
        assert world.sweeper.sweep() == 0
        if not died:
            break
    assert step > 4
