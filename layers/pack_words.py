"""What a pack says besides what the phone page says: about the file itself and about handing answers back."""

from i18n import gettext as _


def labels() -> dict[str, str]:
    """Return the words of `field_offline.js` by name, in the locale in use; `{…}` are fields."""
    return {
        "pack_made": _("This file shows the day as of {at}. It needs no network."),
        "pack_new_one": _("1 answer is in no file yet."),
        "pack_new": _("{n} answers are in no file yet."),
        "pack_all_saved_one": _("Your answer is in the file {name}. Hand that file over."),
        "pack_all_saved": _("All {n} answers are in the file {name}. Hand that file over."),
        "pack_stale": _(
            "You took an answer back that the file {name} still has. Save a new one and hand that over."
        ),
        "pack_save": _("Save as a file"),
        "pack_share": _("Send on"),
        "pack_saved": _("Saved as {name}"),
        "pack_not_sent": _("The answers could not be sent. Save them as a file instead."),
        "pack_where": _("The office takes the file up on the page Teams, part Answers: {address}."),
        "pack_where_unknown": _("The office takes the file up on the page Teams, part Answers."),
        "pack_take": _("Take answers from a file"),
        "pack_took_one": _("1 answer was taken from the file."),
        "pack_took": _("{n} answers were taken from the file."),
        "pack_took_none": _("All answers of that file are here already."),
        "pack_no_answers": _("That is no file with answers."),
        "pack_other_store": _("That file belongs to another city's records."),
        "pack_other_team": _("That file has answers of another team."),
        "pack_clear": _("The file has arrived"),
        "pack_clear_sure": _("Press again: the answers in the file are put away here"),
        "pack_cleared": _("Put away. The file {name} still has them."),
        "pack_memory": _(
            "This browser keeps nothing for a file opened like this. "
            "Save your answers as a file before you close the page."
        ),
        "pack_full": _("There is no room left here. Save your answers as a file now."),
    }
