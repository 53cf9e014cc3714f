"""What the pages show is what happens."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bedrock_emulator.client import LabClient
from tests.docs.snippets import Snippet, pages, snippets

ROOT = Path(__file__).parents[2]
SECONDS = 120


def command_for(snippet: Snippet, script: Path) -> list[str]:
    """What runs a snippet that was written to a script."""
    if snippet.language == "bash":
        return ["bash", "-euo", "pipefail", str(script)]
    if snippet.action == "test":
        return [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(script)]
    return [sys.executable, str(script)]


def run(snippet: Snippet, folder: Path, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run one snippet as a program of its own."""
    script = folder / f"test_line_{snippet.line}.{'sh' if snippet.language == 'bash' else 'py'}"
    script.write_text(snippet.text, encoding="utf-8")
    return subprocess.run(
        command_for(snippet, script),
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def shows_something_to_run(page: Path) -> bool:
    """Whether a page has a block that is run."""
    return any(it.action in ("run", "test") for it in snippets(page.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=str(page.relative_to(ROOT)))
        for page in pages(ROOT)
        if shows_something_to_run(page)
    ],
)
def test_every_snippet_of_the_page_runs(page: Path, bedrock_emulator: LabClient, tmp_path: Path) -> None:
    """The page's reader has an emulator running and has pasted its export lines."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = {**os.environ, **bedrock_emulator.environment(), "PATH": path}

    for snippet in snippets(page.read_text(encoding="utf-8")):
        if snippet.action == "write":
            (tmp_path / snippet.argument).write_text(snippet.text, encoding="utf-8")
        elif snippet.action != "leave":
            done = run(snippet, tmp_path, environment)
            assert done.returncode == 0, f"{page.name}, line {snippet.line}:\n{done.stdout}"


def test_the_readme_and_the_ci_run_the_same_test_command() -> None:
    command = "pip install tox && tox"

    shown = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert command in [line.partition("#")[0].strip() for line in shown]
    assert f"{{ {command}; }}" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


PAGE = """\
Text.

```bash
echo runs
```

<!-- not run: serves until stopped -->
```bash
serve
```

<!-- file: data.json -->
```json
{}
```

```python
def test_something(): ...
```

```text
output
```
"""


def test_each_block_of_a_page_has_its_line_and_its_action() -> None:
    found = [(it.line, it.language, it.action, it.argument) for it in snippets(PAGE)]

    assert found == [
        (3, "bash", "run", ""),
        (8, "bash", "leave", "serves until stopped"),
        (13, "json", "write", "data.json"),
        (17, "python", "test", ""),
        (21, "text", "leave", ""),
    ]


@pytest.mark.parametrize("comment", ["<!-- not run -->", "<!-- not run: -->", "<!-- skip: slow -->"])
def test_a_block_is_not_left_out_without_a_reason(comment: str) -> None:
    with pytest.raises(ValueError, match="line 1: write"):
        snippets(f"{comment}\n```bash\nexit 1\n```\n")


@pytest.mark.parametrize("language", ["bash", "python"])
def test_a_broken_snippet_is_noticed(language: str, tmp_path: Path) -> None:
    (broken,) = snippets(
        f"```{language}\nexit(3)\n```\n" if language == "python" else "```bash\nfalse\necho on\n```\n"
    )

    assert run(broken, tmp_path, dict(os.environ)).returncode != 0
