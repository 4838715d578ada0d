/* Photos on the phone: those that wait, shown from memory, and one alone in large. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const { h, button } = field;

  field.viewer = function (root, t) {
    const blobs = new Map();

    function blobUrl(name, blob) {
      if (!blobs.has(name)) blobs.set(name, URL.createObjectURL(blob));
      return blobs.get(name);
    }

    function forgetBlob(name) {
      if (blobs.has(name)) URL.revokeObjectURL(blobs.get(name));
      blobs.delete(name);
    }

    function showPhoto(source, words) {
      const close = () => shown.remove();
      const shown = h(
        "div",
        { class: "gf-viewer", role: "dialog", "aria-label": words, onclick: close },
        h("img", { src: source, alt: words }),
        button(t("close"), { icon: "close", look: "gf-round", hidden: true, press: close }),
      );
      root.append(shown);
      shown.querySelector("button").focus();
      shown.addEventListener("keydown", ({ key }) => key === "Escape" && close());
    }

    return { blobUrl, forgetBlob, showPhoto };
  };
})((window.gezhi = window.gezhi || {}));
