/* What is known of single reports, in a popup. Every text is set as text, never as markup. */
(function (gezhi) {
  "use strict";

  const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;
  const MOST_PHOTOS = 3;
  const WIDEST_PX = 300;
  const PAD_PX = 24;

  class ReportPopup {
    /** `load(id)` resolves to the fields of one report; `onChange(id)` hears which one is open, null for none. */
    constructor(map, load, onChange) {
      this.map = map;
      this.load = load;
      this.onChange = onChange;
      this.popup = L.popup({ className: "gz-popup", maxWidth: WIDEST_PX, minWidth: 220, autoPanPadding: [PAD_PX, PAD_PX] });
      map.on("popupclose", ({ popup }) => {
        if (popup !== this.popup) return;
        this.onChange(null);
        if (this.byKeys) map.getContainer().focus();
      });
    }

    /**
     * Open on one of the reports at one place; the others are a button away.
     *
     * `options`: labels, names, fields, locale, tz, caseLink; `colourOf(report)`; `placeOf(report)` is where to open.
     */
    open(reports, i, options) {
      this.reports = reports;
      this.options = options;
      this.byKeys = this.map.getContainer().classList.contains("gz-keys");
      this.turn(i);
      if (this.byKeys) this.focus();
    }

    isOpen() {
      return this.popup.isOpen();
    }

    close() {
      this.map.closePopup(this.popup);
    }

    async turn(i) {
      const report = this.reports[i];
      this.at = i;
      this.show(report, null);
      this.onChange(report.id);
      try {
        const told = await this.load(report.id);
        if (this.isAt(report)) this.show(report, told);
      } catch (error) {
        console.warn("report:", error);
        if (this.isAt(report)) this.show(report, null, true);
      }
    }

    isAt(report) {
      return this.reports[this.at] === report && this.popup.isOpen();
    }

    show(report, told, failed) {
      const { labels, names, fields, caseLink, colourOf, placeOf } = this.options;
      const focused = this.focusedClass();
      const box = gezhi.element("div", "gz-report");
      // A button that is gone when its click arrives at the map looks like a click beside the popup.
      L.DomEvent.on(box, "click keypress", L.DomEvent.stopPropagation);
      box.addEventListener("keydown", ({ key }) => key === "Escape" && this.close());
      const title = text("strong", "gz-report-title", named(names.category, report.category));
      const swatch = gezhi.element("span", "gz-swatch gz-swatch-kind", { "aria-hidden": "true" });
      swatch.style.setProperty("--gz-colour", colourOf(report));
      title.prepend(swatch);
      box.append(title, text("span", "gz-report-status", named(names.status, report.status)));
      if (told) box.append(...this.photos(told), this.list(told, fields));
      else box.append(text("span", "gz-report-more", failed ? labels.report_failed : labels.loading));
      if (caseLink) box.append(this.link(report));
      if (this.reports.length > 1) box.append(this.pager());
      const { options } = this.popup;
      options.autoPan = false; // how high it is has to be known before the map moves for it
      this.popup.setLatLng(placeOf(report)).setContent(box);
      if (!this.popup.isOpen()) this.popup.openOn(this.map);
      options.autoPan = true;
      options.autoPanPaddingTopLeft = [this.leftOf(placeOf(report)), PAD_PX];
      this.popup.update();
      const button = this.popup.getElement().querySelector(".leaflet-popup-close-button");
      if (button) button.setAttribute("aria-label", labels.close);
      if (focused) this.focus(focused);
    }

    /** How far from the left the popup at a place has to stay: it must not lie under the legend, where there is room. */
    leftOf(place) {
      const frame = this.map.getContainer();
      const legend = frame.querySelector(".gz-legend");
      if (!legend) return PAD_PX;
      const { left, right, top, width } = frame.getBoundingClientRect();
      const box = legend.getBoundingClientRect();
      // A popup without room above its place pushes the map down.
      const high = PAD_PX + this.popup.getElement().offsetHeight;
      const tip = Math.max(this.map.latLngToContainerPoint(place).y, high) + top;
      const beside = box.right - left + PAD_PX;
      const fits = box.left - left < width / 2 && beside + WIDEST_PX + 2 * PAD_PX < right - left;
      return fits && tip > box.top ? beside : PAD_PX;
    }

    /** Small pictures that lead to the large ones; a file that does not come leaves no gap. */
    photos({ photos }) {
      if (!photos || !photos.length) return [];
      const row = gezhi.element("div", "gz-report-photos");
      for (const name of photos.slice(0, MOST_PHOTOS)) {
        const address = (size) => gezhi.address(`photos/${encodeURIComponent(name)}`, "", { size });
        const link = gezhi.element("a", "gz-report-photo", { href: address("full"), target: "_blank", rel: "noopener" });
        const picture = gezhi.element("img", "", { alt: this.options.labels.photo, loading: "lazy", src: address("thumb") });
        picture.addEventListener("error", () => link.remove());
        link.append(picture);
        row.append(link);
      }
      if (photos.length > MOST_PHOTOS) row.append(text("span", "gz-report-more", `+${photos.length - MOST_PHOTOS}`));
      return [row];
    }

    list(told, fields) {
      const list = gezhi.element("dl", "gz-report-fields");
      for (const [field, label] of fields) {
        const value = told[field];
        if (value === null || value === undefined || value === "") continue;
        list.append(text("dt", "", label), text("dd", "", this.write(value)));
      }
      return list;
    }

    link(report) {
      const { caseLink, labels } = this.options;
      const href = `${gezhi.root}/${caseLink.replace("{id}", encodeURIComponent(report.id))}`;
      const link = text("a", "gz-report-link", labels.open_case);
      link.setAttribute("href", href);
      link.setAttribute("target", "_parent");
      link.addEventListener("click", (event) => followAround(event, href));
      return link;
    }

    /** Times are given in UTC and read in the city's time zone. */
    write(value) {
      if (typeof value !== "string" || !ISO_TIME.test(value)) return String(value);
      const { locale, tz } = this.options;
      return new Date(value).toLocaleString(locale, { timeZone: tz, dateStyle: "medium", timeStyle: "short" });
    }

    pager() {
      const { labels } = this.options;
      const n = this.reports.length;
      const row = gezhi.element("div", "gz-report-pager");
      const step = (name, label, sign, by) => {
        const button = gezhi.element("button", `gz-report-step gz-report-${name}`, { type: "button", "aria-label": label });
        button.textContent = sign;
        button.addEventListener("click", () => this.turn((this.at + by + n) % n));
        return button;
      };
      const position = text("span", "", gezhi.fill(labels.position, { i: this.at + 1, n }));
      position.setAttribute("aria-live", "polite");
      row.append(step("previous", labels.previous, "‹", -1), position, step("next", labels.next, "›", 1));
      return row;
    }

    /** The popup is made anew at each turn: the keyboard stays on the same button. */
    focusedClass() {
      const element = this.popup.getElement();
      const active = document.activeElement;
      if (!element || !active || !element.contains(active)) return "";
      const own = ["gz-report-next", "gz-report-previous", "gz-report-link"];
      return own.find((name) => active.classList.contains(name)) || "";
    }

    focus(name) {
      const element = this.popup.getElement();
      const first = element.querySelector(`.${name || "gz-report-next"}`) || element.querySelector("a, button");
      if (first) first.focus({ preventScroll: true });
    }
  }

  /** Streamlit's frames may not lead the page around them elsewhere; a link in that page itself may. */
  function followAround(event, href) {
    const plain = !(event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!plain || window.parent === window) return;
    try {
      const link = window.parent.document.createElement("a");
      link.href = href;
      window.parent.document.body.append(link);
      event.preventDefault();
      link.click();
      link.remove();
    } catch (error) {
      console.warn("case:", error); // the page around belongs to somebody else: the frame tries on its own
    }
  }

  function text(tag, className, content) {
    const made = gezhi.element(tag, className);
    made.textContent = content;
    return made;
  }

  function named(names, value) {
    return (names && names[value]) || String(value ?? "");
  }

  gezhi.ReportPopup = ReportPopup;
})((window.gezhi = window.gezhi || {}));
