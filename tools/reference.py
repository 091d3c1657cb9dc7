"""Write the generated pages of docs/reference from the code. `python -m tools.reference [--check]`.

What is written comes from the code alone, so a page that differs from it is out of date: a test and `--check` say so.
"""

import importlib
import inspect
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings
from typer.main import get_command

import chokepoint
from graph_schema import errors
from graph_schema.errors import ChokepointError
from graph_schema.exit_codes import MEANINGS
from graph_schema.vocabulary import vocabulary
from loaders.loading.inputs import arguments_of
from loaders.sources.definition import definitions

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "reference"
GENERATED = "<!-- Written by `make docs-reference` from the code: changes here are lost. -->\n"
HOME = "*a folder of the user*"


def main() -> int:
    """Write the pages, or with `--check` compare them; 1 when they differ."""
    check = "--check" in sys.argv[1:]
    stale = []
    for name, text in pages().items():
        file = FOLDER / name
        if check:
            if not file.exists() or file.read_text("utf-8") != text:
                stale.append(name)
        else:
            file.write_text(text, "utf-8")
    if stale:
        sys.stderr.write(f"out of date: {', '.join(stale)}; run make docs-reference\n")
    return bool(stale)


def pages() -> Mapping[str, str]:
    """Content of the generated pages by name of file."""
    return {
        "settings.md": settings_page(),
        "cli.md": command_page(),
        "sources.md": source_page(),
        "exit-codes.md": exit_code_page(),
        "vocabulary.md": vocabulary_page(),
    }


def vocabulary_page() -> str:
    """Every relation with the types of its ends and its meaning, and every type of entity."""
    known = vocabulary()
    parts = [
        "# Vocabulary\n",
        GENERATED,
        f"Version {known.version} of `graph_schema/ontology.yaml`. A statement whose ends a relation does not admit in the",
        "order in which they are given becomes RELATED_TO with its own words, and the load tells how many did.\n",
        "| relation | from | to | means |\n|---|---|---|---|",
    ]
    for relation in known.relations.values():
        ends = (", ".join(sorted(types)) for types in (relation.subject_types, relation.object_types))
        name = f"`{relation.type}`" + (" (both ways)" if relation.symmetric else "")
        parts.append(
            f"| {name} | {' | '.join('any' if relation.category == 'other' else end for end in ends)} | {relation.meaning} |"
        )
    parts.append("\n| type | means |\n|---|---|")
    parts += [f"| `{type}` | {meaning} |" for type, meaning in known.entity_types.items()]
    return "\n".join(parts) + "\n"


def settings_page() -> str:
    """Every setting, by its environment variable."""
    parts = [
        GENERATED,
        "# Settings\n",
        "Settings are environment variables, or files named as the variable in lower case in `/run/secrets`",
        "(`CHOKEPOINT_SECRETS` names another folder). An empty variable counts as absent. A wrong one ends a command with",
        "[exit code 2](exit-codes.md) and a line that names it.\n",
    ]
    for kind in settings_classes():
        prefix = str(kind.model_config.get("env_prefix", ""))
        parts += [
            f"## {prefix}…\n",
            inspect.cleandoc(kind.__doc__ or ""),
            "",
            "| variable | default | meaning |",
            "|---|---|---|",
        ]
        for name, field in kind.model_fields.items():
            meaning = " ".join((field.description or "").split()).replace("|", "\\|")
            parts.append(f"| `{(prefix + name).upper()}` | {_default(field)} | {meaning} |")
        parts.append("")
    return "\n".join(parts)


def settings_classes() -> Iterator[type[BaseSettings]]:
    """All classes of settings of the three packages, in the order of their modules."""
    for package in ("graph_schema", "loaders", "service"):
        for file in sorted((ROOT / package).rglob("*.py")):
            if "(BaseSettings)" in file.read_text("utf-8"):
                module = importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
                for value in vars(module).values():
                    if (
                        inspect.isclass(value)
                        and issubclass(value, BaseSettings)
                        and value.__module__ == module.__name__
                    ):
                        yield value


def _default(field: Any) -> str:
    if field.default_factory is not None:
        return HOME
    if field.default is None or field.default is PydanticUndefined:
        return ""
    value = field.default
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple | list):
        return f"`{list(value)}`"
    return f"`{value}`"


def command_page() -> str:
    """Every command with its arguments and options."""
    parts = [
        GENERATED,
        "# Command line\n",
        "`chokepoint COMMAND --help` says the same. [Exit codes](exit-codes.md) are those of all commands.\n",
    ]
    for path, command in _commands("chokepoint", get_command(chokepoint.app)):
        arguments = [_usage(parameter) for parameter in command.params if parameter.param_type_name == "argument"]
        usage = " ".join(["[OPTIONS]", *arguments])
        parts += [f"## {path}\n", f"```\n{path} {usage}\n```\n", inspect.cleandoc(command.help or ""), ""]
        rows = [_row(parameter) for parameter in command.params if parameter.name not in _COMPLETION]
        if rows:
            parts += ["| | |", "|---|---|", *rows, ""]
    return "\n".join(parts)


_COMPLETION = {"install_completion", "show_completion"}


def _commands(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Leaves of the tree of commands with their full names, depth first."""
    if not hasattr(command, "list_commands"):
        yield path, command
        return
    context = command.context_class(command)
    for name in command.list_commands(context):
        yield from _commands(f"{path} {name}", command.get_command(context, name))


def _usage(parameter: Any) -> str:
    """An argument as usage lines name it."""
    name = (parameter.metavar or (parameter.name or "").upper()).strip("{}[].…")
    name += "..." if parameter.nargs == -1 else ""
    return name if parameter.required else f"[{name}]"


def _row(parameter: Any) -> str:
    is_argument = parameter.param_type_name == "argument"
    names = _usage(parameter) if is_argument else ", ".join((*parameter.opts, *parameter.secondary_opts))
    help = " ".join((getattr(parameter, "help", None) or "").split()).replace("|", "\\|")
    shown = getattr(parameter, "show_default", None)
    default = shown if isinstance(shown, str) else parameter.default
    flag = getattr(parameter, "is_flag", False) or default in (None, (), [])
    return f"| `{names}` | {help}{'' if flag or callable(default) else f' Default: {default}.'} |".replace("| `|", "|")


def source_page() -> str:
    """Every source with its arguments, as jobs.yaml takes them."""
    parts = [
        GENERATED,
        "# Sources\n",
        "What `chokepoint load` and the jobs of `jobs.yaml` may load. The command has the same arguments: those that must be",
        "given stand by themselves, the others are options. A job is `full` as the table says, unless it says otherwise.\n",
        "| source | what it is | full | read by an extractor |",
        "|---|---|---|---|",
    ]
    full = {None: "never", False: "if told so", True: "unless told otherwise"}
    for source in definitions().values():
        about = inspect.cleandoc(source.about).split("\n\n")[0].replace("\n", " ")
        text = "yes" if source.of_text else ""
        parts.append(f"| [`{source.name}`](#{source.name}) | {about} | {full[source.full_by_default]} | {text} |")
    parts.append("")
    for source in definitions().values():
        parts += [f"## {source.name}\n", "| argument | default | meaning |", "|---|---|---|"]
        for name, field in arguments_of(source).model_fields.items():
            default = "*must be given*" if field.is_required() else _default(field)
            meaning = " ".join((field.description or "").split()).replace("|", "\\|")
            parts.append(f"| `{name}` | {default} | {meaning} |")
        parts.append("")
    return "\n".join(parts)


def exit_code_page() -> str:
    """The meanings of exit codes, and the errors behind each."""
    kinds = [kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, ChokepointError)]
    parts = [
        GENERATED,
        "# Exit codes and errors\n",
        "| exit code | meaning |",
        "|---|---|",
        *(f"| {code.value} | {meaning} |" for code, meaning in MEANINGS.items()),
        "",
        "An error is one line on stderr. GraphQL names it in `extensions.code`; a retryable one may go away by itself.\n",
        "| code | exit code | retryable | meaning |",
        "|---|---|---|---|",
    ]
    for kind in kinds:
        meaning = inspect.cleandoc(kind.__doc__ or "").splitlines()[0]
        parts.append(f"| `{kind.code}` | {kind.exit_code.value} | {'yes' if kind.retryable else ''} | {meaning} |")
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.exit(main())
