"""
Write every generated file: ``python -m dashboards [dashboards] [rules]``.
"""

from __future__ import annotations

import sys

from dashboards.files import FILES, ROOT


def main(wanted: list[str]) -> int:
    """
    Write the files of the kinds named, or of all.
    """
    unknown = [kind for kind in wanted if kind not in FILES]
    if unknown:
        sys.stderr.write(
            f"error: {unknown[0]}: nothing of that kind is generated; there are: {', '.join(FILES)}\n"
        )
        return 2
    for kind in wanted or list(FILES):
        for path, text in FILES[kind]().items():
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
