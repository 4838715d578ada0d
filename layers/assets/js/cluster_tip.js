/* The tooltip of a cluster: how many reports, how many of them open, and of which categories. */
(function (gezhi) {
  "use strict";

  const MOST_LINES = 4;

  class ClusterTip {
    constructor(map) {
      this.map = map;
      this.tip = L.tooltip({ direction: "top", offset: [0, -10], className: "gz-tip", opacity: 1 });
      this.cluster = null;
      this.text = "";
    }

    /** What is said of a cluster, line by line: {counted, shares: [{colour, text}]}. */
    textsOf({ n, open, kinds, category, status }, { meta, colours, words, number }) {
      const names = { category: {}, status: {}, ...meta.names };
      if (n === 1) {
        const colour = colours[kinds.indexOf(1)];
        return {
          counted: names.category[category] || category,
          shares: [{ colour, text: names.status[status] || status }],
        };
      }
      const counted = n === 1 ? words.one : gezhi.fill(words.many, { n: number(n) });
      const named = kinds
        .map((count, kind) => ({ count, colour: colours[kind < meta.kinds.length ? kind : colours.length - 1], kind }))
        .filter(({ count }) => count)
        .sort((a, b) => b.count - a.count);
      const shares = named.slice(0, MOST_LINES).map(({ count, colour, kind }) => {
        const slug = meta.kinds[kind];
        const name = slug === undefined ? words.points_others : names.category[slug] || slug;
        return { colour, text: gezhi.fill(words.points_part, { name, n: number(count) }) };
      });
      return { counted: gezhi.fill(words.of_which_open, { counted, open: number(open) }), shares };
    }

    /** The same as one sentence, for those who do not see the map. */
    sayOf(cluster, about) {
      const { counted, shares } = this.textsOf(cluster, about);
      return [counted, ...shares.map(({ text }) => text)].join(", ");
    }

    show(cluster, about) {
      if (cluster !== this.cluster) {
        this.cluster = cluster;
        const { counted, shares } = this.textsOf(cluster, about);
        const content = gezhi.element("div", "gz-tip-text");
        content.append(line("gz-tip-count", counted));
        for (const { colour, text } of shares) {
          const row = line("gz-tip-part", text);
          const swatch = gezhi.element("span", "gz-swatch gz-swatch-kind", { "aria-hidden": "true" });
          swatch.style.setProperty("--gz-colour", colour);
          row.prepend(swatch);
          content.append(row);
        }
        this.text = this.sayOf(cluster, about);
        this.tip.setContent(content);
      }
      this.tip.setLatLng([cluster.lat, cluster.lon]);
      if (!this.map.hasLayer(this.tip)) this.tip.addTo(this.map);
    }

    hide() {
      this.cluster = null;
      this.text = "";
      this.tip.remove();
    }
  }

  function line(className, text) {
    const made = gezhi.element("span", className);
    made.textContent = text;
    return made;
  }

  gezhi.ClusterTip = ClusterTip;
})((window.gezhi = window.gezhi || {}));
