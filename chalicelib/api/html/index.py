"""The index for people: one page without scripts, fonts or pictures from anywhere."""

from collections.abc import Mapping
from html import escape

from chalicelib.api.html.style import page_template
from chalicelib.api.openapi.result_schemas import measured_sentence
from chalicelib.api.urls import Urls
from chalicelib.domain.measurements.metrics import MetricSet

_PAGE = page_template(
    "Mien",
    """<h1>Mien</h1>
<p class="lead">A media API that measures facial expressions in recorded pictures and videos: send a file, get numbers
for every face in every frame. $measured</p>
<h2>Services</h2>
<table>$rows</table>
<p>Programs find them at <a href="$index">$index</a> as JSON; they ask for a user name and a password (HTTP
Basic).</p>
<p>Every route with its fields, answers and errors: <a href="$docs">for people</a> and, as OpenAPI,
<a href="$openapi">for programs</a>.</p>
<h2>Try it</h2>
<p><a href="$console">Open the console</a>: send files, watch jobs, see the film with its curves.</p>
<pre>curl -u YOU@EXAMPLE.ORG -F 'entry_job[input]=@clip.mp4' $jobs</pre>
<p>The answer names the job's own URL. Get that until its <code>status</code> is <code>done</code>, then follow the
<code>media</code> links of its <code>result</code>.</p>
<h2>Before you measure anyone</h2>
<p>These numbers describe what a face shows, not what a person feels. Measure only people who have agreed to it, expect
errors that differ from person to person, and decide nothing about anyone by these numbers alone. The law, known
weaknesses and checklists: <a href="$responsible_use">responsible use</a>.</p>
<footer>An error response has a message that says what to do, and an <code>X-Request-Id</code> to quote.
</footer>""",
)


def index_page(urls: Urls, services: Mapping[str, str], metrics: MetricSet) -> str:
    """The page of a deployment that measures `metrics`, with the URL of each service by its name.

    `jobs` must be among the services.
    """
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td><code>{escape(url)}</code></td></tr>" for name, url in services.items()
    )
    return _PAGE.substitute(
        rows=rows,
        measured=escape(measured_sentence(metrics)),
        index=escape(urls.index()),
        console=escape(urls.console()),
        docs=escape(urls.docs()),
        openapi=escape(urls.openapi()),
        responsible_use=escape(urls.responsible_use()),
        jobs=escape(services["jobs"]),
    )
