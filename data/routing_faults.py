"""What is wrong with routing rules: some never match, some contradict each other, some cases have none.

Every combination of category, areas and kind of place that the rules can tell apart is tried, so that a rule
counts as shadowed also where it takes several others together to shadow it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from data.routing import Rule, Rules
from i18n import gettext as _

Flags = npt.NDArray[np.bool_]

#: Any category or kind of place that no rule names, and no area that one names.
_OTHER: Final = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the rules that a person should look at.

    `never`: the rule cannot match, others before it take all of its cases. `conflict`: it and another one
    both apply to some cases and name different units, only their order decides, and neither asks for more
    than the other. `unknown`: it names something that is not there. `gap`: there are cases without a rule.
    """

    kind: Literal["never", "conflict", "unknown", "gap"]
    rule: str  # its name; empty for a gap
    others: tuple[str, ...]
    text: str  # in the language in use


def check(
    rules: Rules,
    *,
    categories: Collection[str] | None = None,
    areas: Mapping[str, str] | None = None,
    places: Collection[str] | None = None,
) -> list[Finding]:
    """Look for rules that can never match, that conflict, or that leave cases out.

    Parameters
    ----------
    categories, places
        All there are; where given, names beyond them are found, but a case may still have another one.
    areas
        The area above each area, empty where there is none: without it, an area named in one rule is taken
        to lie in no other.

    Returns
    -------
    The findings in the order of the rules, gaps last; none where all is well.
    """
    space = _Space(rules, areas)
    findings: list[Finding] = []
    covered = space.nothing()
    fresh: list[Flags] = []
    for number, rule in enumerate(rules.rows):
        findings += _unknown(rule, categories, areas, places)
        box = space.box(number)
        fresh.append(box & ~covered)
        if not fresh[-1].any():
            earlier = [other for other in range(number) if (fresh[other] & box).any()]
            findings.append(_never(rule, [rules.rows[other] for other in earlier]))
        else:
            findings += _conflicts(rules, number, fresh, space)
        covered |= box
    if not covered.all():
        findings.append(_gap(covered, space))
    return findings


class _Space:
    """All cases that the rules can tell apart, as a block of flags: categories, areas, kinds of place."""

    def __init__(self, rules: Rules, parents: Mapping[str, str] | None) -> None:
        self._rules = rules.rows
        named = frozenset().union(*(rule.areas for rule in rules.rows))
        chains = {frozenset(_chain(area, parents or {})) & named for area in {*named, *(parents or {})}}
        self.kinds = [*sorted(frozenset().union(*(rule.categories for rule in rules.rows))), _OTHER]
        self.chains = [*sorted(chains - {frozenset()}, key=sorted), frozenset()]
        self.places = [*sorted(frozenset().union(*(rule.places for rule in rules.rows))), _OTHER]

    def nothing(self) -> Flags:
        return np.zeros((len(self.kinds), len(self.chains), len(self.places)), dtype=np.bool_)

    def box(self, number: int) -> Flags:
        """Return the cases that a rule applies to."""
        rule = self._rules[number]
        kind = np.array([not rule.categories or name in rule.categories for name in self.kinds])
        chain = np.array([not rule.areas or bool(rule.areas & areas) for areas in self.chains])
        place = np.array([not rule.places or name in rule.places for name in self.places])
        box: Flags = kind[:, None, None] & chain[None, :, None] & place[None, None, :]
        return box

    def example(self, cases: Flags) -> str:
        """Describe one of the cases in words."""
        kind, chain, place = (int(axis[0]) for axis in np.nonzero(cases))
        areas = ", ".join(sorted(self.chains[chain]))
        return _(
            "category '{category}', area '{area}', kind of place '{place}'",
            category=self.kinds[kind] or _("any other"),
            area=areas or _("any other"),
            place=self.places[place] or _("any other"),
        )


def _chain(area: str, parents: Mapping[str, str]) -> list[str]:
    found: dict[str, None] = {}
    while area and area not in found:
        found[area] = None
        area = parents.get(area, "")
    return list(found)


def _unknown(
    rule: Rule,
    categories: Collection[str] | None,
    areas: Mapping[str, str] | None,
    places: Collection[str] | None,
) -> list[Finding]:
    known = ((rule.categories, categories), (rule.areas, areas), (rule.places, places))
    names = sorted(name for used, there in known if there is not None for name in used if name not in there)
    if not names:
        return []
    text = _(
        "Rule {rule} (line {line}) names what is not there: {names}.",
        rule=rule.name,
        line=rule.line,
        names=", ".join(names),
    )
    return [Finding("unknown", rule.name, (), text)]


def _never(rule: Rule, earlier: list[Rule]) -> Finding:
    others = tuple(other.name for other in earlier)
    units = [unit for unit in dict.fromkeys(other.unit for other in earlier) if unit != rule.unit]
    text = _(
        "Rule {rule} (line {line}) can never match: {others} before it take all of its cases.",
        rule=rule.name,
        line=rule.line,
        others=", ".join(others),
    )
    if units:
        text += " " + _(
            "They go to {units}, not to {unit}. Move the rule up, or remove it.",
            units=", ".join(units),
            unit=rule.unit,
        )
    return Finding("never", rule.name, others, text)


def _conflicts(rules: Rules, number: int, fresh: list[Flags], space: _Space) -> list[Finding]:
    """Find earlier rules of another unit that cross this one and are no special cases of it."""
    rule, box = rules.rows[number], space.box(number)
    found = []
    for earlier, other in enumerate(rules.rows[:number]):
        both = fresh[earlier] & box
        special = _asks(other) > _asks(rule) or not (space.box(earlier) & ~box).any()
        if other.unit != rule.unit and both.any() and not special:
            text = _(
                "Rules {first} and {second} both apply to {example}. {first} stands first and sends it to "
                "{unit}, {second} would send it to {other}. Put a rule for both above them, or narrow one.",
                first=other.name,
                second=rule.name,
                example=space.example(both),
                unit=other.unit,
                other=rule.unit,
            )
            found.append(Finding("conflict", rule.name, (other.name,), text))
    return found


def _asks(rule: Rule) -> set[str]:
    """Return what a rule asks about at all."""
    conditions = {"categories": rule.categories, "areas": rule.areas, "places": rule.places}
    return {name for name, names in conditions.items() if names}


def _gap(covered: Flags, space: _Space) -> Finding:
    text = _("No rule applies to {example}. Add a last rule for every case.", example=space.example(~covered))
    return Finding("gap", "", (), text)
