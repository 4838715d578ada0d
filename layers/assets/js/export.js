/* What can be taken away from the map: pictures of what is seen, and the figures behind it as files. */

const FRAME = 'iframe[title^="streamlit_folium"]';

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".gz-export");
  const panel = new Exports(root, data);
  panel.draw();
}

class Exports {
  constructor(root, { query, about, words, groups }) {
    this.root = root;
    this.query = query;
    this.about = about;
    this.words = words;
    this.groups = groups;
  }

  draw() {
    const whole = this.root.querySelector("input");
    this.seen = make("input", { type: "checkbox", id: "gz-export-seen" });
    this.seen.checked = Boolean(whole && whole.checked);
    const label = make("label", { for: "gz-export-seen" }, this.words.seen);
    const choice = make("p", { class: "choice" });
    choice.append(this.seen, label);
    this.said = make("p", { class: "said", role: "status" });
    this.root.replaceChildren(...this.groups.map((group) => this.section(group)), choice, this.said);
  }

  section({ title, items }) {
    const section = make("section", {});
    const row = make("div", { class: "row", role: "group", "aria-label": title });
    row.append(...items.map((item) => this.button(item)));
    section.append(make("h4", {}, title), row);
    return section;
  }

  button({ what, form, label, hint }) {
    const button = make("button", { type: "button", title: hint, "data-export": `${what}.${form}` }, label);
    button.addEventListener("click", () => this.take(button, what, form));
    return button;
  }

  /** Make the file and hand it over; until then the button says that it is busy. */
  async take(button, what, form) {
    if (this.root.dataset.busy) return;
    this.root.dataset.busy = "1";
    button.setAttribute("aria-busy", "true");
    this.say(this.words.busy);
    try {
      const { blob, name } = what === "picture" ? await this.picture(form) : await this.file(what, form);
      save(blob, name);
      this.say(fill(this.words.done, { name, size: sizeOf(blob.size) }));
    } catch (error) {
      console.warn("export:", error);
      this.say(error.message || this.words.failed, true);
    } finally {
      delete this.root.dataset.busy;
      button.removeAttribute("aria-busy");
    }
  }

  async picture(form) {
    const { gezhi, map } = frame();
    const blob = await gezhi.picture(map, form, this.about).catch((error) => {
      console.warn("picture:", error);
      throw new Error(this.words.failed);
    });
    return { blob, name: `${this.about.name}.${form}` };
  }

  async file(what, form) {
    const response = await fetch(this.address(what, form), { credentials: "same-origin" }).catch(() => {
      throw new Error(this.words.failed);
    });
    if (!response.ok) {
      const said = await response.json().catch(() => ({}));
      throw new Error(said.error || this.words.failed);
    }
    return { blob: await response.blob(), name: nameOf(response) || `gezhi-${what}.${form}` };
  }

  address(what, form) {
    const asked = new URLSearchParams(this.query);
    const { gezhi, map, painted } = frame();
    if (painted && painted.resolution) asked.set("res", painted.resolution);
    if (painted && painted.edges && painted.edges.length) asked.set("edges", painted.edges.join(","));
    if (this.seen.checked && map && gezhi) {
      const bounds = map.getBounds();
      const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
      asked.set("bbox", box.map((degrees) => degrees.toFixed(6)).join(","));
    }
    return `api/export/${what}.${form}?${asked}`;
  }

  say(text, fault) {
    this.said.textContent = text;
    this.said.classList.toggle("fault", Boolean(fault));
  }
}

/** The map's own page, which lies in a frame of this one. */
function frame() {
  const inner = document.querySelector(FRAME)?.contentWindow;
  return { gezhi: inner?.gezhi, map: inner?.map, painted: inner?.__gezhi };
}

function make(tag, attributes, text) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function sizeOf(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** The name that the server gives, in whatever script it is written. */
function nameOf(response) {
  const said = response.headers.get("content-disposition") || "";
  const encoded = /filename\*=utf-8''([^;]+)/i.exec(said);
  if (encoded) return decodeURIComponent(encoded[1]);
  const plain = /filename="([^"]+)"/i.exec(said);
  return plain && plain[1];
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
