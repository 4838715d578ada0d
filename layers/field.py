"""The page of a field team's phone: one HTML document, online with linked scripts or alone with all inside.

The page is no Streamlit page: it must be usable within seconds on a slow phone and go on without a network.
Its scripts (`assets/js/field_*.js`) read two blocks of JSON in it: `gz-field` (words, locale, whether the
page stands alone) and `gz-day` (the day of a team, as `/api/field/day` answers it), which a linked page asks
for. Everything that people wrote is text there, never markup.
"""

import json
from contextvars import copy_context
from html import escape
from typing import Any, Final

from i18n import gettext as _
from i18n import match_locale, use_locale
from layers import assets, field_words

#: Loaded one after the other, in this order.
SCRIPTS: Final = ("leaflet.js", "field.js")
STYLES: Final = ("leaflet.css", "field.css")

_ICON: Final = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 64 64'%3E"
    "%3Cpath d='M32 4 56 18v28L32 60 8 46V18z' fill='%231f6f8b'/%3E"
    "%3Cpath d='M32 16 45.5 24v16L32 48 18.5 40V24z' fill='none' stroke='%23fff' stroke-width='4'/%3E"
    "%3Ccircle cx='32' cy='32' r='5' fill='%23ffb84d'/%3E%3C/svg%3E"
)

_PAGE: Final = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="referrer" content="same-origin">
<meta name="theme-color" content="#f1efea" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#171d24" media="(prefers-color-scheme: dark)">
<meta name="apple-mobile-web-app-capable" content="yes">
<meta name="apple-mobile-web-app-title" content="{title}">
<title>{title}</title>
<link rel="icon" href="{icon}">
{head}
</head>
<body class="gf">
<div id="gf-map" class="gf-map"></div>
<main id="gf" class="gf-app"><p class="gf-loading">{loading}</p></main>
<noscript><p class="gf-loading">{noscript}</p></noscript>
<script type="application/json" id="gz-field">{config}</script>
{day}{scripts}
</body>
</html>
"""


def page(
    day: dict[str, Any] | None = None,
    *,
    locale: str = "en",
    inline: bool = False,
    extra: tuple[str, ...] = (),
    options: dict[str, Any] | None = None,
) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    day
        The day of a team as `/api/field/day` answers it; None where the page asks for it itself.
    locale
        Of the words, one of `i18n.LOCALES` or what a browser sends.
    inline
        Put all scripts and styles into the page, for a file that needs neither server nor network.
    extra
        Text of further scripts, run before the page starts: what differs in a file that stands alone.
    options
        More for the scripts to know, such as where the page's worker is; they stand in `gz-field`.

    Raises
    ------
    AssetError
        A script or a style is missing from the installation.
    """
    return copy_context().run(_page, day, match_locale(locale), inline, extra, options or {})


def _page(
    day: dict[str, Any] | None, locale: str, inline: bool, extra: tuple[str, ...], options: dict[str, Any]
) -> str:
    use_locale(locale)
    config = {"words": field_words.labels(), "locale": locale, "alone": inline, **options}
    return _PAGE.format(
        lang="zh-CN" if locale == "zh" else "en",
        title=escape(_("My cells")),
        icon=_ICON,
        head="\n".join(_styles(inline)),
        loading=escape(_("Loading")),
        noscript=escape(_("This page needs JavaScript.")),
        config=_json(config),
        day="" if day is None else f'<script type="application/json" id="gz-day">{_json(day)}</script>\n',
        scripts="\n".join(_scripts(inline, extra)),
    )


def _styles(inline: bool) -> list[str]:
    if inline:
        return [f"<style>{assets.stylesheet(name)}</style>" for name in STYLES]
    return [f'<link rel="stylesheet" href="{assets.url(name)}">' for name in STYLES]


def _scripts(inline: bool, extra: tuple[str, ...]) -> list[str]:
    own = [f"<script>{_script(text)}</script>" for text in extra]
    if inline:
        return [*own, *(f"<script>{_script(assets.asset(name).text)}</script>" for name in SCRIPTS)]
    return [*own, *(f'<script defer src="{assets.url(name)}"></script>' for name in SCRIPTS)]


def _script(text: str) -> str:
    """Return a script that cannot end the tag that it stands in."""
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _json(value: object) -> str:
    """Write JSON that cannot end the tag that it stands in."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
