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
})((window.gezhi = window.gezhi || {}));
