"""The order of the page of the API: groups of operations, and the links to them."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

Node = Mapping[str, Any]

_FIRST = ("jobs", "entries", "representations", "annotations", "uploads")
NOTIFICATIONS = "notifications"
_SHOWN_METHODS = ("post", "get", "put", "patch", "delete")


def contents_of(document: Node) -> str:
    """Returns the links to all operations, by group."""
    groups = [
        f"<h3>{escape(tag['name'])}</h3><ul>{''.join(_links(tag['name'], document))}</ul>" for tag in tags_of(document)
    ]
    return "".join(groups)


def _links(tag: str, document: Node) -> Iterator[str]:
    for method, path, operation in operations_of(document):
        if tag in operation["tags"]:
            name = f"{method.upper()} {escape(path)}"
            yield f'<li><a href="#{escape(operation["operationId"])}"><code>{name}</code></a></li>'
    if tag == NOTIFICATIONS:
        for name, methods in document["webhooks"].items():
            operation = methods["post"]["operationId"]
            yield f'<li><a href="#{escape(operation)}"><code>POST to you: {escape(name)}</code></a></li>'


def tags_of(document: Node) -> list[Node]:
    """The groups, jobs first: that is what most readers have come for."""
    shown = [tag for tag in document["tags"] if tag["name"] != "options"]
    return sorted(shown, key=lambda tag: _FIRST.index(tag["name"]) if tag["name"] in _FIRST else len(_FIRST))


def operations_of(document: Node) -> Iterator[tuple[str, str, Node]]:
    """Yields method, path and description of each operation that is shown."""
    for path, methods in document["paths"].items():
        for method in _SHOWN_METHODS:
            if method in methods:
                yield method, path, methods[method]
