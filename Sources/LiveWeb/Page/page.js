"use strict";
const at = id => document.getElementById(id), view = at("view"), pen = view.getContext("2d");
const shown = [["capture", "capture"], ["queue", "queue"], ["decode", "decode"], ["detect", "find faces"],
  ["prepare", "prepare"], ["classify", "classify"], ["glass_to_label", "glass to label"]];
let labels = [], past = [], times = [], latencies = [], result = null, came = 0;
let pending = null, isDrawing = false, refusal = "", cameraFault = "";
const token = new URLSearchParams(location.search).get("token");
if (token) history.replaceState(null, "", location.pathname);  // the cookie has it from now on
// Behind a proxy the page has another path; all that it asks for stands beside it.
const address = name => new URL(name, location.href.split("?")[0]);
const variable = name => getComputedStyle(document.documentElement).getPropertyValue(name);
// A label that is not among those that are shown says that the model is unsure.
const colour = label => variable(labels.includes(label) ? "--c" + labels.indexOf(label) % 8 : "--soft");
const percent = share => (share * 100).toFixed(0) + " %";
const words = found => labels.includes(found.label) ? found.label + " " + percent(found.probability) : found.label;

const bars = {};
for (const [key, name] of shown) {
  const row = document.createElement("div"); row.className = "stage";
  row.innerHTML = "<span></span><span class=bar><i></i></span><span></span>";
  row.firstChild.textContent = name; at("stages").append(row);
  bars[key] = { bar: row.querySelector("i"), text: row.lastChild, value: 0 };
}

fetch(address("facts")).then(answer => answer.json()).then(facts => {
  if (!taught) labels = facts.labels;  // what is taught tells of the model in use, and may have come first
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

// A bar for each class of the main face, in their order; of very many the likeliest.
function showClasses(face) {
  const most = 30, shares = face ? face.probabilities : {};
  const likeliest = () => [...labels].sort((a, b) => (shares[b] || 0) - (shares[a] || 0)).slice(0, most);
  const names = labels.length <= most ? labels : likeliest();
  const place = at("classes");
  while (place.children.length > names.length) place.lastChild.remove();
  while (place.children.length < names.length) {
    const row = document.createElement("div"); row.className = "class";
    row.innerHTML = "<span></span><span class=bar><i></i></span><span></span>"; place.append(row);
  }
  names.forEach((name, index) => {
    const row = place.children[index], bar = row.querySelector("i"), share = shares[name] || 0;
    row.firstChild.textContent = row.firstChild.title = name; row.lastChild.textContent = face ? percent(share) : "–";
    bar.style.width = 100 * share + "%"; bar.style.background = colour(name);
  });
}

// What the board tells of heat and power.
function showBoard(board) {
  const parts = [];
  if (board && board.celsius !== undefined) parts.push(`Board at ${board.celsius.toFixed(0)} °C`);
  if (board && board.throttled) parts.push("clock lowered");
  if (board && board.undervoltage) parts.push("power supply too weak");
  if (board && board.most_frames_per_second !== undefined)
    parts.push(`at most ${board.most_frames_per_second.toFixed(0)} frames a second are labelled until it is cooler`);
  const text = parts.join(", ");
  if (at("board").textContent !== text) at("board").textContent = text;
}

// Where in the history's chart the lines of a face go, from 0 at the top to 1. With two labels one line is enough: in
// the middle where neither is likelier, also where both are unlikely.
function heights(probabilities) {
  const shares = labels.map(label => probabilities[label] || 0);
  return labels.length === 2 ? [(1 + shares[1] - shares[0]) / 2] : shares.map(share => 1 - share);
}

function drawHistory() {
  const chart = at("history"), scale = devicePixelRatio || 1, now = performance.now();
  chart.width = chart.clientWidth * scale; chart.height = chart.clientHeight * scale;
  const ink = chart.getContext("2d"), isPair = labels.length === 2;
  ink.font = `${11 * scale}px system-ui, sans-serif`;
  const marks = isPair ? [labels[0], "50 %", labels[1]] : ["100 %", "50 %", "0 %"];
  const left = Math.min(chart.width / 3, Math.max(...marks.map(mark => ink.measureText(mark).width)) + 6 * scale);
  const top = 7 * scale, bottom = chart.height - 20 * scale, high = bottom - top;
  const faces = result ? result.faces : [], isNumbered = isPair && faces.length > 1 && faces.length < 6;
  const room = isNumbered ? Math.max(...faces.map(face => ink.measureText(face.track).width)) + 6 * scale : 2 * scale;
  const end = chart.width - room, place = time => left + (end - left) * (1 - (now - time) / 20000);
  // The scale: shares at the left, seconds below.
  ink.lineWidth = scale; ink.textBaseline = "middle";
  for (let part = 0; part <= 4; part++) {
    const y = top + high * part / 4;
    ink.strokeStyle = variable("--line"); ink.beginPath(); ink.moveTo(left, y); ink.lineTo(end, y); ink.stroke();
    ink.fillStyle = variable("--soft"); ink.textAlign = "right";
    if (part % 2 === 0) ink.fillText(marks[part / 2], left - 4 * scale, y, left - 4 * scale);
  }
  ink.textBaseline = "alphabetic";
  for (const [seconds, side] of [[20, "left"], [15, "center"], [10, "center"], [5, "center"], [0, "right"]]) {
    const x = place(now - seconds * 1000);
    ink.textAlign = side; ink.fillText(seconds ? `−${seconds} s` : "now", x, chart.height - 4 * scale);
  }
  ink.textAlign = "left"; ink.textBaseline = "middle";
  // With two labels a line a face, the largest one's darkest; with more a line a class, of the largest face alone. Who
  // was away begins anew. Numbers stand at the ends while there is room.
  const main = faces[0] && faces[0].track;
  for (const track of isPair ? new Set(past.map(point => point.track)) : [main]) {
    const points = past.filter(point => point.track === track);
    for (let index = 0; points.length && index < points[0].values.length; index++) {
      ink.strokeStyle = ink.fillStyle = isPair ? variable(track === main ? "--ink" : "--soft") : colour(labels[index]);
      ink.lineWidth = 1.5 * scale; ink.beginPath();
      let last = null;
      for (const point of points) {
        const x = place(point.now), y = top + high * point.values[index];
        last && point.now - last.now < 1000 ? ink.lineTo(x, y) : ink.moveTo(x, y);
        last = { now: point.now, x, y };
      }
      ink.stroke();
      if (isNumbered && faces.some(face => face.track === track))
        ink.fillText(track, last.x + 4 * scale, Math.max(top, Math.min(bottom, last.y)));
    }
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
  const warning = cameraFault || found.warning || "";
  if (at("warning").textContent !== warning) at("warning").textContent = warning;
  if (face) {
    at("name").textContent = face.label; at("name").style.color = colour(face.label);
    at("share").textContent = labels.includes(face.label) ? percent(face.probability) : "";
    for (const { track, probabilities } of found.faces) past.push({ now, track, values: heights(probabilities) });
  } else { at("name").textContent = "no face"; at("name").style.color = ""; at("share").textContent = ""; }
  while (past.length && now - past[0].now > 20000) past.shift();
  const others = found.faces.slice(1).map(other => {
    const item = document.createElement("li"), name = document.createElement("b");
    name.textContent = words(other); name.style.color = colour(other.label);
    item.append(number(other, found.faces), name); return item;
  });
  at("others").replaceChildren(...others);
  showClasses(face);
  showBoard(found.board);
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
  drawHistory();
}, 200);

function connect() {
  const line = new WebSocket(address("live").href.replace(/^http/, "ws")); line.binaryType = "arraybuffer";
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
    const answer = await fetch(address("classify"), { method: "POST", body: file });
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

// The cameras, where there is a choice; the list is asked for again when it is opened.
async function listCameras() {
  const answer = await fetch(address("cameras"));
  if (!answer.ok) return null;
  const found = await answer.json(), list = at("cameras");
  const items = found.cameras.map(camera => {
    const item = document.createElement("option");
    item.value = camera.name; item.textContent = camera.title; item.selected = camera.name === found.chosen;
    return item;
  });
  list.replaceChildren(...items); at("choice").hidden = items.length < 2 && !found.error;
  return found;
}
at("cameras").onfocus = () => listCameras().catch(() => {});
at("cameras").onchange = async () => {
  const wanted = at("cameras").value;
  try {
    const answer = await fetch(address("camera/" + encodeURIComponent(wanted)), { method: "POST" });
    if (!answer.ok) throw new Error((await answer.json()).error);
    // It takes a camera a while to begin.
    for (let tries = 0; tries < 40; tries++) {
      await new Promise(done => setTimeout(done, 250));
      const found = await listCameras();
      if (found.error) throw new Error(found.error);
      if (found.chosen === wanted) { state("Another camera"); return; }
    }
  } catch (error) { cameraFault = error.message; setTimeout(() => { cameraFault = ""; }, 10000); }
};
listCameras().catch(() => {});
