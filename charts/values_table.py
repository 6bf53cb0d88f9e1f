"""
Writes the table of values into each chart's README from the `# --` comments of its values.yaml.

Every folder beside it with a Chart.yaml is a chart.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

START, END = "<!-- values: made by `make charts-docs` -->", "<!-- end of values -->"
_KEY = re.compile(r"^(?P<indent> *)(?P<key>[A-Za-z][A-Za-z0-9]*):")


def documented(text: str) -> Iterator[tuple[str, str]]:
    """
    Give each value that has a `# --` comment, as dotted path and comment, in the order of the file.
    """
    path: list[tuple[int, str]] = []
    comment = ""
    for line in text.splitlines():
        if line.strip().startswith("# --"):
            comment = line.strip().removeprefix("# --").strip()
        elif found := _KEY.match(line):
            depth = len(found["indent"])
            path = [*(part for part in path if part[0] < depth), (depth, found["key"])]
            if comment:
                yield ".".join(key for _, key in path), comment
            comment = ""


def undocumented(text: str) -> list[str]:
    """
    Return the paths of values that neither have a comment nor belong to one that has.
    """
    known = {path for path, _ in documented(text)}

    def walk(value: Any, path: str) -> Iterator[str]:
        if path in known:
            return
        if isinstance(value, dict) and value:
            for key, inner in value.items():
                yield from walk(inner, f"{path}.{key}".lstrip("."))
        else:
            yield path

    return list(walk(yaml.safe_load(text), ""))


def table(text: str) -> str:
    """
    Return the table of a values.yaml in Markdown.
    """
    values = yaml.safe_load(text)
    rows = ["| value | default | meaning |", "|---|---|---|"]
    for path, comment in documented(text):
        default: Any = values
        for key in path.split("."):
            default = default[key]
        shown = json.dumps(default, ensure_ascii=False).replace("|", "\\|")
        rows.append(f"| `{path}` | `{shown}` | {comment.replace('|', chr(92) + '|')} |")
    return "\n".join(rows)


def with_table(readme: str, text: str) -> str:
    """
    Return a README with its table of values written anew.
    """
    before, _, rest = readme.partition(START)
    after = rest.partition(END)[2]
    return f"{before}{START}\n{table(text)}\n{END}{after}"


def main() -> int:
    """
    Write every README; with `--check` say which are not current and change nothing.
    """
    stale = []
    for chart in sorted(found.parent for found in Path(__file__).parent.glob("*/Chart.yaml")):
        readme, text = chart / "README.md", (chart / "values.yaml").read_text()
        wanted = with_table(readme.read_text(), text)
        if wanted != readme.read_text():
            stale.append(f"charts/{chart.name}/README.md")
            if "--check" not in sys.argv:
                readme.write_text(wanted)
    if stale and "--check" in sys.argv:
        sys.stderr.write(f"error: {', '.join(stale)}: not what values.yaml says; run make charts-docs\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
