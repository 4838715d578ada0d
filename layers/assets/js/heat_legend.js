/* The legend of a smooth surface: a bar of colours with its numbers, and how far one report counts, to scale. */
(function (gezhi) {
  "use strict";

  const BAR_STEPS = 12;
  const SAMPLES = 5;
  const WIDTH_PX = 190;
  const HEIGHT_PX = 44;

  gezhi.HeatLegend = gezhi.Legend.extend({
    /** Show a scale that ends at `top`; `open` says that there is more, `solid` that weak colours do not fade. */
    show({ title, stops, top, open, solid, bandwidth, averaged, words, figure, number }) {
      this.box.hidden = false;
      this.button.textContent = title;
      if (!this.bar) this.build();
      this.bar.setAttribute("aria-label", `${title}: 0, ${figure(top / 4)}, ${figure(top)}`);
      this.bar.style.backgroundImage = `linear-gradient(to right, ${gradient(stops, solid)})`;
      const last = open ? gezhi.fill(words.open_range, { first: figure(top) }) : figure(top);
      this.list.replaceChildren(...this.samples(stops, top, last, figure));
      // Colours go by the square root: the middle of the bar is a quarter of its end.
      [figure(0), figure(top / 4), last].forEach((text, i) => (this.ticks.children[i].textContent = text));
      const metres = number(bandwidth);
      this.reach.setAttribute("aria-label", gezhi.fill(words.counts_within, { metres }));
      this.note.textContent = gezhi.fill(words.counts_within, { metres });
      if (averaged) this.note.textContent += ` ${gezhi.fill(words.averaged, { metres })}`;
    },

    /** The bar as a list that is not seen: a picture of the map writes it below. */
    samples(stops, top, last, figure) {
      return Array.from({ length: SAMPLES }, (_, i) => {
        const share = i / (SAMPLES - 1);
        const item = gezhi.element("li", "gz-legend-class");
        const swatch = gezhi.element("span", "gz-swatch");
        swatch.style.setProperty("--gz-colour", stops[Math.round(share * (stops.length - 1))]);
        item.append(swatch, share === 1 ? last : figure(top * share ** 2));
        return item;
      });
    },

    build() {
      this.bar = gezhi.element("div", "gz-heat-bar", { role: "img" });
      this.ticks = gezhi.element("div", "gz-heat-ticks", { "aria-hidden": "true" });
      this.ticks.append(...[0, 1, 2].map(() => gezhi.element("span", "gz-heat-tick")));
      this.reach = L.SVG.create("svg");
      for (const [name, value] of Object.entries({
        class: "gz-heat-reach",
        role: "img",
        width: WIDTH_PX,
        height: HEIGHT_PX,
        viewBox: `0 0 ${WIDTH_PX} ${HEIGHT_PX}`,
      })) {
        this.reach.setAttribute(name, value);
      }
      this.list.hidden = true;
      this.body.prepend(this.bar, this.ticks, this.reach);
    },

    /** Draw the bandwidth as it is on the map now, this many pixels: a circle, an arc, or an arrow beyond. */
    measure(radiusPx) {
      if (!this.reach) return;
      const middle = HEIGHT_PX / 2;
      const end = Math.min(radiusPx, WIDTH_PX - 6);
      const whole = radiusPx + 2 <= middle;
      const x = whole ? Math.max(radiusPx, 2) + 2 : 4;
      const parts = [
        line("circle", { cx: x, cy: middle, r: 2, class: "gz-heat-centre" }),
        line("path", { d: `M${x} ${middle}H${whole ? x + radiusPx : end}`, class: "gz-heat-radius" }),
      ];
      if (radiusPx <= WIDTH_PX - 6) parts.push(line("circle", { cx: x, cy: middle, r: radiusPx, class: "gz-heat-circle" }));
      else parts.push(line("path", { d: `M${end - 6} ${middle - 5}L${end} ${middle}L${end - 6} ${middle + 5}`, class: "gz-heat-radius" }));
      this.reach.replaceChildren(...parts);
    },
  });

  function line(tag, attributes) {
    const made = L.SVG.create(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  /** The bar's colours as the surface has them, as clear as it is. */
  function gradient(stops, solid) {
    return Array.from({ length: BAR_STEPS + 1 }, (_, i) => {
      const [red, green, blue, fading] = gezhi.heatColourAt(stops, i / BAR_STEPS);
      const alpha = solid ? 255 : fading;
      return `rgb(${red} ${green} ${blue} / calc(${(alpha / 255).toFixed(3)} * var(--gz-opacity, 1)))`;
    }).join(", ");
  }
})((window.gezhi = window.gezhi || {}));
