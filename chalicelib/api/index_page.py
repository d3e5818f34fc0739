"""The index for people: one page without scripts, fonts or pictures from anywhere."""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from html import escape
from string import Template

HTML_CONTENT_TYPE = "text/html; charset=utf-8"

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2430; --soft: #5b6675; --paper: #fbfaf7; --card: #ffffff; --line: #e3dfd6;
  --accent: #0b6e6e; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e6e1; --soft: #a3abb6; --paper: #14181f; --card: #1c222b; --line: #2d3540; --accent: #5cc8c2; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 17px/1.6 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 4rem 1.5rem 5rem; }
h1 { font-size: 2.6rem; line-height: 1.1; letter-spacing: -0.02em; margin: 0 0 1rem; }
h2 { font-size: 0.85rem; letter-spacing: 0.09em; text-transform: uppercase; color: var(--soft);
  margin: 2.8rem 0 0.8rem; }
p { margin: 0 0 1rem; }
.lead { font-size: 1.2rem; color: var(--soft); }
table { width: 100%; border-collapse: collapse; background: var(--card); border: 1px solid var(--line);
  margin: 0 0 1rem; }
th, td { text-align: left; padding: 0.7rem 1rem; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
tr:first-child th, tr:first-child td { border-top: 0; }
th { font-weight: 600; width: 7rem; }
a { color: var(--accent); }
code, pre { font: 0.88rem/1.6 ui-monospace, monospace; }
pre { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--accent);
  padding: 1rem 1.2rem; margin: 0 0 1rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
footer { margin-top: 3rem; padding-top: 1.2rem; border-top: 1px solid var(--line); color: var(--soft); }
"""

_PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mien</title>
<style>$style</style>
</head>
<body>
<main>
<h1>Mien</h1>
<p class="lead">A media API that measures facial expressions in recorded pictures and videos: send a file, get numbers
for every face in every frame.</p>
<h2>Services</h2>
<table>$rows</table>
<p>Programs find these at <a href="$index">$index</a> as JSON. Everything but this page asks for a user name and a
password (HTTP Basic).</p>
<h2>Try it</h2>
<pre>curl -u YOU@EXAMPLE.ORG -F 'entry_job[input]=@clip.mp4' $jobs</pre>
<p>The answer names the job's own URL. Get that until its <code>status</code> is <code>done</code>, then follow the
<code>media</code> links of its <code>result</code>.</p>
<h2>Before you measure anyone</h2>
<p>These numbers describe what a face shows, not what a person feels. Measure only people who have agreed to it, expect
errors that differ from person to person, and decide nothing about anyone by these numbers alone.</p>
<footer>An answer that is an error has one sentence that says what to do, and an <code>X-Request-Id</code> to quote.
</footer>
</main>
</body>
</html>
""")


def index_page(index_url: str, services: Mapping[str, str]) -> str:
    """The page, with the URL of each service by its name; `jobs` must be among them."""
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td><code>{escape(url)}</code></td></tr>" for name, url in services.items()
    )
    return _PAGE.substitute(style=_STYLE, rows=rows, index=escape(index_url), jobs=escape(services["jobs"]))


@cache
def page_policy() -> str:
    """The page's Content-Security-Policy: nothing but its own style, which is named by its hash."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
