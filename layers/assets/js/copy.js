/* A button that copies an address. On plain http another machine's browser has no clipboard to write to: there the
   old command does it, and where that fails too the address is shown, marked, to be copied by hand. */
const SAID_MS = 2500;

export default function (component) {
  const { data, parentElement } = component;
  const button = parentElement.querySelector("button");
  const field = parentElement.querySelector("input");
  const spoken = parentElement.querySelector("[role=status]");
  const words = button.querySelector("span");
  if (!button.dataset.said) words.textContent = data.words.copy;
  button.title = data.title || "";
  field.setAttribute("aria-label", data.words.copy);

  function address() {
    if (data.address) return data.address;
    const url = new URL(window.location.href);
    if (data.query !== null) url.search = data.query;
    url.hash = "";
    return url.href;
  }

  async function write(text) {
    if (window.isSecureContext && navigator.clipboard) {
      try {
        await navigator.clipboard.writeText(text);
        return true;
      } catch {
        // not allowed here: the old way may be
      }
    }
    field.hidden = false;
    field.value = text;
    field.focus();
    field.select();
    field.setSelectionRange(0, text.length);
    let done = false;
    try {
      done = document.execCommand("copy");
    } catch {
      done = false;
    }
    field.hidden = done;
    return done;
  }

  function say(text) {
    words.textContent = text;
    spoken.textContent = text;
    button.dataset.said = "1";
    clearTimeout(button.timer);
    button.timer = setTimeout(() => {
      delete button.dataset.said;
      words.textContent = data.words.copy;
      spoken.textContent = "";
    }, SAID_MS);
  }

  button.onclick = async () => {
    const text = address();
    const done = await write(text);
    button.dataset.copied = text; // for tests
    if (done) button.focus();
    say(done ? data.words.copied : data.words.by_hand);
  };
  field.hidden = true;
}
