"""Modules as one script: what each gives to the others, and what is not understood."""

import pytest

from service.http.one_script import one_script


def test_each_module_is_there_once_before_what_needs_it() -> None:
    script = one_script(
        {
            "main": 'import { two, one as first } from "./b.js";\nimport { one } from "./a.js";\nstart(two, first, one);\n',
            "b": 'import { three } from "./a.js";\nexport const two = three - 1;\nexport async function one() {}\n',
            "a": "export const one = 1;\nexport const three = 3;\nconst hidden = 2;\n",
        },
        "main",
    )
    assert [line for line in script.splitlines() if line.startswith("const $")] == [
        "const $a = (() => {",
        "const $b = (() => {",
        "const $main = (() => {",
    ]
    assert "const { two, one: first } = $b;" in script
    assert "return { two, one };" in script
    assert "return { one, three };" in script


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('import all from "./a.js";', id="default"),
        pytest.param('import "./a.js";', id="effects"),
        pytest.param("export default 1;", id="default-export"),
        pytest.param("export let one = 1;", id="what-changes"),
        pytest.param("const one = await fetch('/');", id="waiting"),
    ],
)
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not understood"):
        one_script({"main": text, "a": ""}, "main")


def test_modules_that_need_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="main → a → main"):
        one_script({"main": 'import { a } from "./a.js";', "a": 'import { b } from "./main.js";'}, "main")
