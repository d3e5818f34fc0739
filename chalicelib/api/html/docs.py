"""The description for people: one page without scripts, fonts or pictures from anywhere, made from the OpenAPI one."""

from collections.abc import Iterable, Iterator
from html import escape

from chalicelib.api.html.curl_examples import curl_example
from chalicelib.api.html.docs_contents import NOTIFICATIONS, Node, contents_of, operations_of, tags_of
from chalicelib.api.html.style import page_template
from chalicelib.api.openapi.terms import ref
from chalicelib.api.urls import Urls

_INLINE = "create_job"
"""The operation whose fields are shown with it."""
_LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "maxItems": "at most {}",
    "pattern": "matches {}",
}

_PAGE = page_template(
    "Mien: the API",
    """<h1>The API</h1>
<p class="lead">$about</p>
<p>Machine-readable description: <a href="$openapi">$openapi</a>. The index: <a href="$index">$index</a>.</p>
<nav>$contents</nav>
<h2 id="common">Common to all routes</h2>
<p>Credentials are HTTP Basic, on everything that is not marked as public. Every GET also answers HEAD, with the same
headers and no body; every path answers OPTIONS. The body of an error is an <a href="#Error">Error</a>,
<code>{"error": "A message."}</code>:</p>
$errors
<p>Headers that every answer may have, and some that only some have; each route lists its own:</p>
$headers
$routes
<h2 id="documents">Documents</h2>
$documents
<footer>Made by the server from its own routes: what is here is what it does.</footer>""",
)


def docs_page(document: Node, urls: Urls) -> str:
    """`document`, an OpenAPI description, as a page."""
    components = document["components"]
    errors = {
        name.removeprefix("Error"): _row(name.removeprefix("Error"), "", node["description"])
        for name, node in components["responses"].items()
    }
    headers = [_row(name, "", node["description"]) for name, node in components["headers"].items()]
    documents = (
        f'<h3 id="{escape(name)}">{escape(name)}</h3>{_schema(schema)}'
        for name, schema in components["schemas"].items()
    )
    return _PAGE.substitute(
        about=escape(document["info"]["description"]),
        openapi=escape(urls.openapi()),
        index=escape(urls.index()),
        contents=contents_of(document),
        errors=_table(errors.values()),
        headers=_table(headers),
        routes="".join(_tag(tag, document, urls) for tag in tags_of(document)),
        documents="".join(documents),
    )


def _tag(tag: Node, document: Node, urls: Urls) -> str:
    routes = "".join(
        _operation(method.upper(), path, operation, document, urls)
        for method, path, operation in operations_of(document)
        if tag["name"] in operation["tags"]
    )
    sent = "".join(
        _webhook(operation, document)
        for methods in document["webhooks"].values()
        for operation in methods.values()
        if tag["name"] == NOTIFICATIONS
    )
    return f"<h2>{escape(tag['name'])}</h2><p>{_prose(tag['description'])}</p>{routes}{sent}"


def _operation(method: str, path: str, operation: Node, document: Node, urls: Urls) -> str:
    public = ' <span class="kind">public</span>' if operation.get("security") == [] else ""
    example = curl_example(method, urls.base + path, operation, document["components"]["schemas"])
    more = f"<p>{_prose(operation['description'])}</p>" if "description" in operation else ""
    return (
        f'<h3 id="{escape(operation["operationId"])}"><span class="method">{method}</span> '
        f"<code>{escape(path)}</code>{public}</h3><p>{_prose(operation['summary'])}</p>{more}"
        f"{_parameters(document['paths'][path]['parameters'], operation, document)}{_bodies(operation, document)}"
        f"{_answers(operation, document)}<pre>{escape(example)}</pre>"
    )


def _webhook(operation: Node, document: Node) -> str:
    """Returns the HTML of a webhook: its request and the expected responses."""
    return (
        f'<h3 id="{escape(operation["operationId"])}"><span class="method">POST</span> to you</h3>'
        f"<p>{_prose(operation['summary'])}</p><p>{_prose(operation['description'])}</p>"
        f"{_parameters((), operation, document)}{_bodies(operation, document)}{_answers(operation, document)}"
    )


def _parameters(of_the_path: Iterable[Node], operation: Node, document: Node) -> str:
    parameters = [_resolved(each, document) for each in (*of_the_path, *operation["parameters"])]
    if not parameters:
        return ""
    rows = (
        _row(each["name"], _kind(each["schema"]), each["description"], place=each["in"], is_required=each["required"])
        for each in parameters
    )
    return f"<h4>Parameters</h4>{_table(rows)}"


def _bodies(operation: Node, document: Node) -> str:
    if "requestBody" not in operation:
        return ""
    rows = (
        f'<tr><td class="name"><code>{escape(content_type)}</code></td><td>{_kind(media["schema"])}</td></tr>'
        for content_type, media in operation["requestBody"]["content"].items()
    )
    heading = "Body" if operation["requestBody"]["required"] else "Body (optional)"
    fields = ""
    if operation["operationId"] == _INLINE:
        media = next(iter(operation["requestBody"]["content"].values()))
        fields = f"<h4>Fields of the form</h4>{_table(_members(_resolved(media['schema'], document)))}"
    return f"<h4>{heading}</h4>{_table(rows)}{fields}"


def _answers(operation: Node, document: Node) -> str:
    rows = (
        f'<tr><td class="name">{escape(status)}</td><td>{_answer(_resolved(answer, document))}</td></tr>'
        for status, answer in operation["responses"].items()
    )
    return f"<h4>Answers</h4>{_table(rows)}"


def _answer(answer: Node) -> str:
    content = [
        f"<code>{escape(content_type)}</code> {_kind(media['schema'])}"
        for content_type, media in answer.get("content", {}).items()
        if media["schema"] != ref("Error")  # documented once, for all routes
    ]
    common = {"X-Request-Id", "Cache-Control", "X-Content-Type-Options", "Vary"}
    headers = [
        f"<code>{escape(name)}</code>"
        for name in answer.get("headers", ())
        if name not in common and not name.startswith("Access-Control-")
    ]
    told = [_prose(answer["description"]), *content, *([f"with {', '.join(headers)}"] if headers else [])]
    return "<br>".join(told)


def _schema(schema: Node) -> str:
    rows = "".join(_members(schema))
    allowed = f'<p class="kind">{_kind(schema)}</p>' if "enum" in schema else ""
    meaning = f"<p>{_prose(schema['description'])}</p>" if "description" in schema else ""
    return f"{meaning}{allowed}{_table([rows]) if rows else ''}"


def _members(schema: Node, prefix: str = "") -> Iterator[str]:
    for name, member in schema.get("properties", {}).items():
        is_required = name in schema.get("required", ())
        yield _row(prefix + name, _kind(member), member.get("description", ""), is_required=is_required)
        inner = member.get("items", member)
        yield from _members(inner, f"{prefix}{name}{'[]' if inner is not member else ''}.")


def _kind(schema: Node) -> str:
    """Returns the allowed values as a short HTML text."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "oneOf" in schema and "type" not in schema:
        return " or ".join(_kind(each) for each in schema["oneOf"])
    if schema.get("type") == "array":
        return f"array of {_kind(schema['items'])}" if "items" in schema else "empty array"
    types = schema.get("type", "anything")
    words = [" or ".join(types) if isinstance(types, list) else str(schema.get("format", types))]
    if "enum" in schema:
        words = ["one of " + ", ".join(repr(str(each)) for each in schema["enum"])]
    words += [told.format(schema[name]) for name, told in _LIMITS.items() if name in schema]
    return escape(", ".join(words))


def _row(name: str, kind: str, meaning: str, *, place: str = "", is_required: bool = False) -> str:
    notes = " ".join(word for word in (place, "required" if is_required else "") if word)
    note = f'<br><span class="kind">{escape(notes)}</span>' if notes else ""
    told = f'<br><span class="kind">{kind}</span>' if kind else ""
    return f'<tr><td class="name"><code>{escape(name)}</code>{note}</td><td>{_prose(meaning)}{told}</td></tr>'


def _table(rows: Iterable[str]) -> str:
    return f'<table class="small">{"".join(rows)}</table>'


def _prose(text: str) -> str:
    """Text in which backquotes stand around code."""
    parts = escape(text).split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))


def _resolved(node: Node, document: Node) -> Node:
    if "$ref" not in node:
        return node
    kind, name = node["$ref"].split("/")[-2:]
    resolved: Node = document["components"][kind][name]
    return resolved
