"""The frame and the style sheet of all pages, and the content security policy that allows nothing else."""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from string import Template

from chalice.app import Response

HTML_CONTENT_TYPE = "text/html; charset=utf-8"

STYLE = """
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
th { font-weight: 600; width: 9.5rem; }
a { color: var(--accent); }
code, pre { font: 0.88rem/1.6 ui-monospace, monospace; }
pre { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--accent);
  padding: 1rem 1.2rem; margin: 0 0 1rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
h3 { font-size: 1.1rem; line-height: 1.4; margin: 2.4rem 0 0.4rem; overflow-wrap: anywhere; }
h4 { font-size: 0.85rem; color: var(--soft); margin: 1.2rem 0 0.4rem; }
.method { color: var(--accent); }
.kind { color: var(--soft); font-size: 0.85rem; }
td.name { width: 13rem; }
table:has(tr > :nth-child(3)) { display: block; overflow-x: auto; font-size: 0.9rem; }
table:has(tr > :nth-child(3)) :is(th, td) { width: auto; min-width: 7rem; padding: 0.4rem 0.7rem; vertical-align: top;
  overflow-wrap: break-word; }
.small { font-size: 0.9rem; }
.small th, .small td { padding: 0.35rem 0.8rem; }
nav ul { list-style: none; padding: 0; margin: 0 0 1rem; }
nav li { line-height: 1.45; overflow-wrap: anywhere; }
nav a { text-decoration: none; }
footer { margin-top: 3rem; padding-top: 1.2rem; border-top: 1px solid var(--line); color: var(--soft); }
"""


def page_template(title: str, content: str, *, head: str = "") -> Template:
    """A page whose `$` names are still to be filled in."""
    return Template(f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{head}<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
{content}
</main>
</body>
</html>
""")


@cache
def page_policy() -> str:
    """The page's Content-Security-Policy: nothing but its own style, which is named by its hash, and the icon."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def page_response(page: str, headers: Mapping[str, str] | None = None, *, status: int = 200) -> Response:
    """A page that loads nothing but its own style."""
    own = {"Content-Type": HTML_CONTENT_TYPE, "Content-Security-Policy": page_policy()}
    return Response(page, headers={**own, **(headers or {})}, status_code=status)
