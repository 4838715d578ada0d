"""Open311 answers and other lists of records, in JSON and XML, as tables of text."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

import polars as pl
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from data.given import whole
from data.ingest.encoding import scan
from data.ingest.files import Source
from data.ingest.reasons import Notice
from data.ingest.tables import FrameTable
from data.ingest.times import NOTHING
from geo.errors import ImportFileError
from i18n import gettext as _

#: Converters from XML write the attribute nil="true" of an empty date as its value.
_NIL: Final = frozenset({"true", "false"})
_DATE: Final = "datetime"


def open_json(source: Source, options: Mapping[str, str]) -> FrameTable:
    """Open a JSON list of objects, an object that holds one, or one object a line.

    Of a key that stands twice in an object the first value that says something counts; blanks around
    keys do not matter; objects inside objects become columns `outer.inner`.

    Raises
    ------
    ImportFileError
        What is not JSON, or holds no list of objects.
    """
    text = _text(source, options)
    try:
        try:
            found = json.loads(text, object_pairs_hook=_merged)
        except json.JSONDecodeError as error:
            lines = [line for line in text.splitlines() if line.strip()]
            if len(lines) < 2 or not lines[0].rstrip().endswith("}") or error.pos < len(lines[0]):
                raise
            found = [json.loads(line, object_pairs_hook=_merged) for line in lines]
    except (json.JSONDecodeError, RecursionError) as error:
        raise ImportFileError(
            _("{name} cannot be read as JSON: {error}.", name=source.path.name, error=error)
        ) from error
    records = _list_of_objects(found)
    if records is None:
        raise ImportFileError(
            _(
                "{name} holds no list of records. Expected a list of objects, such as an Open311 answer.",
                name=source.path.name,
            )
        )
    return _table(source, (_flat(record) for record in records), kind="JSON")


def open_xml(source: Source, _options: Mapping[str, str]) -> FrameTable:
    """Open XML whose repeated element is a record, such as an Open311 answer.

    Raises
    ------
    ImportFileError
        What is not XML, tries to reach outside the file, or holds no records.
    """
    records: list[dict[str, str | None]] = []
    try:
        with closing(source.open()) as stream:
            open_elements: list[Element] = []
            for event, element in iterparse(stream, events=("start", "end")):
                if event == "start":
                    open_elements.append(element)
                    continue
                open_elements.pop()
                if len(element) and not any(len(child) for child in element):
                    records.append(_merged((_tag(child), _value(child)) for child in element))
                    element.clear()
                    if open_elements:
                        open_elements[-1].remove(element)
    except (ParseError, DefusedXmlException) as error:
        raise ImportFileError(
            _("{name} cannot be read as XML: {error}.", name=source.path.name, error=error)
        ) from error
    if not records:
        raise ImportFileError(_("{name} holds no records.", name=source.path.name))
    return _table(source, records, kind="XML")


def _text(source: Source, options: Mapping[str, str]) -> str:
    with closing(source.open()) as stream:
        found = scan(stream, encoding=options.get("encoding"))
    with closing(source.open()) as stream:
        return stream.read()[found.bom :].decode(found.encoding, "replace")


def _merged(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its pairs; of a key given twice the first value that says something counts."""
    result: dict[str, Any] = {}
    for key, value in pairs:
        name = key.strip()
        said = _said(name, value)
        if result.get(name) is None:
            result[name] = said
    return result


def _said(name: str, value: Any) -> Any:
    if isinstance(value, str) and value.strip().lower() in NOTHING:
        return None
    if name.endswith(_DATE) and (isinstance(value, bool) or (isinstance(value, str) and value in _NIL)):
        return None
    return value


def _list_of_objects(found: Any) -> list[dict[str, Any]] | None:
    """Find the records: the list itself, the longest one in the object, or the object alone."""
    if isinstance(found, list):
        return found if all(isinstance(item, dict) for item in found) else None
    if not isinstance(found, dict):
        return None
    lists = [
        value for value in found.values() if isinstance(value, list) and value and isinstance(value[0], dict)
    ]
    if lists:
        return _list_of_objects(max(lists, key=len))
    inner = [
        records
        for value in found.values()
        if (records := _list_of_objects(value) if isinstance(value, dict) else None)
    ]
    if inner and not any(not isinstance(value, dict) for value in found.values()):
        return inner[0]
    if any(isinstance(value, list) and not value for value in found.values()):
        return []
    return [found]


def _flat(record: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{prefix}{key}."))
        else:
            flat[prefix + key] = json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
    return flat


def _table(source: Source, records: Iterable[Mapping[str, Any]], *, kind: str) -> FrameTable:
    rows = list(records)
    names = list(Counter(name for row in rows for name in row))
    texts = {name: [_as_text(row.get(name)) for row in rows] for name in names}
    halves = 0
    for values in texts.values():
        for place, value in enumerate(values):
            if value is not None and not _is_whole(value):
                values[place] = whole(value)
                halves += 1
    columns = {whole(name): pl.Series(values, dtype=pl.String) for name, values in texts.items()}
    table = FrameTable(source, pl.DataFrame(columns), kind=kind)
    if halves:
        table.notices.append(Notice("half_characters", halves))
    return table


def _is_whole(text: str) -> bool:
    """Say whether a text holds no half of a character, as JSON can write it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _value(element: Element) -> str | None:
    return (element.text or "").strip() or None
