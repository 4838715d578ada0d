/* What is known of single reports, in a popup. Every text is set as text, never as markup. */
(function (gezhi) {
  "use strict";

  const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

  class ReportPopup {
    /** `load(id)` resolves to the fields of one report. */
    constructor(map, load, onChange) {
      this.map = map;
      this.load = load;
      this.onChange = onChange;
      this.popup = L.popup({ className: "gz-popup", maxWidth: 300, minWidth: 200, autoPanPadding: [24, 24] });
      map.on("popupclose", ({ popup }) => {
        if (popup === this.popup) this.onChange(null);
      });
    }

    /** Open on the first of the reports at one place; the others are a button away. */
    open(points, options) {
      this.points = points;
      this.options = options;
      this.turn(0);
    }

    close() {
      this.map.closePopup(this.popup);
    }

    async turn(i) {
      const point = this.points[i];
      this.at = i;
      this.show(point, null);
      this.onChange(point.id);
      try {
        const report = await this.load(point.id);
        if (this.points[this.at] === point && this.popup.isOpen()) this.show(point, report);
      } catch (error) {
        console.warn("report:", error);
        if (this.points[this.at] === point && this.popup.isOpen()) this.show(point, null, true);
      }
    }

    show(point, report, failed) {
      const { labels, names, fields } = this.options;
      const box = gezhi.element("div", "gz-report");
      box.append(text("strong", "gz-report-title", named(names.category, point.category)));
      box.append(text("span", "gz-report-status", named(names.status, point.status)));
      if (report) box.append(this.list(report, fields));
      else box.append(text("span", "gz-report-more", failed ? labels.report_failed : labels.loading));
      if (this.points.length > 1) box.append(this.pager());
      this.popup.setLatLng([point.lat, point.lon]).setContent(box);
      if (!this.popup.isOpen()) this.popup.openOn(this.map);
      const button = this.popup.getElement().querySelector(".leaflet-popup-close-button");
      if (button) button.setAttribute("aria-label", labels.close);
    }

    list(report, fields) {
      const list = gezhi.element("dl", "gz-report-fields");
      for (const [field, label] of fields) {
        const value = report[field];
        if (value === null || value === undefined || value === "") continue;
        list.append(text("dt", "", label), text("dd", "", this.write(value)));
      }
      return list;
    }

    /** Times are given in UTC and read in the city's time zone. */
    write(value) {
      if (typeof value !== "string" || !ISO_TIME.test(value)) return String(value);
      const { locale, tz } = this.options;
      return new Date(value).toLocaleString(locale, { timeZone: tz, dateStyle: "medium", timeStyle: "short" });
    }

    pager() {
      const { labels } = this.options;
      const n = this.points.length;
      const row = gezhi.element("div", "gz-report-pager");
      const step = (label, sign, by) => {
        const button = gezhi.element("button", "gz-report-step", { type: "button", "aria-label": label });
        button.textContent = sign;
        button.addEventListener("click", () => this.turn((this.at + by + n) % n));
        return button;
      };
      const position = text("span", "", gezhi.fill(labels.position, { i: this.at + 1, n }));
      row.append(step(labels.previous, "‹", -1), position, step(labels.next, "›", 1));
      return row;
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
