"""The store's part for field teams at work: their cases of today, and what they answer."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from data import field_answers, field_cases, field_kept, field_settling
from data.actors import Actor
from data.case_photos import PhotoRole
from data.case_rows import to_micros
from data.city_rules import city_rules
from data.clock import moment
from data.field_acts import Verdict
from data.field_cases import MOST_CASES, Hot
from data.field_forms import Answer, Damaged, photo_uid, read_answer
from data.field_kept import Answered, Arrival, KeptAnswer
from data.field_team import member
from data.known_places import known_places
from data.photo_store import PhotoStore
from geo.errors import GivenError, NotAllowedError, PhotoError, PhotoFolderError, TransitionError
from i18n import gettext as _

#: States that somebody has to decide on.
WAITING: Final = ("conflict",)


class FieldStore(PhotoStore):
    """The methods of `Store` that phones of field teams use, and those of who decides on kept answers."""

    def field_cases(
        self,
        *,
        actor: Actor,
        team: int | None = None,
        hot: Hot | None = None,
        now: datetime | None = None,
        most: int = MOST_CASES,
        issues: Sequence[int] | None = None,
    ) -> tuple[list[dict[str, Any]], int]:
        """Return the open cases in a team's cells as its phone shows them, and how many more there are.

        Parameters
        ----------
        team
            Its number; the actor's own where None.
        hot
            The class of hot spot of cells (`geo.emerging_classes`), which makes their cases more urgent.
        issues
            Of these cases alone, in this order, closed ones too; those out of its cells are left out.

        Raises
        ------
        NotAllowedError
            It is another team, and the actor does not head the whole city.
        TeamError
            There is no such team.
        """
        with self._reading(actor) as connection:
            _team, viewer = member(connection, team, actor=actor)
            at = now or moment()
            if issues is not None:
                return field_cases.told(connection, issues, actor=viewer, now=at, hot=hot or {}), 0
            return field_cases.listed(connection, actor=viewer, now=at, hot=hot or {}, most=most)

    def field_done(
        self, *, actor: Actor, team: int | None = None, now: datetime | None = None
    ) -> list[dict[str, Any]]:
        """Return what a team has dealt with since the city's midnight, the last first, 20 at most."""
        with self._reading(actor) as connection:
            _team, viewer = member(connection, team, actor=actor)
            zone = ZoneInfo(city_rules(connection).clock.tz)
            today = (now or moment()).astimezone(zone).date()
            since = to_micros(datetime.combine(today, time.min, zone)) or 0
            return field_cases.done_since(connection, actor=viewer, since=since)

    def answer(
        self,
        told: Any,
        *,
        actor: Actor,
        team: int | None = None,
        sent: datetime | None = None,
        photo: bytes | None = None,
    ) -> Answered:
        """Take an answer of a team: apply it, or keep it with the reason why not.

        The same answer handed in again changes nothing and says what became of it; one that was refused is
        tried again. What cannot be understood is kept as well.

        Parameters
        ----------
        told
            An object of the form (`data.field_forms`).
        team
            Whose answer it is; the actor's own team where None.
        sent
            What the phone's clock said as it sent this: how wrong that clock is.
        photo
            The picture, where it did not come in the object.

        Raises
        ------
        NotAllowedError
            It is another team, and the actor does not head the whole city.
        TeamError
            There is no such team.
        """
        found = read_answer(told, photo=photo)
        if isinstance(found, Damaged):
            return replace(self._answer(found, actor=actor, team=team, sent=sent), uid=found.said_uid)
        with_photo = found.photo is not None and found.act != "photo"
        take = self._answer_with_photo if with_photo else self._answer
        return replace(take(found, actor=actor, team=team, sent=sent), uid=str(told["uid"]))

    def _answer(
        self, found: Answer | Damaged, *, actor: Actor, team: int | None, sent: datetime | None
    ) -> Answered:
        received = moment()
        skew = timedelta(0) if sent is None else received - sent
        with self._reading(actor, "act") as connection:
            _team, as_one = member(connection, team, actor=actor)
            arrival = Arrival(as_one, received, skew)
            before = field_kept.known(connection, found, arrival)
            if before is not None:
                return before
            if found.act == "report":
                known_places(connection)  # others need not wait while the index is made
        if isinstance(found, Damaged):
            return self._refuse(found, found.faults, arrival)
        if found.act == "photo":
            return self._answer_photo(found, arrival)
        try:
            with self._writing(as_one, "act") as connection:
                return _taken(connection, found, arrival)
        except (GivenError, NotAllowedError, TransitionError) as error:
            return self._refuse(found, str(error), arrival)

    def kept_answers(
        self, *, actor: Actor, states: Sequence[str] = WAITING, settled: bool = False, limit: int = 60
    ) -> list[KeptAnswer]:
        """Return answers that wait for a decision, the last first; or those that somebody has decided on.

        Of those in conflict `words` say why as things stand now, in the language in use.
        """
        with self._reading(actor, "rules") as connection:
            found = field_kept.listed(connection, states=states, settled=settled, limit=limit)
            return found if settled else [field_settling.said_now(connection, kept) for kept in found]

    def calls_for_help(self, *, actor: Actor) -> list[KeptAnswer]:
        """Return the calls for help at open cases that nobody has moved since, the oldest first."""
        with self._reading(actor, "rules") as connection:
            return field_kept.calls_for_help(connection)

    def answer_photo(self, uid: str, *, actor: Actor) -> bytes | None:
        """Return the photo that is kept with an answer; None where there is none."""
        with self._reading(actor, "rules") as connection:
            return field_kept.photo_of(connection, uid)

    def apply_answer(
        self, uid: str, *, actor: Actor, into: int | None = None, reason: str = ""
    ) -> KeptAnswer:
        """Let happen what a kept answer says, by the actor, whatever happened to its case meanwhile.

        Parameters
        ----------
        into
            The case that it is for, where that is another one than it says.

        Raises
        ------
        StoreError
            There is no such answer.
        ConflictError
            Somebody has decided on it already.
        GivenError
            It cannot be understood, or names no case.
        TransitionError
            No events lead from where the case stands to what the answer says; or one of them needs more.
        PhotoError, PhotoFolderError
            As for `add_photo`.
        """
        with self._reading(actor, "rules") as connection:
            kept, answer = field_settling.waiting(connection, uid)
            target = field_settling.target(connection, kept, answer, into=into)
        if answer.act == "photo":
            return self._settle_photo(kept, answer, target or 0, actor=actor, reason=reason)
        with self._writing(actor, "rules") as connection:
            kept, answer = field_settling.waiting(connection, uid)
            issue_id, seq = field_settling.apply(connection, kept, answer, actor=actor, into=into)
            done = field_kept.settle(
                connection, uid, state="applied", actor=actor, reason=reason, event_seq=seq, issue_id=issue_id
            )
        if answer.photo is None:
            return done
        return self._settle_photo(kept, answer, issue_id, actor=actor, reason=reason, event_seq=seq)

    def set_aside_answer(self, uid: str, *, actor: Actor, reason: str) -> KeptAnswer:
        """Decide that a kept answer is to have no effect; it stays, with the reason and who said so.

        Raises
        ------
        StoreError
            There is no such answer.
        ConflictError
            Somebody has decided on it already.
        TransitionError
            There is no reason.
        """
        if not reason.strip():
            raise TransitionError(_("Say why the answer is set aside."))
        with self._writing(actor, "rules") as connection:
            field_settling.check_waiting(connection, uid)
            return field_kept.settle(connection, uid, state="aside", actor=actor, reason=reason.strip())

    def _answer_with_photo(
        self, answer: Answer, *, actor: Actor, team: int | None, sent: datetime | None
    ) -> Answered:
        """Take an answer that brings a photo as two: what was done, and the photo under its own number."""
        done = self._answer(answer, actor=actor, team=team, sent=sent)
        if done.state == "refused":
            return done
        shown = replace(
            answer,
            uid=photo_uid(answer.uid),
            act="photo",
            of=answer.uid if answer.act == "report" else answer.of,
            when=answer.when or ("after" if answer.act == "fix" else "before"),
            reason="",
            note="",
        )
        added = self._answer(shown, actor=actor, team=team, sent=sent)
        if added.state not in ("refused", "conflict"):
            return done
        return replace(done, words=" ".join(filter(None, (done.words, added.words))))

    def _answer_photo(self, answer: Answer, arrival: Arrival) -> Answered:
        actor, seq = arrival.actor, None
        try:
            with self._reading(actor, "act") as connection:
                issue_id = field_answers.case_of(connection, answer, team=arrival.team)
                verdict = field_answers.judged(connection, answer, issue_id, actor=actor)
                at = field_answers.given_at(connection, answer, issue_id, arrival)
        except (GivenError, NotAllowedError) as error:
            return self._refuse(answer, str(error), arrival)
        if verdict.state == "applied":
            verdict, seq = self._bring_photo(answer, issue_id or 0, actor=actor, at=at)
        if verdict.state == "refused":
            return self._refuse(replace(answer, photo=None), verdict.words, arrival)
        with self._writing(actor, "act") as connection:
            before = field_kept.known(connection, answer, arrival)
            if before is not None and verdict.state != "applied":
                return before  # it came a second time meanwhile, and was taken then
            photo = answer.photo or b"" if verdict.state == "conflict" else None
            return field_kept.keep(
                connection, answer, arrival, verdict, at=at, issue_id=issue_id, event_seq=seq, photo=photo
            )

    def _bring_photo(
        self, answer: Answer, issue_id: int, *, actor: Actor, at: datetime
    ) -> tuple[Verdict, int | None]:
        """Bring the photo of an answer to its case; say what becomes of it, and the number of its event."""
        content, doer = answer.photo or b"", field_answers.doer(answer, actor)
        try:
            added = self.add_photo(
                issue_id, content, actor=doer, role=_role(answer.when), note=answer.note, at=at
            )
        except PhotoError as error:
            shows = self._shows(content, actor=actor)
            return Verdict("conflict" if shows else "refused", str(error)), None
        except (PhotoFolderError, TransitionError, NotAllowedError) as error:
            return Verdict("conflict", str(error)), None
        return Verdict("applied"), added.photo.seq

    def _settle_photo(
        self,
        kept: KeptAnswer,
        answer: Answer,
        issue_id: int,
        *,
        actor: Actor,
        reason: str,
        event_seq: int | None = None,
    ) -> KeptAnswer:
        """Bring the photo that is kept with an answer to its case; until it is there it stays kept."""
        content, role = answer.photo or b"", _role(answer.when)
        note = answer.note if answer.act == "photo" else ""
        added = self.add_photo(issue_id, content, actor=actor, role=role, note=note)
        with self._writing(actor, "rules") as connection:
            return field_kept.settle(
                connection,
                kept.uid,
                state="applied",
                actor=actor,
                reason=reason,
                event_seq=event_seq or added.photo.seq,
                issue_id=issue_id,
                photo_came=True,
            )

    def _shows(self, content: bytes, *, actor: Actor) -> bool:
        """Tell whether these bytes are a picture that could be taken."""
        try:
            self.inspect_photo(content, actor=actor)
        except PhotoError:
            return False
        return True

    def _refuse(self, answer: Answer | Damaged, words: str, arrival: Arrival) -> Answered:
        """Keep an answer that cannot be taken as it is; it may be handed in again."""
        issue_id = answer.case if isinstance(answer, Answer) else None
        with self._writing(arrival.actor, "act") as connection:
            before = field_kept.known(connection, answer, arrival)
            if before is not None:
                return before  # it came a second time meanwhile, and was taken then
            refused = Verdict("refused", words)
            return field_kept.keep(
                connection, answer, arrival, refused, issue_id=issue_id, photo=answer.photo
            )


def _taken(connection: Connection, answer: Answer, arrival: Arrival) -> Answered:
    """Take an answer in the transaction that writes it down."""
    before = field_kept.known(connection, answer, arrival)
    if before is not None:
        return before
    actor, seq = arrival.actor, None
    if answer.act == "report":
        verdict = Verdict("applied")
        at = field_answers.given_at(connection, answer, None, arrival)
        issue_id, seq = field_answers.report(connection, answer, actor=actor, at=at)
    else:
        found = field_answers.case_of(connection, answer, team=arrival.team)
        verdict = field_answers.judged(connection, answer, found, actor=actor)
        at = field_answers.given_at(connection, answer, found, arrival)
        issue_id = found or 0
        if verdict.state == "applied":
            seq = field_answers.apply(connection, answer, issue_id, actor=actor, at=at)
        elif verdict.state == "already":
            seq = field_answers.remark(connection, answer, issue_id, actor=actor, at=at)
    return field_kept.keep(connection, answer, arrival, verdict, at=at, issue_id=issue_id, event_seq=seq)


def _role(when: str) -> PhotoRole:
    return "before" if when == "before" else "after" if when == "after" else ""
