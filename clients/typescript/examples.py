"""Writes the TypeScript examples of the documentation to files of their own, so that they are compiled and run."""

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "docs/registry-examples.md",)
TARGET = Path(__file__).with_name("generated") / "examples"
BLOCK = re.compile(r"^```ts\n// file: (\S+\.ts)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANY = re.compile(r"^```ts$", re.MULTILINE)


def examples(text: str) -> dict[str, str]:
    """The examples of a page by the names of their files. ValueError for one without a name, or two with the same."""
    found = BLOCK.findall(text)
    named = dict(found)
    if not len(named) == len(found) == len(ANY.findall(text)):
        raise ValueError("each TypeScript example begins with `// file: NAME.ts`, and names are used once")
    return named


if __name__ == "__main__":
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    for page in PAGES:
        for name, code in examples(page.read_text(encoding="utf-8")).items():
            (TARGET / name).write_text(code, encoding="utf-8")
