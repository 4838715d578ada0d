/* What the phone page says: words with fields, times to deadlines, distances and directions. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const MINUTE = 60e3;
  const HOUR = 60 * MINUTE;
  const DAY = 24 * HOUR;
  const MONTH = 30.44 * DAY;
  /** Up to here a deadline is near. */
  const SOON_MS = DAY;
  const M_PER_DEGREE = 111195;
  const M_PER_MINUTE_ON_FOOT = 75;

  /** Words, times and distances in a locale; moments are told by the phone's clock until the city's is known. */
  field.texts = function ({ words, locale }) {
    const tag = locale === "zh" ? "zh-CN" : "en-GB";
    const number = new Intl.NumberFormat(tag, { maximumFractionDigits: 1 });
    let clock, date, day;
    zone();
    const relative = new Intl.RelativeTimeFormat(tag, { numeric: "always" });

    /** Tell times as the clocks of a time zone show them, the phone's own where none is named or known. */
    function zone(timeZone) {
      try {
        clock = new Intl.DateTimeFormat(tag, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
        date = new Intl.DateTimeFormat(tag, { day: "numeric", month: "short", timeZone });
        day = new Intl.DateTimeFormat("sv-SE", { timeZone });
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        zone();
      }
    }

    /** Whether a moment is of the day that is now. */
    const isToday = (iso, now = Date.now()) => day.format(now) === day.format(new Date(iso));

    function t(key, values = {}) {
      return gezhi.fill(words[key] ?? key, values);
    }

    /** Words that differ for one and for many: `key_one` and `key`. */
    function count(key, n, values = {}) {
      return t(n === 1 && `${key}_one` in words ? `${key}_one` : key, { n: number.format(n), ...values });
    }

    function span(ms) {
      const size = Math.abs(ms);
      if (size < HOUR) return count("minutes", Math.max(1, Math.round(size / MINUTE)));
      if (size < 2 * DAY) return count("hours", Math.round(size / HOUR));
      if (size < 90 * DAY) return count("days", Math.round(size / DAY));
      return count("months", Math.round(size / MONTH));
    }

    /** How a deadline stands: `{tone, words}`; null where there is none. */
    function due(one, now = Date.now()) {
      if (!one.due_at) return null;
      const left = Date.parse(one.due_at) - now;
      if (left < 0) return { tone: "late", words: t("overdue_by", { span: span(left) }) };
      return { tone: left < SOON_MS ? "soon" : "calm", words: t("due_in", { span: span(left) }) };
    }

    /** How long ago, in the largest unit that fits. */
    function ago(iso, now = Date.now()) {
      const ms = Date.parse(iso) - now;
      const size = Math.abs(ms);
      if (size < MINUTE) return t("just_now");
      if (size < HOUR) return relative.format(Math.round(ms / MINUTE), "minute");
      if (size < DAY) return relative.format(Math.round(ms / HOUR), "hour");
      if (size < 60 * DAY) return relative.format(Math.round(ms / DAY), "day");
      return relative.format(Math.round(ms / MONTH), "month");
    }

    /** The time of a day; of another day with its date. */
    function at(iso, now = Date.now()) {
      const then = new Date(iso);
      return isToday(iso, now) ? clock.format(then) : `${date.format(then)} ${clock.format(then)}`;
    }

    function distance(metres) {
      if (metres < 1000) return t("metres", { n: number.format(Math.max(5, Math.round(metres / 5) * 5)) });
      return t("kilometres", { n: number.format(metres / 1000) });
    }

    function walk(metres) {
      return count("walk_minutes", Math.max(1, Math.round(metres / M_PER_MINUTE_ON_FOOT)));
    }

    return { zone, isToday, t, count, due, ago, at, distance, walk, number: (n) => number.format(n) };
  };

  /** Metres east and north from one position to another, on a plane: good to a metre within a city. */
  function offset(from, to) {
    const shrink = Math.cos((((from.lat + to.lat) / 2) * Math.PI) / 180);
    return [(to.lon - from.lon) * M_PER_DEGREE * shrink, (to.lat - from.lat) * M_PER_DEGREE];
  }

  field.metres = (from, to) => Math.hypot(...offset(from, to));

  /** The direction from one position to another in degrees, clockwise from north. */
  field.bearing = function (from, to) {
    const [east, north] = offset(from, to);
    return ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360;
  };
})((window.gezhi = window.gezhi || {}));
