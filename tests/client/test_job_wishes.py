from dataclasses import fields

from chalicelib.client.job_wishes import NO_WISHES, JobWishes

ALL = JobWishes("parquet", "off", 3600, "https://example.org/hook")


def test_what_is_not_wished_for_is_not_sent() -> None:
    assert dict(NO_WISHES.members()) == dict(NO_WISHES.fields()) == {}


def test_every_wish_is_sent_in_both_forms() -> None:
    assert len(ALL.members()) == len(ALL.fields()) == len(fields(JobWishes))
    assert ALL.members()["expires_in"] == 3600
    assert ALL.fields() == {f"entry_job[{name}]": str(wish) for name, wish in ALL.members().items()}
