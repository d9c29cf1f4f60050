// The photos of one item, or of none: what was taken, and the two ways to more. Several may be chosen at once.
import { ask, clock, cross, icon, make, say } from "./onsite-make.js";
import { kept } from "./onsite-faults.js";
import { drop, photo } from "./onsite-queue.js";
import { scaled } from "./onsite-picture.js";

// Addresses of small pictures, one for each photo that this page has shown; they end with the page.
const addresses = new Map();
const site = document.body.dataset;

function addressOf(op, thumb) {
  if (!addresses.has(op)) addresses.set(op, URL.createObjectURL(thumb));
  return addresses.get(op);
}

// A picture that another phone took is shown from the server, where there is a network.
function picture({ op }, thumbs, label, number) {
  const thumb = thumbs.get(op);
  const src = thumb ? addressOf(op, thumb) : site.picture.replace("/0/", `/${number}/`).replace(/[0-]{36}/, op);
  const instead = () => box.replaceChildren(icon("cam"), make("span", {}, say("photo_at_server")));
  const image = make("img", { src, alt: label, width: 160, height: 120, loading: "lazy", onerror: instead });
  const box = make("div", { class: "pic" }, image);
  return box;
}

function shot(one, index, { thumbs, locked, place, focus }) {
  const label = say("photo_n", { n: index + 1, at: clock(one.at) });
  const away = async () => {
    if (!(await ask(say("drop_photo"), say("drop"), { grave: true }))) return;
    if (await kept(() => drop(place.person, place.number, one.op))) focus();
  };
  return make("li", { class: "shot", "data-op": one.op },
    picture(one, thumbs, label, place.number),
    make("p", { class: "tag" }, clock(one.at), " ", one.waits ? say("on_phone") : say("arrived")),
    !locked && cross(say("drop_n", { n: index + 1 }), away));
}

// A control that looks like a button and opens the camera or the album.
function chooser(words, picture_, { camera, place, busy }) {
  const input = make("input", {
    type: "file", class: "vh", accept: "image/*", capture: camera && "environment", multiple: !camera,
    onchange: async () => {
      const files = [...input.files];
      input.value = "";
      await take(files, place, busy);
    },
  });
  return make("label", { class: "btn is-big in-file" }, icon(picture_), make("span", {}, words), input);
}

async function take(files, { person, number, item }, busy) {
  for (const [index, file] of files.entries()) {
    busy(say("keeping_photo", { n: index + 1, all: files.length }));
    await kept(async () => photo(person, number, item, await scaled(file)));
  }
  busy("");
}

// `place` is { person, number, item }.
export function photoStrip(place) {
  const list = make("ul", { class: "shots", "aria-label": say("photos") });
  const busy = make("p", { class: "hint", role: "status" });
  const tell = (words) => { busy.textContent = words; };
  const focus = () => add.querySelector("input").focus();
  const add = make("div", { class: "in-files" },
    chooser(say("take_photo"), "cam", { camera: true, place, busy: tell }),
    chooser(say("choose_photo"), "plus", { camera: false, place, busy: tell }));
  let shown = "";
  const update = ({ photos, thumbs, locked }) => {
    const mine = photos.filter(({ item }) => item === place.item);
    const now = JSON.stringify([mine, locked, mine.map(({ op }) => thumbs.has(op))]);
    add.hidden = locked;
    list.hidden = !mine.length;
    if (now === shown) return mine.length;
    shown = now;
    list.replaceChildren(...mine.map((one, index) => shot(one, index, { thumbs, locked, place, focus })));
    return mine.length;
  };
  return { element: make("div", { class: "in-photos" }, list, add, busy), list, add, busy, update };
}
