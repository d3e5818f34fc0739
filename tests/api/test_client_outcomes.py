"""The outcomes of the calls that clients of the original service make, each with the test that shows it.

If a test is renamed or removed, its outcome needs another one.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

_TESTS = Path(__file__).resolve().parents[1]

_INDEX = {
    "programs get all URLs without credentials": "programs_get_the_urls_of_all_services_without_credentials",
    "without Accept the index is JSON, at the bare URL too": "the_bare_index_url_works",
    "a browser gets a page": "browsers_get_a_page",
    "a type that is not there is 406": "other_types_are_not_acceptable",
}
_ACCESS = {
    "no credentials: 401, a Basic challenge, Please login": "without_credentials_the_answer_says_so",
    "wrong credentials: the same": "without_right_credentials_there_is_a_challenge",
    "user names are e-mail addresses, in capitals or not": "the_user_name_may_be_in_capitals_and_the_scheme_too",
    "what belongs to another account is 404, never 403": "the_ids_of_another_account_lead_nowhere",
}
_ERRORS = {
    "each error is one message under `error`": "errors_before_and_in_the_views_look_alike",
    "so are the gateway's own": "the_gateways_own_answers_look_like_ours",
    "every error has its status": "every_error_of_the_callers_has_its_status",
    "every answer has an X-Request-Id": "request_ids_differ",
    "a method that is not there is 405 with Allow": "every_other_method_is_refused_with_those_that_are_allowed",
    "a malformed id is 400": "a_malformed_id_is_400",
    "an unknown id is 404": "an_unknown_id_is_404",
    "a job that is being worked on refuses changes with 409": "a_worker_at_work_is_not_told_otherwise",
    "a body that is too large is 413 with the limit": "too_large_media_are_refused_with_the_limit",
    "a content type that cannot be read is 415": "jobs_come_as_forms_or_json_only",
    "who is too fast is 429": "who_is_too_fast_is_told_when_to_come_again",
    "a fault of the server is 500 without details": "a_fault_of_ours_is_logged_with_the_id_and_told_without_details",
    "a trailing slash makes no difference": "a_trailing_slash_makes_no_difference",
}
_NEW_JOBS = {
    "a file makes a job: 201, Location, its document": "a_job_is_created_with_its_media_and_queued",
    "every key of a job is there": "jobs_are_created_listed_read_renamed_requeued",
    "a streamed body arrives whole": "a_streaming_encoder_arrives_whole",
    "a body in chunks arrives whole": "a_body_in_chunks_arrives_whole",
    "curl is answered 100 Continue": "curl_asks_before_it_sends_three_megabytes",
    "the file's own type counts, else its name": "content_types_are_the_clients_own_or_guessed",
    "a file name beyond ASCII survives": "file_names_survive_requests",
    "a URL instead of a file makes a job": "a_job_with_a_url_is_queued_at_once",
    "every job name is taken": "every_job_name_is_taken",
    "auto and no name are multiface": "auto_is_the_default",
    "an unknown name is 422": "an_unknown_name_stores_nothing",
    "unknown parts are ignored": "unknown_parts_are_ignored",
    "no media, and empty media, are 422": "media_must_be_there_and_hold_something",
    "a request without its file learns how to send one": "a_job_without_its_file_is_told_how_to_send_one",
}
_JOBS = {
    "a job is read at its URL": "a_job_is_found_again_under_its_url",
    "jobs come newest first, as an array, in pages on request": "jobs_are_listed_newest_first_in_pages",
    "without a limit a thousand come at once": "a_client_that_knows_no_pages_gets_a_thousand_jobs",
    "status and name filter, also on the next page": "the_next_link_keeps_the_filters",
    "input is empty while there is none": "a_job_that_came_with_its_media_has_no_upload",
    "from queued to working to done, with the result": "a_job_shows_its_progress_its_result_and_runs_again",
    "a job that failed says why": "a_failed_job_says_why",
    "name and status change by form": "a_job_is_renamed_and_cancelled_by_a_form",
    "a result of the client's own ends the job": "a_result_of_the_clients_own_ends_the_job",
    "a change of nothing is 200": "a_change_of_nothing_is_answered_with_the_job_as_it_is",
    "a job is deleted": "a_job_goes_with_its_media_and_says_what_went",
    "ids are well formed": "ids_are_well_formed",
    "later ids sort behind": "later_ids_sort_behind",
    "times are UTC with Z": "a_time_as_text",
}
_ENTRIES = {
    "media make an entry without a job: 201, every key": "entries_representations_and_media",
    "an entry is read again": "an_entry_is_created_and_found_again",
    "entries are listed": "entries_are_listed_in_pages_with_filters",
    "source changes": "the_source_is_set_shown_changed_and_removed",
    "data split changes": "the_data_split_is_stored_shown_and_changed",
    "a video has its seconds": "a_video_becomes_a_result",
    "a still has none": "a_still_has_no_duration",
    "an entry is deleted with all that belongs to it": "an_entry_is_deleted_with_all_that_belongs_to_it",
    "entries are found by annotation": "entries_are_found_by_their_annotations",
    "a file is added once, then 422": "a_file_is_added_to_an_entry_once",
    "a file is replaced under its name: 201": "a_file_is_replaced_under_its_name",
    "a file is deleted once": "a_file_is_deleted_once",
    "media are a redirect to another origin": "media_are_a_redirect_to_another_origin",
    "followed, name, type, bytes and ranges are right": "media_come_back_as_they_were_sent",
}
_ANNOTATIONS = {
    "an annotation by JSON: 201, and listed": "an_annotation_by_json_is_found_again",
    "by form, brackets plain or encoded": "an_annotation_by_form_with_brackets_plain_or_encoded",
    "key and value have 255 characters at most": "texts_have_255_characters_at_most",
    "key and value are required": "json_that_is_none_or_says_too_little",
    "given fields change: 204": "given_fields_are_changed",
    "an annotation is deleted: 204": "an_annotation_is_deleted_once",
}
_RESULTS = {
    "session JSON and CSV under the file's name, a frame each": "a_video_becomes_json_and_csv_with_its_own_times",
    "every job name ends well": "every_job_name_ends_well",
    "session JSON is as the contract says, byte for byte": "the_bytes_are_those_of_the_golden_file",
    "legacy JSON: every array equally long": "a_refused_frame_leaves_the_arrays_equally_long",
    "ct packs have classifier names": "a_classifier_pack",
    "the current pack has friendly names": "the_current_pack",
    "CSV of one face": "header_of_one_face",
    "CSV of several faces": "header_of_several_faces",
    "no-op finishes with nothing in its result": "no_op_does_nothing_and_finishes",
    "a still is an error for a pack": "a_still_is_no_media_for_a_pack",
    "bad media end as an error that says why": "every_bad_medium_is_an_error_with_a_sentence_and_the_next_job_runs",
}
_OUTCOMES = _INDEX | _ACCESS | _ERRORS | _NEW_JOBS | _JOBS | _ENTRIES | _ANNOTATIONS | _RESULTS


@cache
def _names() -> frozenset[str]:
    """The names of all tests, without `test_`."""
    trees = (ast.parse(path.read_bytes()) for path in _TESTS.rglob("test_*.py"))
    functions = (node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return frozenset(name.removeprefix("test_") for name in functions if name.startswith("test_"))


@pytest.mark.parametrize("outcome", _OUTCOMES)
def test_every_outcome_has_its_test(outcome: str) -> None:
    assert _OUTCOMES[outcome] in _names()
