from __future__ import annotations

from io import StringIO
from pathlib import Path

import polib
import pytest
from django.core.management import CommandError, call_command

from celestial_site.management.commands.compile_catalogues import Text, python_texts, template_texts


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one app, one text in Python and one in a template."""
    app = tmp_path / "wechat"
    (app / "templates" / "x").mkdir(parents=True)
    (app / "views.py").write_text('from django.utils.translation import gettext as _\n_("Hello %(name)s")\n')
    (app / "templates" / "x" / "page.html").write_text('{% load i18n %}{% translate "Bye" %}')
    return tmp_path


def run(folder: Path, **options: object) -> str:
    err = StringIO()
    try:
        call_command("compile_catalogues", folder=folder, stdout=StringIO(), stderr=err, **options)
    except CommandError as error:
        return f"{err.getvalue()}{error}"
    return ""


def po_of(folder: Path) -> polib.POFile:
    return polib.pofile(str(folder / "wechat/locale/zh_Hans/LC_MESSAGES/django.po"))


def translate(folder: Path, **texts: str) -> None:
    po = po_of(folder)
    for entry in po:
        entry.msgstr = texts.get(entry.msgid.split()[0], entry.msgstr)
    po.save()


@pytest.fixture
def translated(project: Path) -> Path:
    run(project)
    translate(project, Hello="你好 %(name)s", Bye="再见")
    assert run(project) == ""
    return project


def test_texts_of_python_and_templates_are_collected(project):
    run(project)
    assert {entry.msgid for entry in po_of(project)} == {"Hello %(name)s", "Bye"}


def test_an_untranslated_text_is_an_error(project):
    assert "wechat: not translated: Bye" in run(project)
    assert "wechat: not translated: Bye" in run(project, check=True)


def test_a_complete_catalogue_passes(translated):
    assert run(translated, check=True) == ""


def test_translations_survive_another_run(translated):
    assert run(translated) == ""
    assert po_of(translated).find("Bye").msgstr == "再见"


def test_a_missing_text_is_an_error_and_is_added(translated):
    (translated / "wechat" / "new.py").write_text('from x import gettext_lazy as _\nx = _("New")\n')
    assert "missing: New" in run(translated, check=True)
    run(translated)
    assert po_of(translated).find("New") is not None


def test_an_obsolete_text_is_an_error_and_is_removed(translated):
    (translated / "wechat" / "views.py").unlink()
    assert "obsolete: Hello" in run(translated, check=True)
    assert run(translated) == ""
    assert po_of(translated).find("Hello %(name)s") is None


def test_a_stale_mo_file_is_an_error(translated):
    translate(translated, Bye="拜拜")
    assert "django.mo is not what django.po compiles to" in run(translated, check=True)
    (translated / "wechat/locale/zh_Hans/LC_MESSAGES/django.mo").unlink()
    assert "django.mo is not what django.po compiles to" in run(translated, check=True)


def test_a_lost_placeholder_is_an_error(translated):
    translate(translated, Hello="你好")
    assert "placeholders differ: Hello %(name)s" in run(translated)


def test_a_text_translated_in_two_ways_is_an_error(translated):
    other = translated / "predictions"
    other.mkdir()
    (other / "views.py").write_text('from x import gettext as _\nx = _("Bye")\n')
    run(translated)
    path = other / "locale/zh_Hans/LC_MESSAGES/django.po"
    po = polib.pofile(str(path))
    po[0].msgstr = "拜拜"
    po.save()
    assert "predictions: translated differently in wechat: Bye" in run(translated)


def test_checking_writes_nothing(project):
    run(project, check=True)
    assert not (project / "wechat" / "locale").exists()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('_("a")', Text("", "a", "")),
        ('gettext_lazy("a" "b")', Text("", "ab", "")),
        ('translation.gettext("a")', Text("", "a", "")),
        ('ngettext("one", "many", n)', Text("", "one", "many")),
        ('pgettext("verb", "open")', Text("verb", "open", "")),
        ('npgettext_lazy("c", "one", "many", n)', Text("c", "one", "many")),
        ("from django.utils.translation import gettext as _t\n_t('a')", Text("", "a", "")),
    ],
)
def test_every_form_of_call_is_read(source, expected):
    assert list(python_texts(source)) == [expected] or expected in set(python_texts(source))


@pytest.mark.parametrize("source", ["_(name)", "f('a')", "_('')", "_()"])
def test_what_is_no_text_is_left_alone(source):
    assert list(python_texts(source)) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{% translate "a" %}', Text("", "a", "")),
        ("{% translate 'it (really) is' %}", Text("", "it (really) is", "")),
        ('{% trans "open" context "verb" %}', Text("verb", "open", "")),
        ("{% blocktranslate %}a {{ b }}{% endblocktranslate %}", Text("", "a %(b)s", "")),
        ("{% blocktranslate trimmed %}\n a\n b\n{% endblocktranslate %}", Text("", "a b", "")),
        (
            "{% blocktranslate count n=x %}one{% plural %}{{ n }} many{% endblocktranslate %}",
            Text("", "one", "%(n)s many"),
        ),
        ('{{ x|default:_("none") }}', Text("", "none", "")),
    ],
)
def test_every_form_of_template_tag_is_read(source, expected):
    assert list(template_texts("{% load i18n %}" + source)) == [expected]


def test_the_products_catalogues_are_complete():
    call_command("compile_catalogues", check=True, stdout=StringIO())
