/* The paper around a map: title and filter above it, legend, scale, north and sources below. */
(function (gezhi) {
  "use strict";

  const FONT = '"Source Sans", system-ui, "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif';
  const SIDE_PX = 16;
  const LINE_PX = 18;
  const TITLE_PX = 26;
  const SWATCH_PX = 12;
  const GAP_PX = 14;
  const LONGEST_BAR_PX = 140;
  const STEPS = [1, 2, 5];

  /**
   * Everything around the map is measured first and drawn then: `rows` are lists of pieces, each with its place.
   *
   * `about` is {title, lines}, `keys` those of the legends, `metres` those of one pixel.
   */
  class Paper {
    constructor({ size, about, keys, metres, colours, north }) {
      this.map = size;
      this.about = about;
      this.keys = keys;
      this.metres = metres;
      this.colours = colours;
      this.north = north;
      this.ruler = document.createElement("canvas").getContext("2d");
      this.pieces = [];
      this.top = this.layTitle();
      this.width = size.x;
      this.height = this.layFoot(this.top + size.y);
    }

    layTitle() {
      let y = SIDE_PX + 16;
      this.write(this.about.title, SIDE_PX, y, { size: 18, weight: 600 });
      y += TITLE_PX;
      for (const line of this.wrap(this.about.words, this.map.x - 2 * SIDE_PX, 13)) {
        this.write(line, SIDE_PX, y - 4, { size: 13, quiet: true });
        y += LINE_PX;
      }
      return y - 4;
    }

    layFoot(top) {
      let y = top + SIDE_PX + 6;
      y = this.layScale(y);
      for (const key of this.keys) y = this.layKey(key, y);
      for (const text of this.about.lines) {
        for (const line of this.wrap(text, this.map.x - 2 * SIDE_PX, 11.5)) {
          this.write(line, SIDE_PX, y, { size: 11.5, quiet: true });
          y += LINE_PX - 2;
        }
      }
      return Math.ceil(y + SIDE_PX - LINE_PX / 2);
    }

    /** A bar of a round length, and where north is. */
    layScale(y) {
      const metres = roundLength(this.metres * LONGEST_BAR_PX);
      const length = metres / this.metres;
      const words = metres >= 1000 ? `${metres / 1000} km` : `${metres} m`;
      const right = this.map.x - SIDE_PX;
      this.pieces.push({ bar: [right - length, y - 4, length] });
      this.write(words, right - length - 8, y, { size: 12, align: "right" });
      this.pieces.push({ north: [right - length - 30 - this.measure(words, 12), y] });
      return y;
    }

    layKey({ title, classes, notes }, y) {
      this.write(title, SIDE_PX, y, { size: 12.5, weight: 600 });
      y += LINE_PX + 2;
      let x = SIDE_PX;
      for (const { colour, words, look, mark } of classes) {
        const width = SWATCH_PX + 6 + this.measure(words, 12);
        if (x > SIDE_PX && x + width > this.map.x - SIDE_PX) {
          x = SIDE_PX;
          y += LINE_PX;
        }
        this.pieces.push({ swatch: [x, y - SWATCH_PX + 2, colour, look, mark] });
        this.write(words, x + SWATCH_PX + 6, y, { size: 12 });
        x += width + GAP_PX;
      }
      y += LINE_PX;
      for (const note of notes) {
        for (const line of this.wrap(note, this.map.x - 2 * SIDE_PX, 11.5)) {
          this.write(line, SIDE_PX, y, { size: 11.5, quiet: true });
          y += LINE_PX - 2;
        }
      }
      return y + 4;
    }

    write(text, x, y, { size, weight = 400, quiet = false, align = "left" }) {
      this.pieces.push({ text, x, y, size, weight, quiet, align });
    }

    measure(text, size, weight = 400) {
      this.ruler.font = `${weight} ${size}px ${FONT}`;
      return this.ruler.measureText(text).width;
    }

    /** Lines that fit: words stay whole, Chinese breaks between any two signs but not before a mark. */
    wrap(text, width, size) {
      const lines = [];
      let line = "";
      for (const part of (text || "").match(/\p{Script=Han}[，。；：、！？）》”]*|[^\s\p{Script=Han}]+\s*|\s+/gu) || []) {
        if (line && this.measure((line + part).trimEnd(), size) > width) {
          lines.push(line.trimEnd());
          line = "";
        }
        line += part;
      }
      return line.trim() ? [...lines, line.trimEnd()] : lines;
    }

    draw(context) {
      const { ground, ink, quiet } = this.colours;
      context.fillStyle = ground;
      context.fillRect(0, 0, this.width, this.top);
      context.fillRect(0, this.top + this.map.y, this.width, this.height - this.top - this.map.y);
      context.textBaseline = "alphabetic";
      for (const piece of this.pieces) {
        if (piece.bar) this.drawBar(context, piece.bar, ink);
        else if (piece.north) this.drawNorth(context, piece.north, ink);
        else if (piece.swatch) this.drawSwatch(context, piece.swatch);
        else {
          context.font = `${piece.weight} ${piece.size}px ${FONT}`;
          context.textAlign = piece.align;
          context.fillStyle = piece.quiet ? quiet : ink;
          context.fillText(piece.text, piece.x, piece.y);
        }
      }
    }

    /** A square; hollow for what has no figure, small for what is uncertain. */
    drawSwatch(context, [x, y, colour, look, mark]) {
      context.fillStyle = context.strokeStyle = colour;
      context.lineWidth = 1.3;
      const inset = { missing: 1, few: SWATCH_PX / 4 }[look] || 0;
      const side = SWATCH_PX - 2 * inset;
      if (look === "missing") context.strokeRect(x + inset, y + inset, side, side);
      else context.fillRect(x + inset, y + inset, side, side);
      if (mark) this.drawMark(context, x, y, mark);
    }

    drawMark(context, x, y, { mark, ink, framed }) {
      const half = SWATCH_PX / 2;
      gezhi.hotMarks.draw(context, mark, [x + half, y + half], half, ink);
      context.strokeStyle = ink;
      context.lineWidth = 0.8;
      if (framed) context.strokeRect(x + 1.4, y + 1.4, SWATCH_PX - 2.8, SWATCH_PX - 2.8);
    }

    drawBar(context, [x, y, length], ink) {
      context.strokeStyle = ink;
      context.lineWidth = 1.5;
      context.beginPath();
      context.moveTo(x, y - 5);
      context.lineTo(x, y);
      context.lineTo(x + length, y);
      context.lineTo(x + length, y - 5);
      context.stroke();
    }

    drawNorth(context, [x, y], ink) {
      context.fillStyle = ink;
      context.beginPath();
      context.moveTo(x, y - 12);
      context.lineTo(x + 4.5, y);
      context.lineTo(x, y - 3);
      context.lineTo(x - 4.5, y);
      context.closePath();
      context.fill();
      context.font = `600 11px ${FONT}`;
      context.textAlign = "right";
      context.fillText(this.north, x - 8, y);
    }
  }

  /** The largest length of 1, 2 or 5 times a power of ten that is not longer. */
  function roundLength(metres) {
    const unit = 10 ** Math.floor(Math.log10(metres));
    return Math.max(...STEPS.map((step) => step * unit).filter((length) => length <= metres));
  }

  gezhi.PicturePaper = Paper;
})((window.gezhi = window.gezhi || {}));
