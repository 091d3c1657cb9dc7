"""Known weaknesses of the pinned packages, by pip-audit where it and the advisories can be had; where not, one line says so.

    python -m tools.release.audit

Exit code 1 when a package has a weakness that is known, 0 otherwise: no advisories are no failure of the checkout.
"""

import json
import shutil
import subprocess
import sys

from tools.release.environments import CONSTRAINTS

MOST_S = 300
"""Longest that the look-up may take, in seconds."""


def main() -> int:
    """Look the constraints up; 1 when something is known against them."""
    program = shutil.which("pip-audit")
    if program is None:
        return _left_out("pip-audit is not installed (pip install pip-audit, or pipx)")
    command = [program, "--requirement", str(CONSTRAINTS), "--no-deps", "--disable-pip", "--progress-spinner=off"]
    try:
        done = subprocess.run([*command, "--format=json"], capture_output=True, text=True, check=False, timeout=MOST_S)
    except subprocess.TimeoutExpired:
        return _left_out(f"no advisories came in {MOST_S} s")
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        told = done.stderr.strip().splitlines() or ["pip-audit said nothing"]
        return _left_out(told[-1])
    weak = [(one["name"], one["version"], each["id"]) for one in found for each in one.get("vulns", ())]
    sys.stdout.writelines(f"{name} {version}: {id}\n" for name, version, id in weak)
    sys.stdout.write(f"{len(found)} packages looked up, {len(weak)} known weaknesses\n")
    return bool(weak)


def _left_out(why: str) -> int:
    sys.stdout.write(f"the audit is left out: {why}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
