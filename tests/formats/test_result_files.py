"""The files of one finished job."""

import io
import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from pyarrow import parquet

from chalicelib import __version__
from chalicelib.domain.measurements.frame_size import FrameSize
from chalicelib.domain.measurements.metrics import EVERY_METRIC, FrameMetrics
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.recipes import RECIPES, Recipe
from chalicelib.domain.requests.result_formats import (
    CSV_CONTENT_TYPE,
    LEGACY_CONTENT_TYPE,
    PARQUET_CONTENT_TYPE,
    RENDERED_CONTENT_TYPES,
    RESULT_KINDS,
    SESSION_CONTENT_TYPE,
    SUMMARY_CONTENT_TYPE,
    TABLES,
    TIMELINE_CONTENT_TYPE,
    ResultTable,
)
from chalicelib.formats.result_files import WRITERS, Contents, ResultFiles
from chalicelib.formats.timeline_reader import read_timeline
from chalicelib.formats.writers import Origin
from tests.formats.frames import GOLDEN_FRAMES, face
from tests.formats.readers import csv_bytes, legacy_bytes, session_bytes, summary_bytes, timeline_bytes
from tests.memory import peak_bytes
from tests.recipes import make_recipe

WORKING_RECIPES = {name: recipe for name, recipe in RECIPES.items() if recipe is not None}


def _recipe(name: JobName) -> Recipe:
    return WORKING_RECIPES[name]


def _write(results: ResultFiles) -> dict[str, bytes]:
    with results:
        for frame in GOLDEN_FRAMES:
            results.write(frame)
    return {file.content_type: file.path.read_bytes() for file in results.files}


def test_every_content_type_has_a_writer() -> None:
    assert {*WRITERS, *RENDERED_CONTENT_TYPES} == {
        content_type for kind in RESULT_KINDS.values() for content_type in kind
    }


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("name", [JobName.MULTIFACE, JobName.CT_PACK_LINEAR])
def test_a_table_is_the_file_that_was_asked_for(name: JobName, table: ResultTable, tmp_path: Path) -> None:
    with ResultFiles(Contents(make_recipe(name, table=table), EVERY_METRIC), tmp_path, "clip.mp4") as results:
        last = results.files[-1]
    assert last.content_type == TABLES[table]
    assert last.file_name == f"clip.mp4-metrics.{table}"


@pytest.mark.parametrize("name", [JobName.MULTIFACE, JobName.SDK_METRICS])
def test_session_jobs(name: JobName, tmp_path: Path) -> None:
    assert _write(ResultFiles(Contents(_recipe(name), EVERY_METRIC), tmp_path, "clip.mp4")) == {
        SESSION_CONTENT_TYPE: session_bytes(GOLDEN_FRAMES),
        CSV_CONTENT_TYPE: csv_bytes(GOLDEN_FRAMES, face_ids=True),
        SUMMARY_CONTENT_TYPE: summary_bytes(GOLDEN_FRAMES),
        TIMELINE_CONTENT_TYPE: timeline_bytes(GOLDEN_FRAMES),
    }


def test_the_current_pack(tmp_path: Path) -> None:
    assert _write(ResultFiles(Contents(_recipe(JobName.CURRENT_PACK), EVERY_METRIC), tmp_path, "clip.mp4")) == {
        LEGACY_CONTENT_TYPE: legacy_bytes(GOLDEN_FRAMES),
        CSV_CONTENT_TYPE: csv_bytes(GOLDEN_FRAMES, face_ids=False),
        SUMMARY_CONTENT_TYPE: summary_bytes(GOLDEN_FRAMES),
        TIMELINE_CONTENT_TYPE: timeline_bytes(GOLDEN_FRAMES),
    }


def test_a_classifier_pack(tmp_path: Path) -> None:
    assert _write(ResultFiles(Contents(_recipe(JobName.CT_PACK_HYBRID), EVERY_METRIC), tmp_path, "clip.mp4")) == {
        LEGACY_CONTENT_TYPE: legacy_bytes(GOLDEN_FRAMES, pack="ct-hybrid", classifier_names=True),
        CSV_CONTENT_TYPE: csv_bytes(GOLDEN_FRAMES, face_ids=False, classifier_names=True),
        SUMMARY_CONTENT_TYPE: summary_bytes(GOLDEN_FRAMES),
        TIMELINE_CONTENT_TYPE: timeline_bytes(GOLDEN_FRAMES),
    }


@pytest.mark.parametrize("name", WORKING_RECIPES)
def test_every_job_says_the_frame_size_that_boxes_refer_to(name: JobName, tmp_path: Path) -> None:
    recipe = make_recipe(name, table=ResultTable.PARQUET)
    written = _write(ResultFiles(Contents(recipe, EVERY_METRIC, frame_size=FrameSize(1024, 576)), tmp_path, "clip.mp4"))
    size = {"width_px": 1024, "height_px": 576}
    main = LEGACY_CONTENT_TYPE if LEGACY_CONTENT_TYPE in written else SESSION_CONTENT_TYPE
    assert json.loads(written[main])["frame_size"] == size
    assert json.loads(written[SUMMARY_CONTENT_TYPE])["media"]["frame_size"] == size
    assert read_timeline(io.BytesIO(written[TIMELINE_CONTENT_TYPE])).header["frame_size"] == size
    metadata = parquet.read_schema(io.BytesIO(written[PARQUET_CONTENT_TYPE])).metadata
    assert (metadata[b"frame_width_px"], metadata[b"frame_height_px"]) == (b"1024", b"576")


@pytest.mark.parametrize("name", [JobName.MULTIFACE, JobName.CURRENT_PACK])
def test_json_says_from_which_file_job_and_version_it_is(name: JobName, tmp_path: Path) -> None:
    recipe = make_recipe(name)
    source = {"file": 'a "frames":[.mp4', "job": "a-job"}
    contents = Contents(recipe, EVERY_METRIC, origin=Origin(source["file"], "a-job"))
    written = _write(ResultFiles(contents, tmp_path, "clip.mp4"))
    document = json.loads(written[recipe.content_types[0]])
    assert document["source"] == {**source, "version": __version__}


def test_summary_and_parquet_say_from_which_file_job_and_version_they_are(tmp_path: Path) -> None:
    recipe = make_recipe(JobName.MULTIFACE, table=ResultTable.PARQUET)
    name = '"Grüße" <1>.mp4'
    contents = Contents(recipe, EVERY_METRIC, origin=Origin(name, "a-job"))
    written = _write(ResultFiles(contents, tmp_path, "clip.mp4"))
    summary = json.loads(written[SUMMARY_CONTENT_TYPE])
    assert summary["source"] == {"file": name, "job": "a-job"}
    metadata = parquet.read_schema(io.BytesIO(written[PARQUET_CONTENT_TYPE])).metadata
    told = {key: metadata[key.encode()].decode() for key in ("file", "job", "mien_version")}
    assert told == {"file": name, "job": "a-job", "mien_version": __version__}


@pytest.mark.parametrize("recipe", WORKING_RECIPES.values(), ids=WORKING_RECIPES)
def test_every_recipe_gets_its_files(recipe: Recipe, tmp_path: Path) -> None:
    with ResultFiles(Contents(recipe, EVERY_METRIC), tmp_path, "../Grüße.mp4") as results:
        assert tuple(file.content_type for file in results.files) == recipe.content_types
        endings = ("metrics.json", "metrics.csv", "summary.json", "timeline.bin")
        assert [file.file_name for file in results.files] == [f"../Grüße.mp4-{ending}" for ending in endings]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"result-{place}" for place in range(4)]


def test_a_second_run_replaces_the_files_of_the_first(tmp_path: Path) -> None:
    recipe = _recipe(JobName.CURRENT_PACK)
    first = _write(ResultFiles(Contents(recipe, EVERY_METRIC), tmp_path, "clip.mp4"))
    assert _write(ResultFiles(Contents(recipe, EVERY_METRIC), tmp_path, "clip.mp4")) == first


def test_an_error_deletes_everything(tmp_path: Path) -> None:
    results = ResultFiles(Contents(_recipe(JobName.CURRENT_PACK), EVERY_METRIC), tmp_path, "clip.mp4")
    results.write(GOLDEN_FRAMES[0])
    with pytest.raises(RuntimeError, match="the analysis failed"), results:
        raise RuntimeError("the analysis failed")
    assert list(tmp_path.iterdir()) == []


def test_a_refused_number_deletes_everything(tmp_path: Path) -> None:
    results = ResultFiles(Contents(_recipe(JobName.MULTIFACE), EVERY_METRIC), tmp_path, "clip.mp4")
    with pytest.raises(ValueError, match="cannot be written"), results:
        results.write(FrameMetrics(math.nan, ()))
    assert list(tmp_path.iterdir()) == []


def test_opening_fails_as_a_whole(tmp_path: Path) -> None:
    recipe = replace(_recipe(JobName.CURRENT_PACK), content_types=(LEGACY_CONTENT_TYPE, "application/unheard-of"))
    with pytest.raises(KeyError, match="unheard-of"):
        ResultFiles(Contents(recipe, EVERY_METRIC), tmp_path, "clip.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_directory_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ResultFiles(Contents(_recipe(JobName.MULTIFACE), EVERY_METRIC), tmp_path / "nowhere", "clip.mp4")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_leaves_no_files(tmp_path: Path) -> None:
    (tmp_path / "result-0").symlink_to("/dev/full")
    results = ResultFiles(Contents(_recipe(JobName.MULTIFACE), EVERY_METRIC), tmp_path, "clip.mp4")
    with pytest.raises(OSError, match="No space left"):
        results.close()
    assert list(tmp_path.iterdir()) == []


def test_closing_twice_is_fine_and_writing_afterwards_is_not(tmp_path: Path) -> None:
    results = ResultFiles(Contents(_recipe(JobName.MULTIFACE), EVERY_METRIC), tmp_path, "clip.mp4")
    results.close()
    before = [file.path.read_bytes() for file in results.files]
    results.close()
    with pytest.raises(ValueError, match="closed"):
        results.write(GOLDEN_FRAMES[0])
    assert [file.path.read_bytes() for file in results.files] == before


@pytest.mark.slow
@pytest.mark.parametrize("name", [JobName.MULTIFACE, JobName.CURRENT_PACK])
def test_memory_does_not_grow_with_the_video(name: JobName, tmp_path: Path) -> None:
    faces = ((face(0, first=0.1234),), ())

    def write(frame_count: int) -> None:
        with ResultFiles(Contents(_recipe(name), EVERY_METRIC), tmp_path, "clip.mp4") as results:
            for index in range(frame_count):
                results.write(FrameMetrics(index / 30, faces[index % 2]))

    assert peak_bytes(lambda: write(5_000)) < 1.25 * peak_bytes(lambda: write(500))
