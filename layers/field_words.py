"""The words on a field team's phone, in the locale in use; the browser fills the `{fields}`.

Words that differ for one and for many stand twice: `key_one` for one, `key` with `{n}` for the rest.
"""

from i18n import gettext as _
from layers import route_words


def labels() -> dict[str, str]:
    """Return every word that the page's scripts show."""
    return (
        _page_words()
        | _time_words()
        | _list_words()
        | _note_words()
        | _case_words()
        | _act_words()
        | _why_words()
        | _report_words()
        | _queue_words()
        | _menu_words()
        | _state_words()
        | route_words.labels()
    )


def _page_words() -> dict[str, str]:
    return {
        "title": _("{team} · my cells"),
        "loading": _("Loading"),
        "retry": _("Try again"),
        "close": _("Close"),
        "back": _("Back"),
        "menu": _("Menu"),
        "sheet_size": _("Larger or smaller list"),
        "fit": _("Show all my cells"),
        "locate": _("Show where I am"),
        "undo": _("Undo"),
        "look": _("Take a look"),
        "synthetic": _("This city is made up."),
    }


def _time_words() -> dict[str, str]:
    return {
        "minutes": _("{n} min"),
        "hours": _("{n} h"),
        "days": _("{n} days"),
        "months": _("{n} months"),
        "overdue_by": _("{span} overdue"),
        "due_in": _("{span} left"),
        "just_now": _("just now"),
        "metres": _("{n} m"),
        "kilometres": _("{n} km"),
        "walk_minutes": _("about {n} min on foot"),
    }


def _list_words() -> dict[str, str]:
    return {
        "order": _("Order of the list"),
        "order_urgent": _("Urgent"),
        "order_near": _("Near"),
        "to_do": _("{n} to do"),
        "all_done": _("All done"),
        "for_others": _("Waits for others"),
        "done_today": _("Done today"),
        "no_address": _("No address; see the map"),
        "chip_waiting": _("not sent yet"),
        "chip_trouble": _("needs a look"),
        "chip_help": _("help asked for"),
        "chip_repeats_one": _("reported once more"),
        "chip_repeats": _("reported {n} times more"),
        "empty_title": _("Nothing waits in your cells."),
        "empty_text": _("New cases come up here by themselves."),
        "empty_waiting": _("What you did waits to be sent; keep this page open."),
        "no_cells_title": _("Your team has no cells yet."),
        "no_cells_text": _("They come up here by themselves once they are published."),
        "new_cases_one": _("1 new case"),
        "new_cases": _("{n} new cases"),
    }


def _note_words() -> dict[str, str]:
    return {
        "note_offline": _(
            "No network. Go on working: everything is kept here and sent later. The list is of {at}."
        ),
        "note_memory": _("This browser keeps nothing: do not close the page while something waits."),
        "note_more_one": _("1 more case is not shown here."),
        "note_more": _("{n} more cases are not shown here."),
        "position_asking": _("Looking for your position. It is shown on this phone only."),
        "position_denied": _(
            "This page may not see your position. Allow it in the browser to sort by nearness."
        ),
        "position_lost": _("The phone finds no position here. The list is in order of urgency."),
        "position_insecure": _(
            "The position works only where the address begins with https. The list is in order of urgency."
        ),
    }


def _case_words() -> dict[str, str]:
    return {
        "way_there": _("The way there"),
        "way_amap": _("Amap"),
        "way_baidu": _("Baidu"),
        "way_geo": _("Other maps"),
        "photo": _("Photo"),
        "photo_before": _("Before"),
        "photo_after": _("After"),
        "photo_after_take": _("After photo"),
        "next_case": _("Next case"),
        "photo_again": _("Another photo"),
        "photo_working": _("The photo is being made smaller"),
        "photo_unreadable": _("This picture cannot be read. Take it again with the camera."),
        "fact_number": _("Number"),
        "fact_address": _("Address"),
        "fact_reported": _("Reported"),
        "fact_due": _("Deadline"),
        "fact_repeats": _("Repeats"),
        "fact_hot": _("Place"),
        "more": _("More"),
        "more_title": _("What else?"),
        "gone_title": _("Not to be opened here"),
        "gone_text": _("Case {id} is closed, or lies outside your cells."),
        "state_in_progress": _("In progress"),
        "state_fixed": _("Fixed, to be verified"),
    }


def _act_words() -> dict[str, str]:
    return {
        "act_start": _("Start work"),
        "act_fix": _("Fixed"),
        "act_photo": _("Photo"),
        "act_note": _("Note"),
        "act_not_found": _("Not found"),
        "act_needs_help": _("Needs help"),
        "act_not_mine": _("Not mine"),
        "act_report": _("Report a problem"),
        "did_start": _("Work has started"),
        "did_fix": _("Marked as fixed"),
        "did_photo": _("The photo is kept"),
        "did_note": _("The note is kept"),
        "did_not_found": _("Told that it was not found"),
        "did_needs_help": _("Help is asked for"),
        "did_not_mine": _("Told that it is not yours"),
        "did_report": _("Reported. Thank you"),
        "told_not_found": _("not found"),
        "told_not_mine": _("not mine"),
        "undone": _("Taken back"),
        "undo_late": _("It is sent already and cannot be taken back here."),
    }


def _why_words() -> dict[str, str]:
    return {
        "hint_not_found": _("You were there, and there is nothing"),
        "hint_needs_help": _("You cannot do it alone; the case stays yours"),
        "hint_not_mine": _("Somebody else has to do it"),
        "hint_note": _("Something the next one should know"),
        "reason_more": _("In your own words"),
        "note_placeholder": _("Write or dictate"),
        "tell": _("Send"),
        "keep": _("Keep"),
    }


def _report_words() -> dict[str, str]:
    return {
        "report": _("Report"),
        "report_title": _("What is it?"),
        "report_others": _("Everything else"),
        "report_here": _("At your position, to {n} m. Move the map to correct it."),
        "report_cross": _("At the ring. Move the map to correct it."),
        "report_note": _("A word about it, if need be"),
        "report_send": _("Send the report"),
        "near_title": _("Known near here. Is it one of these?"),
        "near_else": _("If it is none of these, send it."),
        "near_same": _("That one"),
        "near_other": _("A case of another team"),
        "near_thanks": _("It is known already, thank you."),
    }


def _queue_words() -> dict[str, str]:
    return {
        "sync_done": _("All sent"),
        "sync_alone": _("Nothing to save"),
        "sync_offline": _("No network"),
        "sync_waiting": _("{n} waiting"),
        "sync_trouble": _("{n} to look at"),
        "waiting_title_one": _("1 answer waits"),
        "waiting_title": _("{n} answers wait"),
        "waiting_title_none": _("Nothing waits"),
        "waiting_none": _("Everything you did is sent. The list is of {at}."),
        "waiting_sending": _("It is sent by itself in a moment."),
        "waiting_offline": _(
            "It is kept on this phone, also when you close the page, and sent by itself "
            "as soon as there is a network."
        ),
        "waiting_none_alone": _("What you do is kept here until you hand it in."),
        "waiting_strange": _("Of another team; sent once this phone has that team's link again"),
        "sending": _("being sent"),
        "send_now": _("Send now"),
        "take_back": _("Take back"),
        "sent_title": _("Sent"),
        "sent_already": _("was done already"),
        "trouble_conflict": _("{act}: somebody has changed the case. A manager will decide."),
        "trouble_refused": _("{act}: not accepted."),
        "toast_conflict": _("Somebody has changed the case meanwhile. A manager will decide."),
        "toast_refused": _("An answer was not accepted."),
        "understood": _("Understood"),
    }


def _menu_words() -> dict[str, str]:
    return {
        "theme": _("Colours"),
        "theme_auto": _("Auto"),
        "theme_light": _("Light"),
        "theme_dark": _("Dark"),
        "language": _("Language"),
        "place_setting": _("Send where I answer"),
        "place_setting_hint": _("With an answer only; the phone is never followed."),
        "refresh": _("Ask for news"),
        "refreshed": _("Up to date"),
        "get_pack": _("Save for work without a network"),
        "get_sheet": _("Sheet to print"),
        "get_gpx": _("Route as GPX"),
        "leave": _("Leave the team on this phone"),
        "leave_hint": _("The link brings you back."),
        "leave_sure": _("Really leave?"),
        "leave_waiting_one": _("1 answer that waits would be lost."),
        "leave_waiting": _("{n} answers that wait would be lost."),
        "as_of": _("As of {at}."),
    }


def _state_words() -> dict[str, str]:
    return {
        "link_title": _("Open your team's link"),
        "link_text": _(
            "Whoever leads your team has a link or a QR code for this phone. Open it, or paste it here."
        ),
        "link_placeholder": _("Link or code"),
        "link_enter": _("Enter"),
        "link_lead": _("I lead the city: to the teams"),
        "link_unclear": _("That is no link of a team."),
        "revoked_title": _("This link no longer works"),
        "revoked_text": _("It was taken back, or another one replaced it. Ask for the new one."),
        "offline_title": _("No network"),
        "offline_text": _("Nothing of today is kept on this phone yet. Try again where there is a network."),
        "failed_title": _("The day could not be loaded"),
        "failed_text": _("It is not your fault. Try again in a minute."),
        "refused_title": _("This cannot be shown"),
        "state_waiting_one": _("1 answer is kept on this phone and will be sent."),
        "state_waiting": _("{n} answers are kept on this phone and will be sent."),
    }
