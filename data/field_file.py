"""Answers of a field team in a file that its phone saved: read whole, or what is whole of a damaged one."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from data.actors import Actor
from data.field_forms import Handed, read_answers
from data.field_kept import Answered
from data.store import Store
from geo.errors import GivenError, ImportFileError
from i18n import gettext as _

_LIST: Final = '"answers"'
_MOST_BYTES: Final = 500_000_000


@dataclass(frozen=True, slots=True)
class AnswersFile:
    """What a file holds.

    Attributes
    ----------
    handed
        Without `sent`: a file waits after it was saved, so that the phone's clock cannot be told from it.
    damage
        Why it is not whole, in words; empty where it is. The answers are then those before the damage.
    """

    name: str
    team: int
    handed: Handed
    damage: str = ""


def read_file(path: Path) -> AnswersFile:
    """Read a file of answers; errors as `read_content`, and ImportFileError where it cannot be opened."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ImportFileError(_("'{path}' is too large to hold answers of a team.", path=path))
        content = path.read_bytes()
    except OSError as error:
        raise ImportFileError(
            _("'{path}' cannot be read: {why}.", path=path, why=error.strerror or error)
        ) from error
    return read_content(content, name=path.name)


def read_content(content: bytes, *, name: str) -> AnswersFile:
    """Read what a phone saved.

    A file that is cut short or damaged is read as far as it is whole; whoever takes its answers is to be told
    of `damage` first. Handing in the whole file later changes nothing twice.

    Raises
    ------
    ImportFileError
        It holds no answers of a team.
    """
    try:
        text = content.decode("utf-8-sig")
        damage = ""
    except UnicodeDecodeError as error:
        text = content[: error.start].decode("utf-8-sig")
        damage = str(error.reason)
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        return _rest(text, name=name, why=damage or str(error))
    return _checked(told, name=name, damage="" if not damage else _damaged(name, damage))


def _rest(text: str, *, name: str, why: str) -> AnswersFile:
    """Read the whole answers at the start of a damaged file; its head stands before them."""
    head, found, rest = text.partition(_LIST)
    start = rest.find("[")
    if not found or start < 0:
        raise ImportFileError(_("'{name}' holds no answers of a field team: {why}.", name=name, why=why))
    try:
        told = json.loads(head.rstrip().removesuffix(",") + "}")
    except (ValueError, RecursionError):
        raise ImportFileError(_("'{name}' is damaged at its start: {why}.", name=name, why=why)) from None
    answers, at, decoder = [], start + 1, json.JSONDecoder()
    while True:
        while at < len(rest) and rest[at] in " \t\r\n,":
            at += 1
        try:
            answer, at = decoder.raw_decode(rest, at)
        except (ValueError, RecursionError):
            break
        answers.append(answer)
    return _checked({**told, "answers": answers}, name=name, damage=_damaged(name, why))


def _checked(told: Any, *, name: str, damage: str) -> AnswersFile:
    try:
        handed = read_answers(told)
    except GivenError as error:
        raise ImportFileError(_("'{name}': {why}", name=name, why=error)) from error
    if handed.team is None:
        raise ImportFileError(_("'{name}' does not say which team's answers these are.", name=name))
    return AnswersFile(name, handed.team, replace(handed, sent=None), damage)


def take(file: AnswersFile, store: Store, *, actor: Actor) -> list[Answered]:
    """Hand in the answers of a file in their order, and return what became of each.

    Raises
    ------
    GivenError
        They are for another store.
    TeamError
        There is no such team.
    NotAllowedError
        The actor may not hand in answers of this team.
    """
    file.handed.check_store(store.identity)
    return [store.answer(answer, actor=actor, team=file.team) for answer in file.handed.answers]


def _damaged(name: str, why: str) -> str:
    return _("'{name}' is damaged or cut short ({why}).", name=name, why=why)
