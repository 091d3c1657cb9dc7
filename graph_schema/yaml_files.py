"""YAML files that people write: every mistake in them is told with the line where it stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from graph_schema.errors import SettingsError


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A file with its content and where each part of it stands."""

    path: Path
    content: Any
    _tree: yaml.Node | None

    @classmethod
    def read(cls, path: Path) -> "YamlFile":
        """Raises SettingsError when it cannot be read or is not YAML."""
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
        try:
            return cls(path, yaml.safe_load(text), yaml.compose(text, Loader=yaml.SafeLoader))
        except RecursionError:
            raise SettingsError(f"{path}: is nested too deeply to be read") from None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = f":{mark.line + 1}" if mark is not None else ""
            raise SettingsError(f"{path}{line}: is not YAML: {getattr(error, 'problem', None) or error}") from error

    def rows(self, key: str) -> list[Any]:
        """The list under the only key that the file may have. Raises SettingsError."""
        content = self.content
        if not isinstance(content, dict) or not isinstance(content.get(key), list) or set(content) != {key}:
            raise SettingsError(f"{self.path}:1: expected one key, `{key}`, with a list of {key}")
        rows: list[Any] = content[key]
        return rows

    def place(self, *part: Any) -> str:
        """File and line of a part, or of the deepest part of that way which the file has."""
        return f"{self.path}:{_line(self._tree, part)}"

    def problems(self, error: ValidationError, *row: Any) -> Iterator[str]:
        """What is wrong with a row, one line for each mistake."""
        for problem in error.errors(include_url=False):
            where = ".".join(map(str, problem["loc"])) or f"{row[0]}[{row[1]}]"
            yield f"{self.place(*row, *problem['loc'])}: {where}: {problem['msg'].removeprefix('Value error, ')}"


def _line(node: yaml.Node | None, path: Sequence[Any]) -> int:
    line = 1
    while node is not None:
        line = node.start_mark.line + 1
        if not path:
            break
        step, path = path[0], path[1:]
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == step), None)
            node = None if found is None else found[1]
            line = line if found is None else found[0].start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
        else:
            node = None
    return line
