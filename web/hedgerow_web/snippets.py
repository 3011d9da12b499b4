"""The lines that ask a question from other tools, ready to be copied, with the parameters in use.

Whatever is put into them is written as a string of the language it is put into.
"""

from __future__ import annotations

import json
import keyword
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import escape

from hedgerow.questions import Question
from hedgerow.tiers import DEMO

#: The languages a question is asked in, by default the first.
_PLAIN = "en"


@dataclass(frozen=True)
class Use:
    """A question with its parameters as it is asked of a site."""

    question: Question
    values: Mapping[str, str]
    #: The query with the parameters bound.
    query: str
    #: The address of the registry, without the place of the demonstration.
    site: str
    tier: str
    language: str

    @property
    def place(self) -> str:
        """The path of the tier's pages."""
        return f"{DEMO}/" if self.tier == DEMO else ""

    @property
    def asked(self) -> dict[str, str]:
        """What an address asks: the parameters, and the language where it is not the usual one."""
        return dict(self.values) if self.language == _PLAIN else {**self.values, "lang": self.language}

    def address(self, suffix: str) -> str:
        """The address of the answer in a form."""
        query = f"?{urlencode(self.asked)}" if self.asked else ""
        return f"{self.site}/{self.place}questions/{self.question.name}.{suffix}{query}"


def python(use: Use) -> str:
    """With the package hedgerow."""
    given = {"of": use.site, **({"tier": use.tier} if use.place else {}), **use.asked}
    # A parameter may be called as a word of the language is; as a key it is a string.
    words = "".join(f", {name}={_quoted(value)}" for name, value in given.items() if _plain(name))
    rest = {name: value for name, value in given.items() if not _plain(name)}
    words += f", **{json.dumps(rest, ensure_ascii=False)}" if rest else ""
    return f"""import hedgerow

answer = hedgerow.ask({_quoted(use.question.name)}{words})
for row in answer.rows:
    print(row)
table = answer.to_pandas()  # pip install 'hedgerow[pandas]'
"""


def sparqlwrapper(use: Use) -> str:
    """With SPARQLWrapper: the query itself, which can be changed."""
    query = use.query.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'''from SPARQLWrapper import JSON, POST, SPARQLWrapper

query = """
{query.strip()}
"""
endpoint = SPARQLWrapper({_quoted(f"{use.site}/{use.place}sparql")})
endpoint.setMethod(POST)
endpoint.setReturnFormat(JSON)
endpoint.setTimeout(60)
endpoint.setQuery(query)
for row in endpoint.queryAndConvert()["results"]["bindings"]:
    print({{name: cell["value"] for name, cell in row.items()}})
'''


def r(use: Use) -> str:
    """With R alone."""
    return f"""answer <- read.csv(
  {_quoted(use.address("csv"))},
  na.strings = "", encoding = "UTF-8", check.names = FALSE
)
"""


def power_query(use: Use) -> str:
    """With Power Query, in Excel and Power BI."""
    given = ", ".join(f"{name} = {_in_m(value)}" for name, value in use.asked.items())
    path = _in_m(f"{use.place}questions/{use.question.name}.csv")
    return f"""let
  answer = Web.Contents(
    {_in_m(use.site)},
    [RelativePath = {path}, Query = [{given}]]
  ),
  rows = Csv.Document(answer, [Delimiter = ",", Encoding = TextEncoding.Utf8, QuoteStyle = QuoteStyle.Csv])
in
  Table.PromoteHeaders(rows)
"""


def curl(use: Use) -> str:
    """With curl: the workbook as a file."""
    file = f"{'synthetic-' if use.place else ''}{use.question.name}.xlsx"
    return f"curl --fail --output {shlex.quote(file)} {_in_shell(use.address('xlsx'))}\n"


def frame(address: str, title: str) -> str:
    """The element that shows the embedded answer within another page."""
    return (
        f'<iframe src="{escape(address)}" title="{escape(title)}" width="100%" height="480" loading="lazy"></iframe>\n'
    )


#: Title: the lines. The title is that of the tool, the same in every language.
SNIPPETS: Mapping[str, Callable[[Use], str]] = {
    "Python": python,
    "Python (SPARQLWrapper)": sparqlwrapper,
    "R": r,
    "Excel, Power BI (Power Query)": power_query,
    "curl": curl,
}


def _plain(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name)


def _quoted(text: str) -> str:
    """A string of Python and of R; both take the escapes of JSON."""
    return json.dumps(text, ensure_ascii=False)


def _in_m(text: str) -> str:
    """A string of the language M: quotes doubled, and what would begin an escape written as one.

    >>> print(_in_m('a "b" #(lf)'))
    "a ""b"" #(#)(lf)"
    """
    return '"' + text.replace("#(", "#(#)(").replace('"', '""') + '"'


def _in_shell(text: str) -> str:
    """A word of a shell, in quotes even where it needs none."""
    return "'" + text.replace("'", "'\"'\"'") + "'"
