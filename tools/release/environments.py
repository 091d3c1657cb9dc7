"""Clean virtual environments for a wheel: by pip from the hashed constraints, or linked from one that pip has made."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from tools.release.contents import ROOT

CONSTRAINTS = ROOT / "constraints.txt"
VERSIONS = ("3.11", "3.12", "3.13")
"""Versions of Python that the product runs on: pyproject.toml, requires-python."""
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
"""A requirement of the constraints: its name and version."""


def interpreter(version: str) -> Path | None:
    """A Python of this version on the path or of pyenv that runs, None where there is none."""
    candidates = [Path(sys.executable)] if _version_of(Path(sys.executable)) == version else []
    on_path = shutil.which(f"python{version}")
    candidates += [Path(on_path)] if on_path else []
    candidates += sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"), reverse=True)
    # A shim of a version manager is on the path without being able to run, so each candidate is tried.
    return next((candidate for candidate in candidates if _version_of(candidate) == version), None)


def _pip(python: Path, *arguments: str | Path) -> None:
    """Run the pip of this environment for another one: making one without a pip is much quicker."""
    own = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "--no-input")
    subprocess.run([*own, "--python", python, *arguments], check=True)


def _version_of(python: Path) -> str | None:
    try:
        command = [str(python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def installed(python: Path, folder: Path) -> Path:
    """Make an environment in `folder` and install what the constraints list; the Python of it. Raises CalledProcessError."""
    subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True)
    inside = folder / "bin" / "python"
    # What runs compiles what it needs by itself: all of it beforehand would take half of the time.
    _pip(inside, "install", "--no-compile", "--require-hashes", "-r", CONSTRAINTS)
    return inside


def linked(folder: Path) -> Path:
    """Make an environment in `folder` with links to what this one has of the constraints, and nothing else; its Python.

    What only development needs is not there, so a requirement that the product does not state is missed.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for found in _of_constraints():
        for file in found.files or ():
            if ".." not in file.parts:  # scripts, whose first line names another environment
                _link(Path(str(found.locate_file(file))), packages / file)
    return folder / "bin" / "python"


def add(python: Path, wheel: Path) -> None:
    """Install the wheel into an environment that has what it needs. Raises CalledProcessError, where something is lacking too."""
    _pip(python, "install", "--no-deps", "--no-index", wheel)
    _pip(python, "check")


def pinned() -> dict[str, str]:
    """Names of what the constraints list, as they spell them, with the version."""
    return dict(PINNED.findall(CONSTRAINTS.read_text("utf-8")))


def _of_constraints() -> Iterator[Distribution]:
    for name in pinned():
        try:
            yield distribution(name)
        except ModuleNotFoundError:  # PackageNotFoundError: for another platform
            continue


def _link(source: Path, target: Path) -> None:
    if not source.is_file():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except FileExistsError:
        return
    except OSError:  # another file system
        shutil.copy2(source, target)
