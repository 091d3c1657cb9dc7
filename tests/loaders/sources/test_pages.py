"""Pages that list other pages are no articles; articles that link to others are."""

import pytest

from loaders.sources.pages import article_of_page

HEADLINES = {
    "Marlin buys Veld Semiconductor": "Marlin Semiconductor said on Monday that it had bought Veld Semiconductor, a maker of "
    "chips for cars, in a deal worth two billion euros.",
    "Tools for Harbor": "Tavrin Works will supply etching tools to Harbor Chips of Rotterdam under a contract that was signed "
    "last week, both firms said on Tuesday.",
    "Banks are sanctioned": "The government put three banks on its list of sanctioned firms on Friday, among them Marlin Bank "
    "and its Dresden unit, a notice of the ministry says.",
    "A mine opens": "A mine near the lake opened on Thursday after four years of work, and will deliver rare earths to four "
    "makers of magnets in the region.",
    "A subsidy for Yentrak": "Yentrak Works was given a subsidy of ninety million by the ministry of industry for its new plant "
    "in the south of the country.",
}
NUMBERED = [(number, headline, text) for number, (headline, text) in enumerate(HEADLINES.items())]
TEASERS = {
    "a linked heading over a summary": "<article><h2><a href='/n/{0}'>{1}</a></h2><p>{2}</p></article>",
    "a list of links with days": "<li><a href='/n/{0}'>{1}: {2}</a> <span>12 March 2024</span></li>",
    "cards that are links": "<div><a href='/n/{0}'><h3>{1}</h3><p>{2}</p></a></div>",
    "read more": "<div><h3>{1}</h3><p>{2}</p><a href='/n/{0}'>Read more</a></div>",
}
ARTICLES = {
    "linked words": "<p>{2} <a href='/x/{0}'>Reuters</a> says.</p>",
    "sections with a link each": "<h2>{1}</h2><p>{2} <a href='/x/{0}'>Details</a> follow.</p><p>{2}</p>",
    "sections of one page": "<section><h2><a href='#part-{0}'>{1}</a></h2><p>{2}</p></section>",
}
BROKEN = "<a href='http://[bad'>An address that is none</a><a href='mailto:desk@example.org'>Write to us</a>"
MENU = (
    "<ul>" + "".join(f"<li><a href='/{name}'>{name}</a></li>" for name in ("Marlin", "Veld", "Monday", "on")) + "</ul>"
)


def page(body: str) -> bytes:
    return f"<html><body><nav><a href='/'>Home</a></nav>{MENU}{BROKEN}<main>{body}</main></body></html>".encode()


@pytest.mark.parametrize("teaser", TEASERS.values(), ids=TEASERS)
def test_a_page_of_teasers_is_no_article(teaser: str) -> None:
    body = "".join(teaser.format(*item) for item in NUMBERED)
    assert article_of_page(page(body), url="https://example.org/news") is None


@pytest.mark.parametrize("part", ARTICLES.values(), ids=ARTICLES)
def test_an_article_that_links_to_other_pages_is_read(part: str) -> None:
    body = "<article><h1>The week</h1>" + "".join(part.format(*item) for item in NUMBERED) + "</article>"
    article = article_of_page(page(body), url="https://example.org/week")
    assert article is not None
    assert "bought Veld Semiconductor" in article.text


def test_an_article_with_teasers_of_others_below_it_is_read() -> None:
    story = "".join(f"<p>{text} {text}</p>" for text in HEADLINES.values())
    below = "".join(TEASERS["a linked heading over a summary"].format(*item) for item in NUMBERED)
    article = article_of_page(page(f"<article>{story}</article><aside>{below}</aside>"), url="https://example.org/a")
    assert article is not None
    assert "bought Veld Semiconductor" in article.text
