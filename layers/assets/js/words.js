/* Small things that every part of the screen needs: elements with attributes, texts with fields. */
(function (gezhi) {
  "use strict";

  /** Make an element; texts are set by textContent alone, never as markup. */
  gezhi.element = function (tag, className, attributes) {
    const made = document.createElement(tag);
    made.className = className;
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    return made;
  };

  /** Fill the `{fields}` of a translated text. */
  gezhi.fill = function (text, values) {
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  };

  /** A function that writes whole numbers as a locale does. */
  gezhi.numberFormat = function (locale) {
    try {
      const format = new Intl.NumberFormat(locale);
      return (n) => format.format(n);
    } catch {
      return String;
    }
  };

  /** A function that writes whole numbers as short as a locale does: 1.2K, 1.2万. */
  gezhi.compactFormat = function (locale) {
    try {
      const format = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
      return (n) => format.format(n);
    } catch {
      return String;
    }
  };

  /** A function that writes figures that are not whole as a locale does, with two or three digits. */
  gezhi.figureFormat = function (locale) {
    const digits = { maximumSignificantDigits: 3, maximumFractionDigits: 2 };
    try {
      const format = new Intl.NumberFormat(locale, digits);
      return (n) => format.format(n);
    } catch {
      return (n) => String(Number(n.toPrecision(3)));
    }
  };
})((window.gezhi = window.gezhi || {}));
