"""Record what a command prints in a terminal as a picture: `python -m tools.record FILE.svg COMMAND [ARGUMENT ...]`.

The command is really run, in a terminal 110 columns wide, and what it prints is drawn as it stands. It exits as the command does.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

COLUMNS = 110
FONT_FACES = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""Parts of rich's picture that load fonts from another host: a page of ours makes no such requests."""


def main() -> int:
    """Run the command of the arguments and draw it; 2 when there are too few."""
    if len(sys.argv) < 3:
        sys.stderr.write("usage: python -m tools.record FILE.svg COMMAND [ARGUMENT ...]\n")
        return 2
    file, *command = sys.argv[1:]
    environment = {**os.environ, "COLUMNS": str(COLUMNS), "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    # Whoever calls this names the command, as in a shell.
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603
    if done.returncode == 0:
        Path(file).write_text(drawn(shlex.join(command), done.stdout), "utf-8")
    return done.returncode


def drawn(command: str, printed: str) -> str:
    """The picture of a prompt, the command behind it and what it printed, as SVG; the same for the same text."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True, color_system="truecolor")
        console.print(Text.assemble(("$ ", "bold green"), command))
        console.print(Text.from_ansi(printed.rstrip("\n")))
        return FONT_FACES.sub("", console.export_svg(title="chokepoint", unique_id="recording"))


if __name__ == "__main__":
    sys.exit(main())
