"""Collects the console's texts into each app's zh_Hans catalogue and compiles it, without gettext's programs.

`--check` writes nothing and fails when a text is missing, obsolete, untranslated or not compiled.
"""

from __future__ import annotations

import ast
import re
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

if TYPE_CHECKING:
    from polib import POEntry, POFile

APPS = ("celestial_site", "wechat", "predictions", "ops_dashboard")
LANGUAGE = "zh_Hans"
# Which arguments of a call are (context, text, plural).
CALLS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
_TEMPLATE_CALL = re.compile(r"""\b(_|gettext|ngettext|pgettext|npgettext)\((?=\s*u?["'])""")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


class Text(NamedTuple):
    """One text to translate; `context` and `plural` are empty where there is none."""

    context: str
    text: str
    plural: str


class Command(BaseCommand):
    help = "Collect and compile the translations of the console (zh-Hans)."
    requires_system_checks: list[str] = []  # type: ignore[assignment]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing, fail when something is not up to date"
        )
        parser.add_argument(
            "--folder", type=Path, default=settings.BASE_DIR, help="the folder that holds the apps"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folders = [options["folder"] / app for app in APPS]
        catalogues = [Catalogue(folder) for folder in folders if folder.is_dir()]
        problems: list[str] = []
        for catalogue in catalogues:
            problems += catalogue.problems() if options["check"] else catalogue.write()
        problems += conflicts(catalogues)
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            advice = "run manage.py compile_catalogues" if options["check"] else "complete the .po files"
            raise CommandError(f"{len(problems)} texts need work; {advice}")
        self.stdout.write("translations are up to date" if options["check"] else "translations are compiled")


class Catalogue:
    """One app's texts, as the sources and as the .po file have them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.po_path = folder / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"
        self.texts = texts_of(folder)

    def problems(self) -> list[str]:
        """What `--check` complains of, one line each."""
        if not self.texts and not self.po_path.exists():
            return []
        po = self._read()
        known = {_text_of(entry) for entry in po}
        found = [f"{self.folder.name}: missing: {text.text}" for text in self.texts if text not in known]
        found += [f"{self.folder.name}: obsolete: {text.text}" for text in sorted(known - set(self.texts))]
        found += [f"{self.folder.name}: {problem}" for entry in po for problem in _problems_of(entry)]
        compiled = self.po_path.with_suffix(".mo")
        if not compiled.exists() or compiled.read_bytes() != po.to_binary():
            found.append(f"{self.folder.name}: django.mo is not what django.po compiles to")
        return found

    def write(self) -> list[str]:
        """Bring .po and .mo up to date; what a person still has to translate, one line each."""
        if not self.texts and not self.po_path.exists():
            return []
        self.po_path.parent.mkdir(parents=True, exist_ok=True)
        po = self._updated(self._read())
        po.save(str(self.po_path))
        po.save_as_mofile(str(self.po_path.with_suffix(".mo")))
        return [f"{self.folder.name}: {problem}" for entry in po for problem in _problems_of(entry)]

    def entries(self) -> list[POEntry]:
        """What the .po file holds now."""
        return list(self._read())

    def _read(self) -> POFile:
        import polib

        if self.po_path.exists():
            return polib.pofile(str(self.po_path), wrapwidth=110)
        po = polib.POFile(wrapwidth=110)
        po.metadata = {
            "Project-Id-Version": "celestial-nexus",
            "Language": LANGUAGE,
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Plural-Forms": "nplurals=1; plural=0;",
        }
        return po

    def _updated(self, po: POFile) -> POFile:
        import polib

        translated = {_text_of(entry): entry for entry in po}
        fresh = polib.POFile(wrapwidth=110)
        fresh.metadata = po.metadata
        for text, files in self.texts.items():
            entry = translated.get(text) or _new_entry(text)
            # Without line numbers: they would change with every edit and say nothing about the text.
            entry.occurrences = [(name, "") for name in files]
            fresh.append(entry)
        return fresh


def conflicts(catalogues: Iterable[Catalogue]) -> Iterator[str]:
    """Django merges the apps' catalogues, so a text translated in two ways would show one of them in both places."""
    seen: dict[Text, tuple[str, str]] = {}
    for catalogue in catalogues:
        for entry in catalogue.entries():
            translation = str(entry.msgstr_plural or entry.msgstr)
            other, where = seen.setdefault(_text_of(entry), (translation, catalogue.folder.name))
            if other != translation:
                yield f"{catalogue.folder.name}: translated differently in {where}: {entry.msgid}"


def _new_entry(text: Text) -> POEntry:
    import polib

    entry = polib.POEntry(msgid=text.text, msgctxt=text.context or None)
    if text.plural:
        entry.msgid_plural, entry.msgstr_plural = text.plural, {0: ""}
    return entry


def _text_of(entry: POEntry) -> Text:
    return Text(entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def _problems_of(entry: POEntry) -> Iterator[str]:
    translations = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if not all(translations):
        yield f"not translated: {entry.msgid}"
        return
    if entry.fuzzy:
        yield f"fuzzy: {entry.msgid}"
    # A plural's own form has every placeholder; the singular may leave the number out.
    wanted = sorted(set(_PLACEHOLDER.findall(entry.msgid_plural or entry.msgid)))
    if any(sorted(set(_PLACEHOLDER.findall(text))) != wanted for text in translations):
        yield f"placeholders differ: {entry.msgid}"


def texts_of(folder: Path) -> dict[Text, list[str]]:
    """Every text of an app with the files it is in, in a stable order."""
    found: dict[Text, list[str]] = {}
    for path in sorted([*folder.rglob("*.py"), *folder.rglob("templates/**/*.html")]):
        name = path.relative_to(folder.parent).as_posix()
        if "/migrations/" in name:
            continue
        source = path.read_text(encoding="utf-8")
        calls = python_texts(source) if path.suffix == ".py" else template_texts(source)
        for text in calls:
            files = found.setdefault(text, [])
            if name not in files:
                files.append(name)
    return found


def python_texts(source: str) -> Iterator[Text]:
    """The texts of calls like `_("…")`, under whatever name the function was imported."""
    tree = ast.parse(source)
    names = {name: name for name in CALLS} | _aliases(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := names.get(_called(node))):
            yield from _text_of_call(name, node.args)


def _aliases(tree: ast.AST) -> dict[str, str]:
    """`from django.utils.translation import gettext as _t` makes `_t` mean gettext."""
    imports = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
    ]
    return {
        alias.asname: alias.name
        for node in imports
        for alias in node.names
        if alias.asname and alias.name in CALLS
    }


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _text_of_call(name: str, arguments: list[ast.expr]) -> Iterator[Text]:
    def constant(position: int | None) -> str:
        if position is None or position >= len(arguments):
            return ""
        argument = arguments[position]
        return (
            argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""
        )

    context, text, plural = CALLS[name]
    if constant(text):
        yield Text(constant(context), constant(text), constant(plural))


def template_texts(source: str) -> Iterator[Text]:
    """Django turns a template into calls for xgettext, between blanked-out text; here Python reads them."""
    code = templatize(source)
    for match in _TEMPLATE_CALL.finditer(code):
        call = _parse_call(code, match.start())
        if call is not None:
            yield from _text_of_call(match.group(1), call.args)


def _parse_call(code: str, start: int) -> ast.Call | None:
    """The call that begins at `start`; its end is the first bracket with which it parses."""
    for end in _brackets(code, start):
        try:
            node = ast.parse(code[start : end + 1].strip(), mode="eval").body
        except SyntaxError:
            continue
        return node if isinstance(node, ast.Call) else None
    return None


def _brackets(code: str, start: int) -> Iterable[int]:
    position = code.find(")", start)
    while position != -1:
        yield position
        position = code.find(")", position + 1)
