"""A job or an entry for people: its files as links, and what else there is to say about it."""

from collections.abc import Iterable, Iterator, Mapping
from html import escape

from chalicelib.api.html.phrases import date_of, link, text_of
from chalicelib.api.html.style import page_template
from chalicelib.api.urls import Urls
from chalicelib.domain.entries import Entry
from chalicelib.domain.jobs import Job, Progress
from chalicelib.domain.requests.job_options import DEFAULT_OPTIONS, KEPT_OPTIONS
from chalicelib.domain.requests.number_texts import plain_number, size_text

_REFRESH_S = 5

_PAGE = page_template(
    "Mien: $title",
    """<h1>$title</h1>
<p class="lead">$lead</p>
$body
<footer>Programs get the same as JSON from this URL. $footer</footer>""",
    head="$refresh",
)

Row = tuple[str, str]
"""What it is, as text, and the value, as HTML."""


def job_page(job: Job, entries: Mapping[str, Entry], urls: Urls) -> str:
    """The page of a job with its entries, which are looked up by id. While the job is not over, it loads itself again
    every few seconds."""
    parts = [_paragraph(job.error)] if job.error is not None else []
    for title, entry_id in (("Result", job.result_entry_id), ("Input", job.input_entry_id)):
        entry = entries.get(entry_id) if entry_id else None
        if entry is not None:
            about = f"{link(urls.entry(entry.id), 'Entry')} · {link(urls.annotations(entry.id), 'Annotations')}"
            parts.append(f"<h2>{title}</h2>{_files(entry, urls)}<p>{about}</p>")
    parts.append(f"<h2>Job</h2>{_table(_job_rows(job, urls))}")
    refresh = "" if job.status.is_over else f'<meta http-equiv="refresh" content="{_REFRESH_S}">\n'
    lead = f"A <code>{escape(job.name)}</code> job: {_state(job)}."
    console = f"{urls.console()}#/job/{job.id}"
    return _page(job.filename or "Job", lead, parts, console, refresh=refresh)


def entry_page(entry: Entry, urls: Urls) -> str:
    """The page of an entry with its files."""
    lead = "Files, oldest first." if entry.representations else "It has no files yet."
    rows = _table(_entry_rows(entry, urls))
    return _page("Entry", lead, [_files(entry, urls), f"<h2>Entry</h2>{rows}"], urls.console())


def _page(title: str, lead: str, parts: Iterable[str], console: str, *, refresh: str = "") -> str:
    return _PAGE.substitute(
        title=text_of(title),
        lead=lead,
        body="\n".join(parts),
        footer=f"The {link(console, 'console')} shows results as pictures and curves.",
        refresh=refresh,
    )


def _state(job: Job) -> str:
    share = _share(job.progress) if job.progress is not None and not job.status.is_over else ""
    return f"{job.status}{share}"


def _share(progress: Progress) -> str:
    whole = "" if progress.frames_total is None else f" of {progress.frames_total:,}"
    return f", {progress.frames_done:,}{whole} frames measured"


def _job_rows(job: Job, urls: Urls) -> Iterator[Row]:
    yield "Created", f"{escape(date_of(job.published))} by {text_of(job.author)}"
    yield "Changed", escape(date_of(job.updated))
    if job.expires is not None:
        yield "Kept until", escape(date_of(job.expires))
    for option in KEPT_OPTIONS:
        value = getattr(job.options, option.name)
        if value != getattr(DEFAULT_OPTIONS, option.name):
            words = plain_number(value) if isinstance(value, float) else str(value)
            yield option.name.replace("_", " ").capitalize(), text_of(words)
    if job.earlier_result_entry_ids:
        yield "Earlier result", link(urls.entry(job.earlier_result_entry_ids[-1]), "Entry")
    if job.webhook is not None:
        yield "Callback", text_of(job.webhook.url)


def _entry_rows(entry: Entry, urls: Urls) -> Iterator[Row]:
    yield "Created", f"{escape(date_of(entry.published))} by {text_of(entry.author)}"
    yield "Changed", escape(date_of(entry.updated))
    if entry.expires is not None:
        yield "Kept until", escape(date_of(entry.expires))
    for name, value in (("Source", entry.source), ("Data split", entry.data_split)):
        if value:
            yield name, text_of(value)
    if entry.media_seconds is not None:
        yield "Length", f"{plain_number(round(entry.media_seconds, 3))} s"
    if entry.job_id is not None:
        yield "Job", link(urls.job(entry.job_id), "The job that it belongs to")
    yield "Notes", link(urls.annotations(entry.id), "Annotations")


def _files(entry: Entry, urls: Urls) -> str:
    """Returns the table of an entry's files, oldest first."""
    files = sorted(entry.representations.values(), key=lambda each: (each.published, each.id))
    return _table(
        (
            size_text(file.size_bytes),
            f"{link(urls.media(entry.id, file.id), file.file_name)}<br>{_kind(file.content_type)}",
        )
        for file in files
    )


def _kind(content_type: str) -> str:
    return f'<span class="kind">{text_of(content_type)}</span>'


def _table(rows: Iterable[Row]) -> str:
    cells = "".join(f"<tr><th>{escape(name)}</th><td>{value}</td></tr>" for name, value in rows)
    return f"<table>{cells}</table>" if cells else ""


def _paragraph(sentence: str) -> str:
    return f"<p>{text_of(sentence)}</p>"
