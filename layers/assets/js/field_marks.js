/* The cases on the phone's map: a button each, its tone saying how urgent it is, kept while nothing about it changes. */
(function (gezhi) {
  "use strict";

  const field = (gezhi.field = gezhi.field || {});

  const SIZE_PX = 44; // of what a thumb hits; what is seen is smaller
  const SIGNS = { late: "alert", soon: "clock" };

  /** A group of marks on a map; `open(id)` is called for the one that is pressed. */
  field.marks = function (map, { open, tone, name }) {
    const kept = new Map(); // id -> {mark, look}

    function icon(one, chosen) {
      const shade = tone(one);
      const sign = one.pending?.length ? "cloud" : one.told || one.status === "fixed" ? "check" : one.help ? "help" : SIGNS[shade] || "dot";
      const body = field.h("span", { class: `gf-mark gf-tone-${shade}${chosen ? " gf-chosen" : ""}` }, sign ? field.icon(sign) : null);
      return L.divIcon({ className: "gf-mark-box", iconSize: [SIZE_PX, SIZE_PX], html: body });
    }

    return {
      /** Show these cases, one of them chosen. */
      show(cases, chosen) {
        const ids = new Set(cases.map(({ id }) => id));
        for (const [id, { mark }] of kept) if (!ids.has(id) && kept.delete(id)) mark.remove();
        for (const one of cases) {
          const is = one.id === chosen;
          const look = [tone(one), one.status, one.told, one.help, one.pending?.length || 0, is, one.lon, one.lat].join();
          const old = kept.get(one.id);
          if (old?.look === look) continue;
          old?.mark.remove();
          const mark = L.marker([one.lat, one.lon], {
            icon: icon(one, is),
            alt: name(one),
            title: name(one),
            riseOnHover: true,
            zIndexOffset: is ? 2000 : tone(one) === "late" ? 500 : tone(one) === "quiet" ? -500 : 0,
          });
          mark.on("click", () => open(one.id));
          mark.addTo(map);
          mark.getElement().dataset.case = one.id;
          kept.set(one.id, { mark, look });
        }
      },
    };
  };
})((window.gezhi = window.gezhi || {}));
