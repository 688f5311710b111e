"use strict";
const at = id => document.getElementById(id), view = at("view"), pen = view.getContext("2d");
const shown = [["capture", "capture"], ["queue", "queue"], ["decode", "decode"], ["detect", "find faces"],
  ["prepare", "prepare"], ["classify", "classify"], ["glass_to_label", "glass to label"]];
let labels = [], past = [], times = [], latencies = [], result = null, came = 0;
let pending = null, isDrawing = false, refusal = "";
const token = new URLSearchParams(location.search).get("token");
if (token) history.replaceState(null, "", "/");  // the cookie has it from now on
const variable = name => getComputedStyle(document.documentElement).getPropertyValue(name);
// A label that is not among those that are shown says that the model is unsure.
const colour = label => variable(["--soft", "--a", "--b"][labels.includes(label) ? 1 + labels.indexOf(label) % 2 : 0]);
const percent = share => (share * 100).toFixed(0) + " %";
const words = found => labels.includes(found.label) ? found.label + " " + percent(found.probability) : found.label;

const bars = {};
for (const [key, name] of shown) {
  const row = document.createElement("div"); row.className = "stage";
  row.innerHTML = "<span></span><span class=bar><i></i></span><span></span>";
  row.firstChild.textContent = name; at("stages").append(row);
  bars[key] = { bar: row.querySelector("i"), text: row.lastChild, value: 0 };
}

fetch("/facts").then(answer => answer.json()).then(facts => {
  labels = facts.labels; at("low").textContent = labels[0] || ""; at("high").textContent = labels[1] || "";
  for (const [name, value] of Object.entries(facts.shown)) {
    const term = document.createElement("dt"), text = document.createElement("dd");
    term.textContent = name; text.textContent = value; at("facts").append(term, text);
  }
});

function state(text, bad) { at("state").textContent = text; at("state").className = bad ? "bad" : ""; }

async function draw(bytes, found) {
  const picture = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
  if (view.width !== picture.width || view.height !== picture.height) {
    view.width = picture.width; view.height = picture.height;
  }
  pen.drawImage(picture, 0, 0); picture.close();
  mark(pen, found.faces);
}

// Who it is, where there is more than one.
const number = (face, faces) => faces.length > 1 && face.track ? face.track + " · " : "";

// Boxes and labels on a picture; labels stand above their boxes, or inside where there is no room, and in the picture.
// Those of small faces are smaller, so that they leave their neighbours' free.
function mark(pen, faces) {
  const { width, height } = pen.canvas, unit = Math.max(width, height) / 100;
  pen.lineWidth = unit * .5;
  for (const face of faces) {
    const { x, y, w, h } = face.box, text = number(face, faces) + words(face);
    const size = Math.max(unit * 1.8, Math.min(unit * 3, h * .2));
    pen.strokeStyle = pen.fillStyle = colour(face.label); pen.font = `600 ${size}px system-ui, sans-serif`;
    const inset = pen.lineWidth / 2, long = pen.measureText(text).width + size * .7, high = size * 1.4;
    pen.strokeRect(x + inset, y + inset, w - 2 * inset, h - 2 * inset);
    const left = Math.max(0, Math.min(x, width - long)), top = Math.max(0, y >= high ? y - high : y);
    pen.fillRect(left, top, long, high);
    pen.fillStyle = variable("--card"); pen.fillText(text, left + size * .35, top + size * 1.04);
  }
}

// Pictures that come while one is drawn replace each other, so that what is seen never lags behind.
async function show(bytes, found) {
  pending = [bytes, found];
  if (isDrawing) return;
  isDrawing = true;
  while (pending) { const next = pending; pending = null; try { await draw(...next); } catch { /* the next one comes */ } }
  isDrawing = false;
}

function tell(found) {
  const now = performance.now(), face = found.faces[0];
  came = now; latencies.push(found.latency_ms.glass_to_label); if (latencies.length > 300) latencies.shift();
  times.push(now); while (times.length > 1 && now - times[0] > 2000) times.shift();
  const rate = times.length > 1 ? (times.length - 1) * 1000 / (now - times[0]) : 0;
  state(`${rate.toFixed(rate < 10 ? 1 : 0)} labels/s · ${found.dropped} frames dropped`);
  if (at("warning").textContent !== (found.warning || "")) at("warning").textContent = found.warning || "";
  if (face) {
    at("name").textContent = face.label; at("name").style.color = colour(face.label);
    at("share").textContent = labels.includes(face.label) ? percent(face.probability) : "";
    for (const { track, probabilities } of labels.length === 2 ? found.faces : []) {
      // In the middle where neither label is likelier: also where both are unlikely.
      const [low, high] = labels.map(label => probabilities[label]);
      past.push({ now, track, value: (1 + high - low) / 2 });
    }
  } else { at("name").textContent = "no face"; at("name").style.color = ""; at("share").textContent = ""; }
  while (past.length && now - past[0].now > 20000) past.shift();
  const others = found.faces.slice(1).map(other => {
    const item = document.createElement("li"), name = document.createElement("b");
    name.textContent = words(other); name.style.color = colour(other.label);
    item.append(number(other, found.faces), name); return item;
  });
  at("others").replaceChildren(...others);
  for (const [key] of shown) bars[key].value += .15 * ((found.latency_ms[key] || 0) - bars[key].value);
}

const duration = ms => ms < 10 ? ms.toFixed(1) : ms < 10000 ? ms.toFixed(0) : (ms / 1000).toFixed(0) + " s";

setInterval(() => {
  if (result) {
    const sorted = [...latencies].sort((a, b) => a - b);
    for (const [id, part] of [["p50", .5], ["p95", .95], ["p99", .99]])
      at(id).textContent = duration(sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]);
    const age = result.latency_ms.glass_to_label + performance.now() - came;
    at("age").textContent = duration(age); at("age").className = age > 1000 ? "bad" : "";
  }
  const most = Math.max(...shown.map(([key]) => bars[key].value), .001);
  for (const [key] of shown) {
    bars[key].bar.style.width = 100 * bars[key].value / most + "%";
    bars[key].text.textContent = bars[key].value.toFixed(bars[key].value < 10 ? 2 : 1) + " ms";
  }
  const chart = at("history"), scale = devicePixelRatio || 1, now = performance.now();
  chart.width = chart.clientWidth * scale; chart.height = chart.clientHeight * scale;
  const ink = chart.getContext("2d"), w = chart.width, h = chart.height;
  ink.strokeStyle = variable("--line"); ink.lineWidth = scale; ink.beginPath();
  ink.moveTo(0, h / 2); ink.lineTo(w, h / 2); ink.stroke();
  // A line a face, the largest one's darkest; who was away begins anew. Numbers stand at the ends while there is room.
  const faces = result ? result.faces : [], isNumbered = faces.length > 1 && faces.length < 6;
  ink.font = `${11 * scale}px system-ui, sans-serif`; ink.textBaseline = "middle";
  const room = Math.max(0, ...faces.map(face => ink.measureText(face.track).width)) + 6 * scale;
  const end = w - (isNumbered ? room : 0);
  for (const track of new Set(past.map(point => point.track))) {
    const points = past.filter(point => point.track === track);
    ink.strokeStyle = ink.fillStyle = variable(faces[0] && faces[0].track === track ? "--ink" : "--soft");
    ink.lineWidth = 1.5 * scale; ink.beginPath();
    let last = null;
    for (const point of points) {
      const x = end * (1 - (now - point.now) / 20000), y = h * (.04 + .92 * point.value);
      last && point.now - last.now < 1000 ? ink.lineTo(x, y) : ink.moveTo(x, y);
      last = { now: point.now, x, y };
    }
    ink.stroke();
    if (isNumbered && faces.some(face => face.track === track))
      ink.fillText(track, last.x + 4 * scale, Math.max(6 * scale, Math.min(h - 6 * scale, last.y)));
  }
}, 200);

function connect() {
  const line = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}/live`); line.binaryType = "arraybuffer";
  line.onmessage = message => {
    if (typeof message.data !== "string") { if (result) show(message.data, result); return; }
    const found = JSON.parse(message.data);
    if (found.error) refusal = found.error; else { refusal = ""; result = found; tell(found); }
  };
  line.onclose = () => {
    state(refusal || "No connection; trying again …", true); setTimeout(connect, refusal ? 10000 : 1000);
  };
}
connect();

async function classify(file) {
  const place = at("photo"); place.textContent = "…";
  const sheet = document.createElement("canvas"), text = document.createElement("span");
  sheet.role = "img"; sheet.ariaLabel = file.name;
  try {
    const answer = await fetch("/classify", { method: "POST", body: file });
    const found = await answer.json();
    if (found.error) throw new Error(found.error);
    const picture = await createImageBitmap(file), factor = Math.min(1, 1024 / Math.max(picture.width, picture.height));
    sheet.width = picture.width * factor; sheet.height = picture.height * factor;
    const brush = sheet.getContext("2d"), faces = found.faces || (found.box ? [found] : []);
    brush.drawImage(picture, 0, 0, sheet.width, sheet.height); picture.close();
    mark(brush, faces.map(face => {
      const box = Object.fromEntries(Object.entries(face.box).map(([side, value]) => [side, value * factor]));
      return { ...face, box };
    }));
    const name = document.createElement("b"); name.textContent = words(found);
    text.append(name, ` — ${file.name}` + (faces.length > 1 ? `, the main one of ${faces.length} faces` : ""));
  } catch (error) { text.textContent = error.message; text.style.color = "var(--bad)"; sheet.hidden = true; }
  place.replaceChildren(sheet, text);
}
const drop = at("drop");
for (const place of [document.body, drop]) {
  place.ondragover = event => { event.preventDefault(); drop.classList.add("over"); };
  place.ondragleave = () => drop.classList.remove("over");
}
document.body.ondrop = event => {
  event.preventDefault(); drop.classList.remove("over");
  if (event.dataTransfer.files[0]) classify(event.dataTransfer.files[0]);
};
drop.onclick = () => at("file").click();
drop.onkeydown = event => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); at("file").click(); } };
at("file").onclick = event => event.stopPropagation();
at("file").onchange = () => { if (at("file").files[0]) classify(at("file").files[0]); };
