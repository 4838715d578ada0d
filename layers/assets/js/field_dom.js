/* Elements of the phone page: made by calls, with texts as texts. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  /** Make an element. `on…` are listeners, `true` an empty attribute, null and false none; children may be lists. */
  field.h = function (tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
    return made;
  };

  /** A button with an icon, words or both; its words are its name where it shows none. */
  field.button = function (words, { icon, look = "", hidden = false, press, ...attributes }) {
    return field.h(
      "button",
      { type: "button", class: `gf-button ${look}`, "aria-label": hidden ? words : null, onclick: press, ...attributes },
      icon ? field.icon(icon) : null,
      hidden ? null : field.h("span", {}, words),
    );
  };
})((window.gezhi = window.gezhi || {}));
