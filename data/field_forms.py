"""What phones hand in, read and checked before any of it is believed: answers, alone and in files."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid5

from data.field_acts import ACTS, NEEDS, act_label
from data.given import is_number, whole
from data.transitions import need_word
from geo.errors import GivenError
from i18n import gettext as _

#: The edition of the form; phones say which one they speak.
FORM: Final = 1
#: At most so many answers are taken at once.
MOST_ANSWERS: Final = 2_000
MOST_LETTERS: Final = 4_000

_KIN: Final = UUID("6f1f6a0e-2a0f-4d39-9a56-6d1d0c9d3b11")
_ROLES: Final = ("before", "after", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a team answered.

    Attributes
    ----------
    uid
        The number that the phone gave it: the same answer handed in twice counts once.
    case, of
        The case that it is about, or the answer that reported that case before it had a number.
    version
        The version of the case that the team looked at; None where that is not known.
    at
        When it was given, by the clock of the phone; None where that is not said.
    lon, lat
        Where it was given, or where the reported problem is; WGS-84.
    when
        What a photo shows: before, after, or empty.
    told
        All of it but the photo, as it came.
    """

    uid: str
    act: str
    case: int | None = None
    version: int | None = None
    at: datetime | None = None
    reason: str = ""
    note: str = ""
    lon: float | None = None
    lat: float | None = None
    category: str | None = None
    when: str = ""
    photo: bytes | None = None
    of: str | None = None
    told: str = "{}"


@dataclass(frozen=True, slots=True)
class Damaged:
    """An answer that cannot be understood, with every fault of it; it is kept under a number all the same."""

    uid: str
    said_uid: str  # as the phone said it, however wrong
    act: str
    faults: str
    told: str
    photo: bytes | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """Answers that are handed in at once.

    Attributes
    ----------
    sent
        What the phone's clock said as it sent them; None where it does not say.
    answers
        As they were told, not read yet.
    store
        The name of the store that they are for (`store` of the day); empty where they do not say.
    """

    team: int | None
    sent: datetime | None
    answers: list[Any]
    store: str = ""

    def check_store(self, identity: str) -> None:
        """Refuse answers for another store: a case of the same number is another case there.

        Raises
        ------
        GivenError
            They are.
        """
        if self.store and self.store != store_name(identity):
            raise GivenError(_("These answers belong to the records of another city, or to an older copy."))


def store_name(identity: str) -> str:
    """Return the name by which a day and its answers know a store of this identity."""
    return identity[:12]


def read_answer(told: Any, *, photo: bytes | None = None) -> Answer | Damaged:
    """Read one answer of the form.

    Parameters
    ----------
    told
        An object as JSON has it.
    photo
        The picture, where it came beside the answer and not in it.
    """
    if not isinstance(told, Mapping):
        text = _text_of(told)
        return Damaged(str(uuid5(_KIN, text)), "", "", _("An answer is no object."), text)
    bare = {str(name): value for name, value in told.items() if name != "photo"}
    text = _text_of(bare)
    faults: list[str] = []
    act = str(told.get("act"))[:16]
    picture = photo if photo is not None else _picture(told.get("photo"))
    uid = _uid(told.get("uid"))
    if uid is None:
        faults.append(_("uid: {value!r} is not a number of an answer.", value=_short(told.get("uid"))))
    if act not in ACTS:
        faults.append(
            _("act: {value!r} is none of {acts}.", value=_short(told.get("act")), acts=", ".join(ACTS))
        )
    values: dict[str, Any] = {
        "case": _number("case", told.get("case"), faults),
        "version": _number("version", told.get("version"), faults),
        "at": _moment(told.get("at"), faults),
        "reason": _words("reason", told.get("reason"), faults),
        "note": _words("note", told.get("note"), faults),
        "category": _words("category", told.get("category"), faults) or None,
        "when": _role(told.get("when"), faults),
        "of": _of(told.get("of"), faults),
        **_position(told, faults),
    }
    if not faults:
        faults += _lacking(act, {**values, "photo": picture})
    if faults:
        known = uid or str(uuid5(_KIN, text))
        return Damaged(
            known,
            whole(str(told.get("uid"))[:64]),
            act if act in ACTS else "",
            " ".join(faults),
            text,
            picture,
        )
    return Answer(uid=uid or "", act=act, photo=picture, told=text, **values)


def photo_uid(uid: str) -> str:
    """Return the number of the photo that came in an answer of this number."""
    return str(uuid5(UUID(uid), "photo"))


def read_answers(told: Any) -> Handed:
    """Read what is handed in at once.

    Raises
    ------
    GivenError
        It is no such form, of another edition, or holds more than `MOST_ANSWERS`.
    """
    if not isinstance(told, Mapping) or not isinstance(told.get("answers"), list):
        raise GivenError(_("These are no answers of a field team: the list 'answers' is missing."))
    if told.get("form") != FORM:
        form = _short(told.get("form"))
        raise GivenError(_("Answers of the form {form} are not known here. Load the page anew.", form=form))
    answers = told["answers"]
    if len(answers) > MOST_ANSWERS:
        words = _(
            "{n} answers at once are too many. Expected {most} at most.", n=len(answers), most=MOST_ANSWERS
        )
        raise GivenError(words)
    faults: list[str] = []
    team, sent = _number("team", told.get("team"), faults), _moment(told.get("sent"), faults, name="sent")
    if faults:
        raise GivenError(" ".join(faults))
    store = told.get("store")
    return Handed(team, sent, answers, store if isinstance(store, str) else "")


def read_moment(name: str, value: Any) -> datetime | None:
    """Read a moment with its zone; None where there is none.

    Raises
    ------
    GivenError
        It is no moment, or one without zone.
    """
    faults: list[str] = []
    found = _moment(value, faults, name=name)
    if faults:
        raise GivenError(faults[0])
    return found


def _lacking(act: str, values: dict[str, Any]) -> list[str]:
    if act == "report":
        lacks = [name for name in ("category", "lon", "lat") if values[name] is None]
    else:
        lacks = [name for name in NEEDS.get(act, ()) if not values[name]]
        if values["case"] is None and values["of"] is None:
            lacks.append("case")
    return (
        [
            _(
                "'{act}' needs {missing}.",
                act=act_label(act),
                missing=_(" and ").join(_need(name) for name in lacks),
            )
        ]
        if lacks
        else []
    )


def _need(name: str) -> str:
    return (
        need_word(name)
        if name in ("reason", "note")
        else {
            "photo": _("a photo"),
            "case": _("a case"),
            "category": _("a category"),
        }.get(name, _("a place"))
    )


def _uid(value: Any) -> str | None:
    if not isinstance(value, str) or len(value) > 64:
        return None
    try:
        return str(UUID(value))
    except ValueError:
        return None


def _of(value: Any, faults: list[str]) -> str | None:
    if value is None or value == "":
        return None
    found = _uid(value)
    if found is None:
        faults.append(_("of: {value!r} is not a number of an answer.", value=_short(value)))
    return found


def _number(name: str, value: Any, faults: list[str]) -> int | None:
    if value is None:
        return None
    if not is_number(value):
        faults.append(_("{name}: {value!r} is not a whole number.", name=name, value=_short(value)))
        return None
    return int(value)


def _moment(value: Any, faults: list[str], *, name: str = "at") -> datetime | None:
    """Read a moment with its zone; whether a clock can mean it is left to who judges it."""
    if value is None or value == "":
        return None
    try:
        found = datetime.fromisoformat(value)
        if found.utcoffset() is None:
            raise ValueError
        return found.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        faults.append(_("{name}: {value!r} is not a time with its zone.", name=name, value=_short(value)))
        return None


def _words(name: str, value: Any, faults: list[str]) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > MOST_LETTERS:
        faults.append(
            _("{name}: expected a text of at most {most} characters.", name=name, most=MOST_LETTERS)
        )
        return ""
    return whole(value.replace("\0", "")).strip()


def _role(value: Any, faults: list[str]) -> str:
    found = "" if value is None or value == "null" else value
    if found not in _ROLES:
        faults.append(_("when: {value!r} is not before, after or empty.", value=_short(value)))
        return ""
    return str(found)


def _position(told: Mapping[str, Any], faults: list[str]) -> dict[str, float | None]:
    lon, lat = _degrees(told.get("lon"), most=180), _degrees(told.get("lat"), most=90)
    if lon is not None and lat is not None:
        return {"lon": lon, "lat": lat}
    given = [told.get("lon"), told.get("lat")]
    if given != [None, None]:
        faults.append(_("lon, lat: {value!r} is no place on the earth.", value=_short(given)))
    return {"lon": None, "lat": None}


def _degrees(value: Any, *, most: int) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) <= most else None


def _picture(value: Any) -> bytes | None:
    """Read a picture in base64; of a damaged one nothing is left, which is no picture but not none."""
    if value is None or value == "":
        return None
    try:
        text = value.partition(",")[2] if value.startswith("data:") else value
        return base64.b64decode(text, validate=True)
    except (AttributeError, TypeError, ValueError):
        return b""


def _text_of(told: Any) -> str:
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str)
    return whole(text.replace("\\u0000", ""))


def _short(value: Any) -> str:
    return str(value)[:40]
