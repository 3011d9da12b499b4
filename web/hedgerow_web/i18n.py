"""English and Japanese: which one a reader gets, and the texts of the pages.

The English text is the key; `translations/ja.po` holds the Japanese one. A language is asked for by
`?lang=`, kept in a cookie, else taken from the browser.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from flask import Flask, Response, g, request
from markupsafe import Markup

LANGUAGES = ("en", "ja")
_COOKIE = "lang"
_CATALOGUE = Path(__file__).with_name("translations") / "ja.po"


@cache
def _japanese() -> dict[str, str]:
    with _CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="ja")
    return {str(message.id): str(message.string) for message in catalogue if message.id and message.string}


def language() -> str:
    """The reader's language."""
    if "language" not in g:
        asked = request.args.get("lang") or request.cookies.get(_COOKIE)
        g.language = asked if asked in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "en"
    return str(g.language)


def translate(text: str, **values: object) -> str:
    """A text of the site in the reader's language, with its values filled in."""
    chosen = _japanese().get(text, text) if language() == "ja" else text
    return chosen.format(**values) if values else chosen


def words(text: str) -> str:
    """A text of an answer: whole when the site knows it, else each part of a list of known words."""
    whole = translate(text)
    if language() == "en" or whole != text:
        return whole
    known = _japanese()
    parts = text.split(", ")
    return translate(", ").join(map(translate, parts)) if all(part in known for part in parts) else text


def sentence(text: str, **values: object) -> Markup:
    """A text of the site with values that may be links; a plain value is escaped."""
    chosen = _japanese().get(text, text) if language() == "ja" else text
    return Markup(chosen).format(**values)  # noqa: S704 - the text is our own, format escapes what is put in


def counted(count: int, one: str, many: str, **values: object) -> Markup:
    """A text of the site about so many things: `one` for a single one, else `many`, which may say the `{count}`."""
    return sentence(one if count == 1 else many, count=number(count), **values)


def number(value: object) -> str:
    """A number for a person: grouped; whole from a thousand on, else four digits behind the point.

    A small figure keeps its first four digits, for it must not become a zero; nor must a purity become a one.
    """
    if value is None:
        return ""
    figure = float(str(value))
    if figure and abs(figure) < 0.001:
        return f"{Decimal(f'{figure:.3e}').normalize():f}"
    if 0.999 < abs(figure) < 1:
        return format_decimal(figure, format="0.########", locale=language())
    digits = 0 if abs(figure) >= 1000 or figure.is_integer() else 4
    return format_decimal(round(figure, digits), format="#,##0.####", locale=language())


def _same_page(wanted: str) -> str:
    """The address of this page in another language."""
    return f"{request.script_root}{request.path}?{urlencode({**request.args.to_dict(), 'lang': wanted})}"


def init(app: Flask) -> None:
    """Give templates the functions of this module and the language; remember a language that was asked for."""

    @app.context_processor
    def _context() -> dict[str, object]:
        return {
            "_": translate,
            "sentence": sentence,
            "counted": counted,
            "words": words,
            "number": number,
            "language": language(),
            "other_language": _same_page,
        }

    @app.after_request
    def _remember(response: Response) -> Response:
        asked = request.args.get("lang")
        if asked in LANGUAGES:
            response.set_cookie(_COOKIE, asked, max_age=31_536_000, samesite="Lax", httponly=True)
        if response.mimetype == "text/html":
            response.vary.update(("Accept-Language", "Cookie"))
            response.headers["Content-Language"] = language()
        return response
