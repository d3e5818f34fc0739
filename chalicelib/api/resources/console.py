"""`/console`: the console's page and its files, which lie in the package `chalicelib.console`.

The page is asked for again each time, by its ETag. Every other file has the digest of its bytes in its name, so that a
browser keeps it for a year. Modules import each other by name; the page's import map says which file that is, in
whichever folder.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

from chalice.app import Response

import chalicelib.console
from chalicelib.api.call import Call
from chalicelib.api.conditional import unless_known
from chalicelib.api.html.style import HTML_CONTENT_TYPE
from chalicelib.api.routes import READ, Answer, Route
from chalicelib.errors import NotFound

_FOLDER = Path(chalicelib.console.__file__).parent
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b6e6e"/>'
    '<g fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"><path d="M9 20c3.5 5 10.5 5 14 0"/>'
    '<path d="M11 10.5v2.5M21 10.5v2.5"/></g></svg>'
)
_FOR_A_YEAR = "public, max-age=31536000, immutable"
_LIBRARIES = {
    "preact": "preact.js",
    "preact/hooks": "preact_hooks.js",
    "htm": "htm.js",
    "@preact/signals-core": "signals_core.js",
    "uplot": "uplot.js",
}


@dataclass(frozen=True, slots=True)
class _File:
    text: str
    content_type: str


@cache
def _files() -> Mapping[str, _File]:
    """Returns every file but the page by the name that it is served under, as `main.1b2c3d4e5f.js`."""
    return {served: _File(path.read_text("utf-8"), _TYPES[path.suffix]) for path, served in _served_names().items()}


@cache
def _served_names() -> Mapping[Path, str]:
    paths = sorted(path for path in _FOLDER.rglob("*") if path.suffix in _TYPES)
    return {path: f"{path.stem}.{hashlib.sha256(path.read_bytes()).hexdigest()[:10]}{path.suffix}" for path in paths}


def _address(name: str) -> str:
    """Returns a file's address relative to the page, which is at `console` next to the folder of that name."""
    return f"console/{_served_names()[_FOLDER / name]}"


@cache
def _import_map() -> str:
    paths = [path.relative_to(_FOLDER) for path in _served_names() if path.suffix == ".js"]
    own = {f"mien/{path.stem}": str(path) for path in paths if path.parts[0] != "vendor"}
    libraries = {name: f"vendor/{file}" for name, file in _LIBRARIES.items()}
    imports = {name: f"./{_address(file)}" for name, file in sorted({**own, **libraries}.items())}
    return json.dumps({"imports": imports}, separators=(",", ":"))


@cache
def _page() -> str:
    modules = [path for path in _served_names() if path.suffix == ".js"]
    preloads = (f'<link rel="modulepreload" href="{_address(str(path.relative_to(_FOLDER)))}">' for path in modules)
    return Template((_FOLDER / "page.html").read_text("utf-8")).substitute(
        import_map=_import_map(),
        preloads="\n".join(preloads),
        main_js=_address("main.js"),
        console_css=_address("console.css"),
        uplot_css=_address("vendor/uplot.css"),
    )


def _policy(media_origin: str) -> str:
    """Returns the page's Content-Security-Policy: its own files, the API, and the store that media links lead to."""
    map_digest = base64.b64encode(hashlib.sha256(_import_map().encode()).digest()).decode()
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'sha256-{map_digest}'",
            "style-src 'self'",
            f"connect-src 'self' {media_origin}",
            f"img-src 'self' data: blob: {media_origin}",
            f"media-src {media_origin}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def get_console(call: Call) -> Response:
    """GET /console: a page to send media, watch jobs, and see results next to the film. It asks for a user by
    itself."""
    headers: dict[str, str | list[str]] = {
        "Content-Type": HTML_CONTENT_TYPE,
        "Content-Security-Policy": _policy(call.services.entries.media_origin()),
        "Referrer-Policy": "no-referrer",
    }
    return unless_known(call, Response(_page(), headers=headers))


def get_console_file(call: Call) -> Response:
    """GET /console/{file_id}: a script or style of the console; its name changes with its bytes."""
    file = _files().get((call.request.uri_params or {}).get("file_id", ""))
    if file is None:
        raise NotFound("There is no such file of the console; reload /console.")
    return Response(file.text, headers={"Content-Type": file.content_type, "Cache-Control": _FOR_A_YEAR})


def get_icon(_call: Call) -> Response:
    """GET /favicon.ico: the icon that browsers ask for by themselves, as SVG."""
    return Response(_ICON, headers={"Content-Type": "image/svg+xml", "Cache-Control": "public, max-age=86400"})


ROUTES = (
    Route(READ, "/favicon.ico", get_icon, Answer(), is_public=True),
    Route(READ, "/console", get_console, Answer(), is_public=True),
    Route(READ, "/console/{file_id}", get_console_file, Answer(), is_public=True),
)
"""For people's browsers; not part of the described API."""
