"""A request to compare recordings: the metric, and one or two groups of jobs.

A group names its jobs or an annotation that they have. A comparison is a job itself, whose input is the request with
all jobs named.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from chalicelib.domain.entries import ANNOTATION_TEXTS, AnnotationSearch, check_annotation_text
from chalicelib.domain.ids import check_id
from chalicelib.domain.requests.json_members import check_members
from chalicelib.errors import Invalid, MalformedRequest

MAX_GROUPS = 2
MAX_RECORDINGS = 300
"""In a group."""
INPUT_FILE_NAME = "comparison.json"
SELECTED = "Selected jobs"


@dataclass(frozen=True, slots=True)
class Group:
    """A group of recordings. Either `annotated` or `job_ids` says which."""

    title: str
    annotated: AnnotationSearch | None = None
    job_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Request for a comparison: the curves of a metric."""

    metric: str
    groups: tuple[Group, ...]

    @property
    def document(self) -> dict[str, object]:
        """Returns the request as JSON, for `parse_comparison`; groups name their jobs."""
        groups = [{"title": group.title, "jobs": list(group.job_ids)} for group in self.groups]
        return {"comparison": {"metric": self.metric, "groups": groups}}


def parse_comparison(resource: object, metrics: Collection[str]) -> Comparison:
    """Parses the member `comparison` of a request; `metrics` are those that can be compared. Raises `Invalid`."""
    if not isinstance(resource, Mapping):
        raise Invalid('The body has no "comparison" object.')
    metric, groups = resource.get("metric"), resource.get("groups")
    if not isinstance(metric, str) or metric not in metrics:
        raise Invalid(f"The metric must be one of: {', '.join(metrics)}.")
    if not isinstance(groups, list) or not 1 <= len(groups) <= MAX_GROUPS:
        raise Invalid("The groups must be an array of one or two objects.")
    return Comparison(metric, tuple(map(_group, groups)))


def _group(value: object) -> Group:
    if not isinstance(value, Mapping):
        raise Invalid("A group must be an object.")
    check_members("A group", value, ("title", "jobs", "annotation"))
    jobs, annotation, title = value.get("jobs"), value.get("annotation"), value.get("title")
    if (jobs is None) == (annotation is None):
        raise Invalid("A group needs either jobs (an array of ids) or an annotation (an object with key and value).")
    if title is not None:
        title = _text("title", title)
    if annotation is not None:
        search = _search(annotation)
        return Group(title or "=".join(filter(None, (search.key, search.value))), search)
    return Group(title or SELECTED, job_ids=_job_ids(jobs))


def _search(value: object) -> AnnotationSearch:
    if not isinstance(value, Mapping):
        raise Invalid("The annotation of a group must be an object with a key and, if you like, a value and a source.")
    check_members("The annotation of a group", value, ANNOTATION_TEXTS)
    texts = {name: _text(name, value[name]) for name in ("value", "source") if value.get(name) is not None}
    return AnnotationSearch(_text("key", value.get("key")), **texts)


def _job_ids(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Invalid("The jobs of a group must be an array of job ids.")
    if not 1 <= len(value) <= MAX_RECORDINGS:
        raise Invalid(f"A group has {len(value)} jobs; it may have 1 to {MAX_RECORDINGS}.")
    try:
        return tuple(dict.fromkeys(check_id(each, "job") for each in value))
    except MalformedRequest as error:
        raise Invalid(str(error)) from None


def _text(name: str, value: object) -> str:
    if value is not None and not isinstance(value, str):
        raise Invalid(f"The {name} of a group must be a text.")
    return check_annotation_text(name, value)
