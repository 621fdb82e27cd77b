"""What must hold for pages that are read without walking them: their text is that of the walk, to the byte."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from pipelines.documents.conversion import UnreadableDocument
from pipelines.documents.html import decode_html, page_text
from pipelines.documents.plain_html import plain_page_text
from tests.fuzzing.fragments import fragments
from tests.rendering.corpus import generate
from tests.rendering.markup import MARKUP_LAYOUTS

GOLDEN = sorted((Path(__file__).parents[1] / "golden" / "documents").glob("*.html"))
LAYOUTS = [name for name in MARKUP_LAYOUTS if name.startswith("html")]
# What a site prints round a report: some of it is never seen, some is no markup of a page but looks like it.
CHROME = [
    "<script>if (a < 3 && b > 1) document.write('<table><tr><td>1</td></tr></table>');</script>",
    "<script><!--\nvar a = '<p>x</p>';\n//--></script><style>td > p{display:none}</style>",
    "<!--[if lt IE 9]><p>old</p><![endif]--><!-- <td> -- > --><!-->",
    '<ul class="nav"><li><a href="/a?b=1&c=2" title="<首页>">首页</a></li>\n<li><a href="#">公开 &amp; 互动</a></li></ul>',
    '<form><input type="hidden" value="1"><input value="请输入&quot;关键字&quot;&nbsp;"><input type=submit value=搜索></form>',
    '<div style="display: none"><p>隐藏<span hidden>全部</span></p><table><tr><td>1<td>2</table></div>',
    "<noscript><p>请启用</p><noscript>x</noscript></noscript><object><p>12</p></object><iframe><td></iframe>",
    "<p>浏览次数：<span>1234</span>\u3000发布日期：2021-01-22&emsp;来源&#8203;：党政办</p>",
]
PARTS = [
    "<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<th colspan=2>", "</th>", "<caption>", "</caption>",
    "<tbody>", "<p>", "</p>", "<div>", "</div>", "<div hidden>", '<span style="display :\nNONE">', "</span>", "<br>",
    "<li>", "<sup>", "</sup>", "<sub>", "</sub>", "<del>", "</s>",
    "<a href='<b>'>", "</a>", "<b>", "</b>", "<script>", "</script>", "<style>", "</style>", "<!--", "-->", "--!>",
    "<![CDATA[", "]]>", "<?x", ">", "<", "</", "\"", "'", "=", "<a<b>", "<a<!--", "<p a<b=1>", "<p a<!--=1>", "<td\x0c",
    "<title>", "</title>", "<noscript>", "</noscript>", "<template>", "</template>", "<object>", "</object>", "<iframe>",
    "</iframe>", "<noframes>", "</noframes>", "<xmp>", "</xmp>", "<plaintext>", "<textarea>", "</textarea>", "<pre>",
    "</pre>", "<svg>", "</svg>", "<math>", "<textpath>", "<title/>", "<style/>", "<foreignObject>", "<select>", "<option>",
    "<form>", "<frameset>", "<input value=7>", "<input type='' value='&lt;&quot;'>", "<input type=hidden value=8>",
    "<input a\" value=5>", "<input title=' type=' value=5>", "<input title=' value=' value=6>", "<input =a=' value=' value=7>",
    "<p style='di\u017fplay:none'>", "<body hidden>", "<html style='display:none'>", "<table><tr><td>1<td>2</table>", "<o:p></o:p>",
    "<table><tr><td>规章<td>0<td>1<tr><td>文件<td>2<td>3</table>", "&lt;", "&amp;lt;", "&nbsp;", "&quot;", "&#2;", "&#9;",
    "&#13;", "\x00", "\x02", "\x03", "\x04", "\x05", "\x06", "\n", "\t", "\x1c", "\u2028", "\u200b", "文", "12", "3.5", "。",
    "很长的一段话" * 12, "第一句写了很多。", "2021-01-22", " ",
]  # fmt: skip
FEW = settings(deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)


def outcome(read, markup: str) -> str | tuple[object, ...] | None:
    try:
        return read(LexborHTMLParser(markup))
    except UnreadableDocument as refused:
        return refused.args


def is_same(markup: str) -> bool:
    """Tell whether the page was read without a walk; its text must be the walk's, also in the tree that is left."""
    tree = LexborHTMLParser(markup)
    plain = plain_page_text(tree)
    walked = outcome(page_text, markup)
    assert plain is None or plain == walked
    assert outcome(lambda _: page_text(tree), markup) == walked
    return plain is not None


def in_chrome(markup: str, rng: random.Random) -> str:
    around = rng.sample(CHROME, 4)
    return markup.replace("<body>", "<body>" + "\n".join(around[:2])).replace(
        "</body>", "\n".join(around[2:]) + "</body>"
    )


@pytest.mark.parametrize("layout", LAYOUTS)
def test_rendered_pages_are_read_without_a_walk(layout):
    pages = [decode_html(generate(seed, layout=layout).content)[0] for seed in range(40)]
    dressed = [in_chrome(page, random.Random(seed)) for seed, page in enumerate(pages)]
    assert all(map(is_same, [*pages, *dressed]))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_pages_are_read_without_a_walk(path):
    assert is_same(decode_html(path.read_bytes())[0])


def test_damaged_pages_have_the_text_of_the_walk():
    accepted = 0
    for seed in range(400):
        rng = random.Random(seed)
        page = in_chrome(decode_html(generate(seed % 40, layout=LAYOUTS[seed % len(LAYOUTS)]).content)[0], rng)
        for _ in range(rng.randint(1, 6)):
            at = rng.randrange(len(page))
            page = page[:at] + rng.choice(["", *PARTS]) + page[at + rng.choice([0, 1, 5, 200]) :]
        accepted += is_same(page)
    assert accepted > 0.4 * 400, "hardly any damaged page was read without a walk"


@given(st.lists(st.sampled_from(PARTS), max_size=60).map("".join))
@settings(FEW, max_examples=1500)
def test_hostile_markup_has_the_text_of_the_walk(markup):
    is_same(markup)


@given(st.lists(st.sampled_from([*PARTS, *sorted(set(fragments()))]), max_size=60).map("".join), st.text(max_size=40))
@settings(FEW, max_examples=300)
def test_markup_among_words_of_the_form_has_the_text_of_the_walk(markup, text):
    is_same(markup + text)


@pytest.mark.parametrize(
    "markup",
    [
        "<pre>一\n二</pre>",
        "<svg><style>a<!--</style></svg>",
        "<a<!--b>一<script>--> x > y</script>",
        "<p a<b=1>一<xmp>--></xmp>",
        "<p>一</p><script><!--<script></script><p>x</p></script>",
        "<table><tr><td>1<td>2<table><tr><td>3<td>4</table><tr><td>1<td>2</table>",
        "<p>\x02</p>",
        "<body hidden>一",
        "<input =a='x value=' value=7>",
    ],
)
def test_what_is_not_plain_is_left_to_the_walk(markup):
    assert plain_page_text(LexborHTMLParser(markup)) is None


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>一<input title=' type=' value=5>", "一5\n"),
        ("<p>一<input title=' value=' value=7>", "一7\n"),
        ("<p>一<input value=7 type=hidden><input disabled value='2 3' type=number>", "一2 3\n"),
        ("<p style='di\u017fplay:none'>12", "12\n"),
    ],
)
def test_what_is_typed_into_a_page_stands_on_it(markup, text):
    assert plain_page_text(LexborHTMLParser(markup)) == text
    assert page_text(LexborHTMLParser(markup)) == text


@pytest.mark.parametrize(
    "piece", ["<a<!--", "<p>", "<table>", "<script>", "<!--", "<a href='", "<div hidden>", "<tr><td>"]
)
def test_pages_without_an_end_are_no_trouble(piece):
    is_same(piece * 3_000)
