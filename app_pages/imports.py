"""Page: put a file's reports on the map, after a look at what would become of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import available_timezones

import streamlit as st

from app_pages import import_datum, import_preview, import_results, session
from app_pages import import_steps as steps
from app_pages.markdown import plain
from data.actors import OPERATOR
from data.ingest import Summary, Survey, import_file, survey
from data.ingest.profiles import profiles
from data.ingest.verdicts import Progress
from data.settings import settings
from data.store import Store
from data.workspace import city_store
from geo.errors import GezhiError
from i18n import gettext as _
from i18n import ngettext


def render(store: Store) -> None:
    """Compose the page: choose a file, look at it, import it, see what came of it."""
    st.caption(
        _("CSV, Excel, GeoJSON, GeoPackage, Shapefile (zip), Parquet, Open311. Nothing leaves this machine.")
    )
    upload = st.file_uploader(_("File with reports"), type=list(steps.ENDINGS), key=session.UPLOAD)
    if upload is None:
        import_results.earlier_imports(store)
        return
    done: dict[Path, Summary] = st.session_state.setdefault(session.IMPORTED, {})
    try:
        path = steps.keep_upload(upload, upload.name, settings().home / "uploads")
        if path in done:
            import_results.summary(done[path])
        else:
            _look_and_import(store, path, done)
    except GezhiError as error:
        st.error(plain(error), icon=":material/error:")


def _look_and_import(store: Store, path: Path, done: dict[Path, Summary]) -> None:
    reading = _reading()
    looked = _look(store, path, reading)
    import_preview.recognised(looked)
    chosen = import_preview.columns(looked)
    if chosen:
        reading = reading.but(mapping=tuple(sorted(chosen.items())))
        looked = _look(store, path, reading)
    if looked.missing:
        import_preview.missing(looked)
        return
    if import_datum.judged(looked):
        reading = reading.but(force=True)
        looked = _look(store, path, reading)
    import_preview.preview(looked)
    import_results.way_on(store, path)
    words = ngettext("Import {n} report", "Import {n} reports", looked.taken)
    if st.button(words, type="primary", icon=":material/upload:", disabled=not steps.can_go(looked)):
        with _bar(_("Importing")) as report:
            done[path] = import_file(path, store, actor=OPERATOR, progress=report, **reading.options())
        st.rerun()


def _reading() -> steps.Reading:
    """Ask what a file may not say of itself; empty choices leave it to the file."""
    as_it_says = _("as the file says")
    with st.expander(_("Coordinates, time zone and kind of export"), icon=":material/tune:"):
        first, second, third = st.columns(3)
        chosen = st.session_state.get(session.SYSTEM, "")
        systems = steps.SYSTEMS if chosen in steps.SYSTEMS else (*steps.SYSTEMS, chosen)
        crs = first.selectbox(
            _("Coordinates"), systems, format_func=lambda name: name or as_it_says, key=session.SYSTEM
        )
        zones = ["", *sorted(available_timezones())]
        tz = second.selectbox(_("Time zone"), zones, format_func=lambda name: name or as_it_says)
        kinds = {"": _("find out"), **{name: found.title for name, found in profiles().items()}}
        profile = third.selectbox(_("Kind of export"), list(kinds), format_func=kinds.__getitem__)
    return steps.Reading(crs=crs or None, tz=tz or None, profile=profile or None)


def _look(store: Store, path: Path, reading: steps.Reading) -> Survey:
    """Look at the file once for each way of reading it."""
    looks: dict[object, Survey] = st.session_state.setdefault(session.LOOKS, {})
    if (path, reading) not in looks:
        with _bar(_("Looking at the file")) as report:
            looks[path, reading] = survey(
                path, store=store, actor=OPERATOR, progress=report, **reading.options()
            )
    return looks[path, reading]


@contextmanager
def _bar(words: str) -> Iterator[Progress]:
    """Show a progress bar; yields the function that moves it."""
    bar = st.progress(0.0, text=words)

    def report(done: int, total: int | None, phase: str) -> None:
        bar.progress(min(1.0, done / total) if total else 0.0, text=f"{words}: {phase} · {done:,}")

    try:
        yield report
    finally:
        bar.empty()


if __name__ == "__main__":
    render(city_store())
