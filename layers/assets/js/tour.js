/* A short tour of the page, offered once in each browser: a dialog that shows one part of the page after the other. */
const MEMORY = "gezhi tour"; // "seen" once somebody has been round, or did not want to
const CALLS = "gezhi tour call"; // the last call that was followed, of this tab
const LOOK_MS = 200;
const FOLLOW_MS = 250; // the page may still move below what is spoken of
const MOST_LOOKS = 75; // a map that does not come is not waited for
const GAP_PX = 14;
const NARROW_PX = 640;

function recall(kept, name) {
  try {
    return kept().getItem(name);
  } catch {
    return null; // a browser that keeps nothing
  }
}

function keep(kept, name, value) {
  try {
    kept().setItem(name, value);
  } catch {
    window[`__${name}`] = value; // at least for this page
  }
}

const always = () => window.localStorage;
const thisTab = () => window.sessionStorage;

/** Whether the page is there to be shown: a map has painted, or there is none. */
function isBuilt() {
  const frame = document.querySelector('iframe[title^="streamlit_folium"]');
  const map = frame && frame.contentDocument && frame.contentDocument.querySelector("[data-gezhi-state]");
  return Boolean(map) && map.dataset.gezhiState !== "loading";
}

function boxOf(selectors) {
  for (const selector of selectors) {
    for (const element of document.querySelectorAll(selector)) {
      const box = element.getBoundingClientRect();
      const seen = box.width > 8 && box.height > 8 && box.right > 8 && box.left < innerWidth - 8;
      if (seen) return { element, box };
    }
  }
  return null;
}

class Tour {
  constructor(dialog, invitation) {
    this.dialog = dialog;
    this.invitation = invitation;
    this.card = dialog.querySelector(".card");
    this.hole = dialog.querySelector(".hole");
    const part = (name) => dialog.querySelector(`[data-part=${name}]`);
    this.parts = { title: part("title"), text: part("text"), place: part("place") };
    this.buttons = { skip: part("skip"), back: part("back"), next: part("next") };
    this.at = 0;
    this.buttons.skip.onclick = () => this.close();
    this.buttons.back.onclick = () => this.show(this.at - 1);
    this.buttons.next.onclick = () => this.show(this.at + 1);
    this.hole.onclick = () => this.close();
    dialog.onclick = (event) => {
      if (event.target === dialog) this.close();
    };
    this.keys = (event) => this.key(event);
    dialog.onclose = () => this.closed();
    this.placed = () => this.place();
    const asked = (name) => invitation.querySelector(`[data-part=${name}]`);
    this.asked = { invited: asked("invited"), begin: asked("begin"), later: asked("later") };
    this.asked.begin.onclick = () => this.open(this.data);
    this.asked.later.onclick = () => this.later();
  }

  /** Offer the tour without standing in anybody's way. */
  invite(data) {
    this.data = data;
    for (const [name, element] of Object.entries(this.asked)) element.textContent = data.words[name];
    this.invitation.hidden = false;
  }

  later() {
    this.invitation.hidden = true;
    keep(always, MEMORY, "seen");
  }

  open(data) {
    this.data = data;
    if (this.dialog.open) return;
    this.invitation.hidden = true;
    this.dialog.showModal();
    this.following = setInterval(this.placed, FOLLOW_MS);
    addEventListener("resize", this.placed);
    addEventListener("scroll", this.placed, true);
    addEventListener("keydown", this.keys, true); // before a list that is open below hears of it
    this.show(0);
  }

  close() {
    this.dialog.close();
  }

  /** However it came to its end, it is not shown by itself again. */
  closed() {
    clearInterval(this.following);
    removeEventListener("resize", this.placed);
    removeEventListener("scroll", this.placed, true);
    removeEventListener("keydown", this.keys, true);
    keep(always, MEMORY, "seen");
  }

  key(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
    if (event.key === "ArrowRight") this.show(Math.min(this.at + 1, this.data.steps.length - 1));
    if (event.key === "ArrowLeft") this.show(Math.max(this.at - 1, 0));
  }

  show(at) {
    const { steps, words } = this.data;
    if (at >= steps.length) {
      this.close();
      return;
    }
    this.at = at;
    const step = steps[at];
    this.parts.title.textContent = step.title;
    this.parts.text.textContent = innerWidth <= NARROW_PX && step.narrow ? step.narrow : step.text;
    this.parts.place.textContent = words.place.replace("{i}", at + 1).replace("{n}", steps.length);
    this.buttons.skip.textContent = words.skip;
    this.buttons.skip.hidden = at === steps.length - 1;
    this.buttons.back.textContent = words.back;
    this.buttons.back.hidden = at === 0;
    this.buttons.next.textContent = at === steps.length - 1 ? words.done : words.next;
    this.dialog.dataset.step = at + 1;
    const shown = boxOf(step.shows);
    if (shown) shown.element.scrollIntoView({ block: "nearest" });
    this.place();
    this.parts.title.focus();
  }

  /** Leave a hole over what is spoken of, and put the card where it hides least of that. */
  place() {
    const shown = boxOf(this.data.steps[this.at].shows);
    this.hole.hidden = !shown;
    this.dialog.classList.toggle("plain", !shown);
    if (shown) {
      const { box } = shown;
      const left = Math.max(box.left, 4);
      const top = Math.max(box.top, 4);
      Object.assign(this.hole.style, {
        left: `${left}px`,
        top: `${top}px`,
        width: `${Math.min(box.right, innerWidth - 4) - left}px`,
        height: `${Math.min(box.bottom, innerHeight - 4) - top}px`,
      });
    }
    const [x, y] = this.spot(shown && shown.box);
    this.card.style.left = `${x}px`;
    this.card.style.top = `${y}px`;
  }

  spot(box) {
    const { offsetWidth: width, offsetHeight: height } = this.card;
    const middle = (innerWidth - width) / 2;
    const foot = innerHeight - height - GAP_PX;
    if (innerWidth <= NARROW_PX || !box) {
      return [middle, box && box.top > innerHeight / 2 ? GAP_PX : foot];
    }
    const y = Math.min(Math.max(box.top, GAP_PX), foot);
    if (box.right + GAP_PX + width < innerWidth) return [box.right + GAP_PX, y];
    if (box.left - GAP_PX - width > 0) return [box.left - GAP_PX - width, y];
    return [Math.min(Math.max(box.left + (box.width - width) / 2, GAP_PX), innerWidth - width - GAP_PX), foot];
  }
}

const tours = new WeakMap();

export default function (component) {
  const { data, parentElement } = component;
  const dialog = parentElement.querySelector("dialog");
  const invitation = parentElement.querySelector(".invite");
  if (!tours.has(dialog)) tours.set(dialog, new Tour(dialog, invitation));
  const tour = tours.get(dialog);
  tour.data = data;
  if (dialog.open) tour.show(tour.at); // another language
  if (!invitation.hidden) tour.invite(data);
  const called = data.call && recall(thisTab, CALLS) !== data.call;
  const first = recall(always, MEMORY) !== "seen" && window[`__${MEMORY}`] !== "seen";
  let timer = 0;
  let looks = 0;

  function look() {
    if (!dialog.isConnected || dialog.open) return;
    if (!isBuilt() && (looks += 1) < MOST_LOOKS) {
      timer = setTimeout(look, LOOK_MS);
      return;
    }
    if (!called) {
      tour.invite(data);
      return;
    }
    keep(thisTab, CALLS, data.call);
    tour.open(data);
  }

  if (called || first) look();
  return () => {
    clearTimeout(timer);
  };
}
