/* Tens of thousands of small hexagons: one picture of the hexagon is stamped into the pixels by hand.

   There is a picture for each look of a hexagon (full, small, a ring) and a pale one of each. */
(function (gezhi) {
  "use strict";

  /** The picture is made for each eighth of a pixel that a middle can lie off the grid, across and down. */
  const PHASES = 8;
  const OPAQUE = 255;
  const ALIKE_PX = 0.05;

  class Stamps {
    /**
     * `outline`: x and y of each corner in pixels, one after the other, from the middle of the hexagon;
     * `ratio`: how many of them make a pixel of the page.
     */
    constructor(outline, ratio) {
      this.outline = outline;
      this.reach = Math.ceil(Math.max(...outline.map(Math.abs))) + 1;
      this.side = 2 * this.reach + 1;
      this.pictures = new Map(); // look and strength -> what `cut` makes
      this.ratio = ratio;
    }

    /** Whether an outline is this one, to the eye. */
    fits(outline) {
      return (
        outline.length === this.outline.length &&
        outline.every((place, i) => Math.abs(place - this.outline[i]) < ALIKE_PX)
      );
    }

    /** Begin a picture of this size; around it is room for hexagons that are cut off by its edge. */
    begin(width, height) {
      this.width = width + 2 * this.side;
      this.height = height + 2 * this.side;
      this.image = new ImageData(this.width, this.height);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }

    /** Take up the picture of a look ({size, line}); `strength` from 0 to 1 makes it pale. */
    take(look, strength) {
      const name = `${look.size} ${look.line} ${strength}`;
      if (!this.pictures.has(name)) this.pictures.set(name, this.cut(this.draw(look), strength));
      this.covers = this.pictures.get(name);
      this.steps = this.covers.map(({ x, y }) => Int32Array.from(x, (across, k) => y[k] * this.width + across));
    }

    /** Stamp a hexagon of the look taken up, its middle at x, y; `colour` is from `colourOf`. */
    stamp(x, y, colour) {
      const left = Math.floor(x);
      const top = Math.floor(y);
      if (left < -this.reach || top < -this.reach) return;
      if (left > this.width - this.side - this.reach || top > this.height - this.side - this.reach) return;
      const phase = Math.floor((y - top) * PHASES) * PHASES + Math.floor((x - left) * PHASES);
      const corner = (top + this.side - this.reach) * this.width + left + this.side - this.reach;
      const steps = this.steps[phase];
      const { cover } = this.covers[phase];
      const { pixels } = this;
      for (let k = 0; k < steps.length; k++) {
        const at = corner + steps[k];
        const below = pixels[at];
        pixels[at] = cover[k] === OPAQUE || below === 0 ? (cover[k] << 24) | colour : over(colour, cover[k], below);
      }
    }

    /** Put the picture on a canvas in place of what is there. */
    end(context) {
      context.putImageData(this.image, -this.side, -this.side);
    }

    /** How much of each pixel the hexagon covers, 0 to 255, for all phases side by side. */
    draw({ size, line }) {
      const canvas = new OffscreenCanvas(this.side * PHASES, this.side * PHASES);
      const context = canvas.getContext("2d", { willReadFrequently: true });
      const { outline } = this;
      context.lineWidth = line * this.ratio;
      for (let down = 0; down < PHASES; down++) {
        for (let across = 0; across < PHASES; across++) {
          const x = across * this.side + this.reach + (across + 0.5) / PHASES;
          const y = down * this.side + this.reach + (down + 0.5) / PHASES;
          context.beginPath();
          for (let i = 0; i < outline.length; i += 2) context.lineTo(x + outline[i] * size, y + outline[i + 1] * size);
          context.closePath();
          if (line) context.stroke();
          else context.fill();
        }
      }
      return context.getImageData(0, 0, canvas.width, canvas.height);
    }

    /** For each phase the covered pixels alone: where they are and how much of them is covered. */
    cut({ data, width }, strength) {
      return Array.from({ length: PHASES * PHASES }, (_, phase) => {
        const [x, y, cover] = [[], [], []];
        const left = (phase % PHASES) * this.side;
        const top = Math.floor(phase / PHASES) * this.side;
        for (let i = 0; i < this.side * this.side; i++) {
          const across = i % this.side;
          const down = Math.floor(i / this.side);
          const covered = data[((top + down) * width + left + across) * 4 + 3];
          if (!covered) continue;
          x.push(across);
          y.push(down);
          cover.push(Math.ceil(covered * strength));
        }
        return { x, y, cover: Uint8Array.from(cover) };
      });
    }
  }

  /** A colour that covers a pixel in part, over the one that is there; red and blue are mixed in one go. */
  function over(colour, cover, below) {
    const kept = ((below >>> 24) * (OPAQUE - cover)) / OPAQUE;
    const share = Math.round((256 * cover) / (cover + kept));
    const rest = 256 - share;
    const outer = ((colour & 0xff00ff) * share + (below & 0xff00ff) * rest) >>> 8;
    const green = ((colour & 0xff00) * share + (below & 0xff00) * rest) >>> 8;
    return (Math.round(cover + kept) << 24) | (outer & 0xff00ff) | (green & 0xff00);
  }

  /** A colour such as `#1f6f8b` as the number that pixels have, without its opacity. */
  function colourOf(text) {
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
    return (blue << 16) | (green << 8) | red;
  }

  gezhi.Stamps = Stamps;
  gezhi.colourOf = colourOf;
})((window.gezhi = window.gezhi || {}));
