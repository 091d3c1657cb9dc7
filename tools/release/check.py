"""Build wheel and sdist, look into them, install them into clean environments and run them there.

    python -m tools.release.check [--quick] [--python 3.12]

Each version of Python that the product supports and that is found is tried; the others are named and left out. `--quick` tries
the one that runs this, with links to the packages of its environment, and starts no database. Exit code 1 when anything fails.
"""

import argparse
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path

from tools.release.contents import ROOT, Hashes, differences, expected, of_wheel, unpacked
from tools.release.environments import VERSIONS, add, installed, interpreter, linked
from tools.release.trial import Failed, Installed


def main() -> int:
    """Check the release as the arguments say; 1 when something is wrong."""
    parser = argparse.ArgumentParser(description="Build, install and run the release.")
    parser.add_argument("--quick", action="store_true", help="one Python, linked packages, no database")
    parser.add_argument("--python", action="append", choices=VERSIONS, help="only this version; may come again")
    arguments = parser.parse_args()
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="chokepoint-release-") as folder:
            check(Path(folder), arguments.python or VERSIONS, quick=arguments.quick)
    except Failed as error:
        say(f"error: {error}")
        return 1
    except subprocess.CalledProcessError as error:
        said = (error.stderr or b"").decode("utf-8", "replace").strip()[-500:]
        say(f"error: exit code {error.returncode} of {' '.join(map(str, error.cmd))} {said}")
        return 1
    say(f"the release is whole ({time.monotonic() - started:.0f} s)")
    return 0


def check(folder: Path, versions: Sequence[str], *, quick: bool) -> None:
    """Build into `folder` and try what came out. Raises Failed, CalledProcessError."""
    wanted = expected()
    wheel = built(ROOT, folder / "dist", "wheel")
    holds(of_wheel(wheel), wanted, wheel.name)
    sdist = built(ROOT, folder / "dist", "sdist")
    project = unpacked(sdist, folder / "sdist")
    holds(expected(project), wanted, sdist.name)
    say(f"{wheel.name} ({_mib(wheel)}) and {sdist.name} ({_mib(sdist)}) hold what the checkout has")
    if quick:
        add(python := linked(folder / "quick"), wheel)
        trial(python, folder / "home").try_offline(version())
        say(f"runs on Python {sys.version.split()[0]}, with linked packages; no database was started")
        return
    again = built(project, folder / "again", "wheel")
    holds(of_wheel(again), wanted, f"the wheel of {sdist.name}")
    found = {name: interpreter(name) for name in versions}
    for name, outside in found.items():
        if outside is None:
            say(f"Python {name} is not installed here: left out")
        else:
            started = time.monotonic()
            # The sdist's wheel is installed where the checkout's was seen to hold the same.
            add(inside := installed(outside, folder / name), again)
            tried = trial(inside, folder / f"home-{name}")
            tried.try_offline(version())
            tried.try_database()
            say(f"runs on Python {name}, with database and sample ({time.monotonic() - started:.0f} s)")
    if not any(found.values()):
        raise Failed(f"none of Python {', '.join(versions)} is installed here")


def version() -> str:
    """The version that pyproject.toml states."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def trial(python: Path, home: Path) -> Installed:
    """What was installed for `python`, with a new home."""
    home.mkdir()
    return Installed(python, home)


def built(project: Path, into: Path, target: str) -> Path:
    """Build the target `wheel` or `sdist` of a project; the file. Raises CalledProcessError."""
    command = (sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(into))
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    (file,) = into.glob("*.whl" if target == "wheel" else "*.tar.gz")
    return file


def holds(found: Hashes, wanted: Hashes, what: str) -> None:
    """Raise Failed unless a wheel holds what the checkout has."""
    if wrong := differences(found, wanted, what):
        raise Failed("; ".join(wrong[:5]) + (f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""))


def _mib(file: Path) -> str:
    return f"{file.stat().st_size / 2**20:.0f} MiB"


def say(line: str) -> None:
    """Write a line to stderr at once."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
