"""An example call of each route, made from its description."""

import json
import shlex
from collections.abc import Mapping
from typing import Any

from chalicelib.api.requests.forms import MULTIPART, URL_ENCODED

_FILE = "clip.mp4"


def curl_example(method: str, url: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """A command for the shell. `url` may have path parameters in braces, for the reader to fill in."""
    words = ["curl"]
    if operation.get("security") != []:
        words += ["-u", "YOU@EXAMPLE.ORG"]
    content = operation.get("requestBody", {}).get("content", {})
    if content:
        content_type, media = next(iter(content.items()))
        words += _body(content_type, _resolved(media["schema"], schemas))
    if method != ("POST" if content else "GET"):
        words += ["-X", method]
    required = [each for each in operation.get("parameters", ()) if each.get("in") == "query" and each["required"]]
    query = "&".join(f"{each['name']}=..." for each in required)
    words.append(f"{url}?{query}" if query else url)
    return shlex.join(words)


def _body(content_type: str, schema: Mapping[str, Any]) -> list[str]:
    if content_type not in (MULTIPART, URL_ENCODED):
        return ["-H", f"Content-Type: {content_type}", "-d", json.dumps(_example(schema))]
    option = "-F" if content_type == MULTIPART else "--data-urlencode"
    words: list[str] = []
    for name, text in _members(schema).items():
        words += [
            option,
            f"{name}=@{_FILE}" if schema["properties"][name].get("format") == "binary" else f"{name}={text}",
        ]
    return words


def _example(schema: Mapping[str, Any]) -> Any:
    if "examples" in schema:
        return schema["examples"][0]
    if schema.get("type") == "object":
        return _members(schema)
    if schema.get("type") == "array":
        return [_example(schema["items"])]
    return schema.get("enum", ["..."])[0]


def _members(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the required members; the first of all if none is required."""
    needed = [*schema.get("required", ())]
    return {name: _example(schema["properties"][name]) for name in needed or [*schema["properties"]][:1]}


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    resolved: Mapping[str, Any] = schemas[schema["$ref"].rpartition("/")[2]]
    return resolved
