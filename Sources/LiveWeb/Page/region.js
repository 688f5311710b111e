
// The part of the picture that is collected and labelled: drawn with mouse or finger, moved, resized by its corners, with
// the keys, or typed in per cent. All is in ten-thousandths of the picture, and the program keeps it for everybody.
const whole = 10000, least = 200, frame = at("frame"), box = at("region");
const sides = [["x", "regionLeft"], ["y", "regionTop"], ["w", "regionWidth"], ["h", "regionHeight"]];
let region = null, mayDraw = false, drag = null, later = 0;

const within = (value, low, high) => Math.max(low, Math.min(high, Math.round(value)));
function fitted({ x, y, w, h }) {
  w = within(w, least, whole); h = within(h, least, whole);
  return { x: within(x, 0, whole - w), y: within(y, 0, whole - h), w, h };
}
const between = (a, b) => ({ x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), w: Math.abs(a.x - b.x), h: Math.abs(a.y - b.y) });
function pointed(event) {
  const area = view.getBoundingClientRect();
  return { x: within((event.clientX - area.left) / area.width * whole, 0, whole),
    y: within((event.clientY - area.top) / area.height * whole, 0, whole) };
}

function paintRegion() {
  const isWanted = region && (mayDraw || !taught.faces || !taught.seeks_faces);
  box.hidden = !isWanted; frame.classList.toggle("drawing", mayDraw);
  at("regionRow").hidden = !isWanted && !mayDraw; at("clearRegion").hidden = at("drawRegion").hidden = !region;
  at("ofFaces").disabled = !taught.seeks_faces;
  at("ofFaces").checked = taught.faces && !mayDraw;
  at("ofRegion").checked = mayDraw || !taught.faces && Boolean(region);
  at("ofFrames").checked = !taught.faces && !region && !mayDraw;
  at("regionSaid").textContent = mayDraw ? "Drag a rectangle over the picture."
    : taught.seeks_faces ? "The model in use looks for faces in all of the picture; the region is for what you teach."
      : "The model in use labels the region.";
  at("middleRegion").hidden = !mayDraw;
  for (const [side, id] of sides)
    if (document.activeElement !== at(id)) at(id).value = region ? (region[side] / 100).toFixed(0) : "";
  if (!region) return;
  const part = value => value / 100 + "%";
  box.style.left = part(region.x); box.style.top = part(region.y);
  box.style.width = part(region.w); box.style.height = part(region.h);
  const words = sides.map(([side], index) =>
    `${["left", "top", "width", "height"][index]} ${(region[side] / 100).toFixed(0)} %`);
  box.setAttribute("aria-label", "The region: " + words.join(", "));
}

// Where it comes from another page or the program, unless it is just being changed here.
function showRegion(state) {
  if (!drag && !later) region = state.region || null;
  paintRegion();
}

function keepRegion() {
  clearTimeout(later); later = 0; mayDraw = false;
  const text = region ? [region.x, region.y, region.w, region.h].join(",") : "none";
  return ask("/region/" + text);
}
// Keys come one after the other: the last one counts.
function keepSoon() { clearTimeout(later); later = setTimeout(keepRegion, 250); paintRegion(); }

function drawAnew() {
  mayDraw = true; paintRegion();
  frame.scrollIntoView({ block: "nearest" });
}

frame.addEventListener("pointerdown", event => {
  if (drag || event.button !== 0 || !taught) return;
  const from = pointed(event), corner = event.target.dataset.corner;
  if (corner && region) {
    const anchor = { x: region.x + (corner.includes("w") ? region.w : 0), y: region.y + (corner.includes("n") ? region.h : 0) };
    drag = to => fitted(between(anchor, to));
  } else if (mayDraw) drag = to => between(from, to);
  else if (event.target === box) {
    const was = region;
    drag = to => fitted({ ...was, x: was.x + to.x - from.x, y: was.y + to.y - from.y });
  } else return;
  drag.before = region;
  event.preventDefault(); frame.setPointerCapture(event.pointerId);
});
frame.addEventListener("pointermove", event => {
  if (!drag) return;
  region = drag(pointed(event)); paintRegion();
});
function endDrag(isMeant) {
  if (!drag) return;
  const before = drag.before, isDrawn = isMeant && region && region.w >= least && region.h >= least;
  drag = null;
  // A press without a way is no rectangle.
  if (!isDrawn) { region = before; return paintRegion(); }
  box.hidden = false; keepRegion(); box.focus({ preventScroll: true });
}
frame.addEventListener("pointerup", () => endDrag(true));
frame.addEventListener("pointercancel", () => endDrag(false));

box.addEventListener("keydown", event => {
  const step = { ArrowLeft: [-100, 0], ArrowRight: [100, 0], ArrowUp: [0, -100], ArrowDown: [0, 100] }[event.key];
  if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); at("clearRegion").click(); }
  if (!step || !region) return;
  event.preventDefault();
  region = fitted(event.shiftKey ? { ...region, w: Math.min(region.w + step[0], whole - region.x),
    h: Math.min(region.h + step[1], whole - region.y) } : { ...region, x: region.x + step[0], y: region.y + step[1] });
  keepSoon();
});
for (const [side, id] of sides) at(id).addEventListener("change", () => {
  const value = Number(at(id).value);
  if (at(id).value === "" || !Number.isFinite(value)) return;
  const now = region || { x: whole / 4, y: whole / 4, w: whole / 2, h: whole / 2 };
  region = fitted({ ...now, [side]: value * 100 }); keepRegion();
});
at("drawRegion").addEventListener("click", drawAnew);
at("middleRegion").addEventListener("click", () => {
  region = { x: whole / 4, y: whole / 4, w: whole / 2, h: whole / 2 };
  keepRegion().then(() => box.focus());
});
at("clearRegion").addEventListener("click", () => { region = null; keepRegion(); at("ofFrames").focus(); });
addEventListener("keydown", event => {
  if (event.key === "Escape" && mayDraw && !drag) { mayDraw = false; paintRegion(); }
});
at("ofFaces").addEventListener("change", () => { mayDraw = false; ask("/faces"); });
at("ofFrames").addEventListener("change", () => { region = null; keepRegion().then(() => ask("/frames")); });
at("ofRegion").addEventListener("change", () => {
  if (region) ask("/frames"); else drawAnew();
});
