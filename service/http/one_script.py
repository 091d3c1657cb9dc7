"""Modules of a page as one script: a browser asks once instead of for each of them, in turn.

The modules stay as they are written; each becomes a function that is called once, in the order in which they need each
other. They may only import by name from beside them and export what they declare, which is all that is understood here.
"""

import re
from collections.abc import Mapping

_IMPORT = re.compile(r'^import \{ ([^}]+) \} from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function|const|class) (\w+)", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*|^(?:const .*= )?await .*", re.MULTILINE)


def one_script(modules: Mapping[str, str], entry: str) -> str:
    """The text of `entry` with all that it needs; `modules` are texts by their names without `.js`.

    Raises ValueError for what is not understood: another form of import or export, modules that need each other.
    """
    parts: dict[str, str] = {}

    def add(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise ValueError(f"modules need each other: {' → '.join((*above, name))}")
        if name not in parts:
            text = modules[name]
            for _, needed in _IMPORT.findall(text):
                add(needed, (*above, name))
            parts[name] = _as_function(name, text)

    add(entry, ())
    return "\n".join(parts.values())


def _as_function(name: str, text: str) -> str:
    exported = ", ".join(name for _, name in _EXPORT.findall(text))
    body = _IMPORT.sub(lambda found: f"const {{ {found[1].replace(' as ', ': ')} }} = ${found[2]};", text)
    body = _EXPORT.sub(r"\1 \2", body)
    if (other := _OTHER.search(body)) is not None:
        raise ValueError(f"{name}.js: not understood: {other[0]}")
    return f"const ${name} = (() => {{\n{body.rstrip()}\nreturn {{ {exported} }};\n}})();"
