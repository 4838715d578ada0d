/* Tell the page's program where the map looks: the map's script keeps that in the address, which Streamlit does not
   send along when it changes by itself. */
const NAMES = ["lat", "lon", "zoom"];
const SETTLED_MS = 300;

function read() {
  const said = new URL(window.location.href).searchParams;
  return Object.fromEntries(NAMES.filter((name) => said.has(name)).map((name) => [name, said.get(name)]));
}

export default function (component) {
  const { data, setStateValue } = component;
  let known = JSON.stringify(data.known || {});
  let timer = 0;

  function tell() {
    const now = read();
    if (JSON.stringify(now) === known) return;
    known = JSON.stringify(now);
    setStateValue("at", now);
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(tell, SETTLED_MS);
  }

  tell();
  if (window.navigation) window.navigation.addEventListener("currententrychange", later);
  return () => {
    clearTimeout(timer);
    if (window.navigation) window.navigation.removeEventListener("currententrychange", later);
  };
}
