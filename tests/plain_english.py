"""Counts departures from the language rule of CONTRIBUTING.md: `python -m tests.plain_english [--list] [PATH ...]`.

It looks at docs, docstrings, comments and strings with several words. It is a rough measure: some "where" is a place.
"""

import argparse
import ast
import re
import subprocess
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Rule:
    """Finds `pattern` in prose; `better` says what to write in its place."""

    name: str
    pattern: re.Pattern[str]
    better: str
    docstrings_only: bool = False


def _words(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w`./-])(?:{'|'.join(alternatives)})(?![\w`(=-])", re.IGNORECASE)


RULES = (
    Rule("where", _words("where"), "'if' for a condition; 'in which', 'at which' for a place"),
    Rule(
        "question docstring",
        re.compile(r"\A(?:What|Who|Whose|Where|How|Whether)\b"),
        "a verb ('Returns ...', 'Reads ...') or a noun",
        docstrings_only=True,
    ),
    Rule("nobody", _words("(?:some|no|any)body", "whoever"), "the role: the caller, the client, the operator, a user"),
    Rule("told", _words("told", "tells? of"), "notified, reported, given"),
    Rule("goes", _words("goes", "gone", "going on"), "is deleted, ends, continues"),
    Rule("anew", _words("anew"), "again"),
    Rule("in vain", _words("in vain"), "without success"),
    Rule("beside", _words("beside"), "next to, in addition to, in parallel with"),
    Rule("medium", _words("mediums?", "medium's"), "media file, video or image"),
    Rule("sentence", _words("sentences?"), "error message"),
)

# What every finding has in it: most lines have none of it, and the rules need not be tried on them.
_SIGN = re.compile(r"what|who|where|whether|how|body|told|tell|go|anew|vain|beside|medium|sentence", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    rule: Rule
    path: Path
    line: int
    text: str


def findings_in(path: Path) -> Iterator[Finding]:
    """Yields every breach of a rule in a Python file's comments, docstrings and sentences, or in a Markdown file."""
    text = path.read_text()
    for line, prose, is_docstring in _python_prose(text) if path.suffix == ".py" else _markdown_prose(text):
        for rule in RULES if _SIGN.search(prose) else ():
            if rule.docstrings_only and not is_docstring:
                continue
            for match in rule.pattern.finditer(prose):
                yield Finding(rule, path, line + prose.count("\n", 0, match.start()), prose)


def _python_prose(source: str) -> Iterator[tuple[int, str, bool]]:
    nodes = list(ast.walk(ast.parse(source)))
    docstrings = {
        node.body[0].value
        for node in nodes
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and ast.get_docstring(node) is not None
        and isinstance(node.body[0], ast.Expr)
    }
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip():
            yield node.lineno, node.value, node in docstrings
    if not any("#" in line and _SIGN.search(line) for line in source.splitlines()):
        return
    for token in tokenize.generate_tokens(StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string, False


def _markdown_prose(text: str) -> Iterator[tuple[int, str, bool]]:
    in_code = False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("```"):
            in_code = not in_code
        elif not in_code:
            yield number, line, False


def tracked(paths: Sequence[str] = ()) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", *(paths or ("*.py", "*.md"))],  # noqa: S607
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [REPOSITORY / name for name in listed.split("\0") if name.endswith((".py", ".md"))]


def per_thousand_lines(paths: Sequence[str] = ()) -> dict[str, float]:
    """Returns how often each rule is broken in a thousand lines, by the name of the rule."""
    files = tracked(paths)
    lines = sum(len(path.read_text().splitlines()) for path in files)
    counts = Counter(finding.rule.name for path in files for finding in findings_in(path))
    return {rule.name: 1000 * counts[rule.name] / lines for rule in RULES}


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description="Counts departures from plain English.")
    parser.add_argument("--list", action="store_true", help="show each of them")
    parser.add_argument("paths", nargs="*", help="files or folders; by default all")
    options = parser.parse_args(arguments)
    if options.list:
        for path in tracked(options.paths):
            for finding in findings_in(path):
                print(f"{path.relative_to(REPOSITORY)}:{finding.line}: {finding.rule.name}: {finding.rule.better}")  # noqa: T201
    for name, count in per_thousand_lines(options.paths).items():
        print(f"{name:20} {count:6.2f} in a thousand lines")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
