/* One vector tile: its bytes become places that are ready to be drawn. */
(function (gezhi) {
  "use strict";

  const SHAPES = ["", "point", "line", "polygon"];
  const [VARINT, EIGHT_BYTES, MESSAGE, FOUR_BYTES] = [0, 1, 2, 5];
  const [MOVE, LINE] = [1, 2];
  const text = new TextDecoder();

  /** The fields of a message as [number, value]: a number, or the bytes of a message or a text. */
  function* fieldsOf(bytes) {
    const numbers = new gezhi.Varints(bytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    while (numbers.at < bytes.length) {
      const key = numbers.next();
      const [field, type] = [key >> 3, key & 7];
      if (type === VARINT) yield [field, numbers.next()];
      else if (type === MESSAGE) {
        const length = numbers.next();
        if (numbers.at + length > bytes.length) throw new Error("a tile ends too early");
        yield [field, bytes.subarray(numbers.at, (numbers.at += length))];
      } else if (type === EIGHT_BYTES) {
        yield [field, view.getFloat64(numbers.at, true)];
        numbers.at += 8;
      } else if (type === FOUR_BYTES) {
        yield [field, view.getFloat32(numbers.at, true)];
        numbers.at += 4;
      } else throw new Error(`a tile has a field of type ${type}`);
    }
  }

  /** Texts, decimals, whole numbers, numbers with a sign, yes or no: a value is one of these. */
  function readValue(bytes) {
    let value = null;
    for (const [field, found] of fieldsOf(bytes)) {
      if (field === 1) value = text.decode(found);
      else if (field === 6) value = unsigned(found);
      else value = found;
    }
    return value;
  }

  function unsigned(number) {
    return number % 2 ? -(number + 1) / 2 : number / 2;
  }

  function readLayer(bytes) {
    const layer = { name: "", extent: 4096, keys: [], values: [], features: [] };
    for (const [field, value] of fieldsOf(bytes)) {
      if (field === 1) layer.name = text.decode(value);
      else if (field === 2) layer.features.push(value);
      else if (field === 3) layer.keys.push(text.decode(value));
      else if (field === 4) layer.values.push(readValue(value));
      else if (field === 5) layer.extent = value;
    }
    return layer;
  }

  function readPlace(bytes, layer, { step, left, top }) {
    const about = {};
    let type = "";
    let shape = null;
    for (const [field, value] of fieldsOf(bytes)) {
      if (field === 2) {
        const tags = new gezhi.Varints(value);
        while (tags.at < value.length) {
          const key = layer.keys[tags.next()];
          about[key] = layer.values[tags.next()];
        }
      } else if (field === 3) type = SHAPES[value];
      else if (field === 4) shape = value;
    }
    if (!type || !shape) return null;
    const { parts, box } = readShape(shape, type, step, left, top);
    const named = layer.name.startsWith("label_") && about.span !== undefined;
    const shown = named ? "name" : type;
    return { kind: about.kind, level: about.level || "side", about, type: shown, parts, box, cut: true };
  }

  /** Commands and steps from one position to the next become parts in world coordinates. */
  function readShape(bytes, type, step, left, top) {
    const numbers = new gezhi.Varints(bytes);
    const parts = [];
    const box = [1, 1, 0, 0];
    let part = [];
    let [x, y] = [0, 0];
    const end = () => {
      if (!part.length) return;
      if (type === "polygon") part.push(part[0], part[1]);
      parts.push(Float64Array.from(part));
      part = [];
    };
    while (numbers.at < bytes.length) {
      const command = numbers.next();
      const what = command & 7;
      if (what !== MOVE && what !== LINE) continue; // a ring is closed: it is anyway
      for (let more = command >> 3; more > 0; more--) {
        if (what === MOVE) end();
        x += unsigned(numbers.next());
        y += unsigned(numbers.next());
        const wx = left + x * step;
        const wy = top + y * step;
        part.push(wx, wy);
        if (wx < box[0]) box[0] = wx;
        if (wy < box[1]) box[1] = wy;
        if (wx > box[2]) box[2] = wx;
        if (wy > box[3]) box[3] = wy;
      }
    }
    end();
    return { parts, box };
  }

  /** The places of a tile. Rejects nothing silently: bytes that are no tile are an Error. */
  function readTile(bytes, { z, x, y }) {
    const side = 2 ** -z;
    const places = [];
    for (const [field, value] of fieldsOf(bytes)) {
      if (field !== 3) continue;
      const layer = readLayer(value);
      const frame = { step: side / layer.extent, left: x * side, top: y * side };
      for (const feature of layer.features) {
        const place = readPlace(feature, layer, frame);
        if (place) places.push(place);
      }
    }
    return places;
  }

  gezhi.readTile = readTile;
})((window.gezhi = window.gezhi || {}));
