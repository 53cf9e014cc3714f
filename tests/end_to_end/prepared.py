"""Client programs from package registries, installed once and kept between test sessions."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path


def prepared(cache: Path, name: str, recipe: str, build: Callable[[Path], None]) -> Path:
    """The folder that `build` filled for this recipe, now or in an earlier session.

    It appears under its name only when it is complete, so an interrupted or parallel build is harmless.
    """
    folder = cache / f"{name}-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"
    if not folder.exists():
        unfinished = Path(tempfile.mkdtemp(dir=cache, prefix=f"{name}-"))
        try:
            build(unfinished)
            unfinished.rename(folder)
        except OSError:
            if not folder.exists():
                raise
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return folder


def run_installer(command: list[str], *, directory: Path | None = None) -> None:
    """Run a package installer; its output becomes the error when it fails."""
    done = subprocess.run(
        command,
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=300,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def pip_install(folder: Path, requirement: str) -> None:
    """Install a requirement beside the running Python, not into it: it may pin other versions than ours."""
    run_installer([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), requirement])
