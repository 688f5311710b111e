
// Teaching: pictures are collected while a button is held, sorted, learned from, and the model that comes of it is used.
let taught = null, held = null, holding = 0, picked = null, shownLessons = "";

function button(text, act, name) {
  const made = document.createElement("button"); made.type = "button"; made.textContent = text;
  if (name) made.className = name;
  if (act) made.addEventListener("click", act);
  return made;
}

async function ask(path, changes = true) {
  try {
    const answer = await fetch(address("teach" + path), changes ? { method: "POST" } : {}), json = await answer.json();
    if (json.error) say(json.error); else if (json.classes) showTeaching(json);
    return json;
  } catch { say("The program does not answer."); return {}; }
}

// What went wrong, until the next thing goes well.
function say(problem) {
  const line = document.createElement("p"); line.className = "bad"; line.textContent = problem;
  at("outcome").replaceChildren(line);
}

// Who holds asks again and again; where the page goes away, collecting ends within a second.
function hold(id, button) {
  release(); held = button; button.classList.add("held");
  const again = () => ask("/collect/" + id);
  again(); holding = setInterval(again, 400);
}

function release() {
  if (!held) return;
  held.classList.remove("held"); held = null; clearInterval(holding); ask("/stop");
}
addEventListener("pointerup", release); addEventListener("pointercancel", release); addEventListener("blur", release);
addEventListener("keyup", release);
// The digits hold the buttons of the first nine classes.
addEventListener("keydown", event => {
  if (/^(INPUT|SELECT)$/.test(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey) return;
  const place = "123456789".indexOf(event.key), buttons = document.querySelectorAll("button.hold");
  if (event.key.length !== 1 || place < 0 || !buttons[place] || held) return;
  event.preventDefault(); hold(buttons[place].dataset.id, buttons[place]);
});

function lesson(one, index) {
  const card = document.createElement("div"), title = document.createElement("h3"), name = document.createElement("span");
  card.className = "lesson"; name.textContent = name.title = one.name; title.append(name);
  title.append(button("Rename", () => {
    const text = prompt("The class's new name", one.name);
    if (text && text !== one.name) ask(`/rename/${one.id}/${encodeURIComponent(text.trim())}`);
  }, "small"));
  title.append(button("Remove", () => {
    if (!one.pictures.length || confirm(`Remove ${one.name} with its ${one.pictures.length} pictures?`))
      ask("/remove/" + one.id);
  }, "small"));
  const hasKeys = index < 9 && !matchMedia("(pointer: coarse)").matches;
  const collect = button(`Hold to collect${hasKeys ? `, or key ${index + 1}` : ""}`, null, "hold");
  collect.dataset.id = one.id;
  collect.setAttribute("aria-label", `Hold to collect pictures of ${one.name}`);
  collect.addEventListener("pointerdown", event => { event.preventDefault(); hold(one.id, collect); });
  collect.addEventListener("keydown", event => {
    if ((event.key === " " || event.key === "Enter") && !held) { event.preventDefault(); hold(one.id, collect); }
  });
  collect.addEventListener("contextmenu", event => event.preventDefault());
  const said = document.createElement("p"), thumbs = document.createElement("div"); said.className = "said";
  thumbs.className = "thumbs"; thumbs.tabIndex = one.pictures.length ? 0 : -1; thumbs.setAttribute("role", "group");
  thumbs.setAttribute("aria-label", "Pictures of " + one.name);
  card.append(title, collect, said, thumbs);
  return card;
}

function thumb(id, name) {
  const made = button("", () => { picked = picked === id ? null : id; paintPicked(); }), image = new Image();
  image.loading = "lazy"; image.alt = `Picture ${id} of ${name}`; image.src = address("teach/picture/" + id);
  made.dataset.id = id; made.append(image); made.setAttribute("aria-pressed", "false");
  return made;
}

// The picture that was picked can be moved or deleted.
function paintPicked() {
  for (const one of document.querySelectorAll(".thumbs button"))
    one.setAttribute("aria-pressed", String(Number(one.dataset.id) === picked));
  document.querySelectorAll(".picked").forEach(one => one.remove());
  const owner = taught.classes.find(one => one.pictures.includes(picked));
  if (!owner) { picked = null; return; }
  const row = document.createElement("p"), move = document.createElement("select"); row.className = "row picked";
  move.setAttribute("aria-label", "Move the picture to");
  move.append(new Option("Move to …", ""), ...taught.classes.filter(one => one !== owner)
    .map(one => new Option(one.name, one.id)));
  move.addEventListener("change", () => ask(`/move/${picked}/${move.value}`));
  row.append(move, button("Delete", () => ask("/delete/" + picked)));
  document.querySelectorAll(".lesson")[taught.classes.indexOf(owner)].append(row);
}

function showLessons(state) {
  const names = JSON.stringify(state.classes.map(one => [one.id, one.name]));
  if (names !== shownLessons) {
    shownLessons = names;
    release();
    at("lessons").replaceChildren(...state.classes.map(lesson));
    at("right").replaceChildren(new Option("…", ""), ...state.classes.map(one => new Option(one.name, one.id)));
  }
  state.classes.forEach((one, index) => {
    const card = at("lessons").children[index], thumbs = card.querySelector(".thumbs"), count = one.pictures.length;
    const short = count === 0 ? "" : count < state.fewest ? `, ${state.fewest - count} more are needed`
      : count < state.enough ? `, enough to train; ${state.enough} are better` : ", plenty";
    const copies = state.collecting === one.id && state.near_copies > 2
      ? " Many look alike and are passed over: move a little." : "";
    card.querySelector(".said").textContent = `${count} picture${count === 1 ? "" : "s"}${short}.${copies}`;
    const there = new Set(one.pictures.map(String));
    for (const old of [...thumbs.children]) if (!there.has(old.dataset.id)) old.remove();
    const known = new Set([...thumbs.children].map(old => old.dataset.id));
    for (const id of one.pictures) if (!known.has(String(id))) thumbs.prepend(thumb(id, one.name));
  });
}

function drawCurve(curve) {
  const chart = at("curve"), scale = devicePixelRatio || 1; chart.hidden = curve.length < 2;
  if (chart.hidden) return;
  chart.width = chart.clientWidth * scale; chart.height = chart.clientHeight * scale;
  const ink = chart.getContext("2d"), left = 40 * scale, top = 8 * scale, high = chart.height - 16 * scale;
  ink.font = `${11 * scale}px system-ui, sans-serif`; ink.textBaseline = "middle"; ink.textAlign = "right";
  for (const part of [0, .5, 1]) {
    const y = top + high * (1 - part); ink.strokeStyle = variable("--line"); ink.lineWidth = scale; ink.beginPath();
    ink.moveTo(left, y); ink.lineTo(chart.width, y); ink.stroke();
    ink.fillStyle = variable("--soft"); ink.fillText(part * 100 + " %", left - 4 * scale, y);
  }
  ink.strokeStyle = variable("--c1"); ink.lineWidth = 2 * scale; ink.beginPath();
  curve.forEach((value, index) => ink.lineTo(left + (chart.width - left) * index / (curve.length - 1),
    top + high * (1 - value / 1000)));
  ink.stroke();
}

function showOutcome(state) {
  const outcome = state.outcome;
  if (state.problem) return say(state.problem);
  if (!outcome || state.training) return at("outcome").replaceChildren();
  const lines = outcome.words.map(text => {
    const line = document.createElement("p"); line.textContent = text; return line;
  });
  if (outcome.changed.length) {
    const list = document.createElement("details"), title = document.createElement("summary");
    title.textContent = `${outcome.changed.length} held-out picture${outcome.changed.length === 1 ? "" : "s"} changed sides`;
    list.append(title, ...outcome.changed.map(one => {
      const line = document.createElement("p");
      line.textContent = `${one.picture}, ${one.label}: ${one.before} before, ${one.after} now`; return line;
    }));
    lines.push(list);
  }
  if (outcome.version !== undefined && outcome.version !== state.used)
    lines.push(button("Use it", () => ask("/use/" + outcome.version), "main"));
  at("outcome").replaceChildren(...lines);
}

function showVersions(state) {
  at("versions").replaceChildren();
  if (state.versions.length < 2) return;
  const label = document.createElement("label"), choice = document.createElement("select");
  label.append("In use ", choice);
  for (const one of state.versions) choice.append(new Option(`${one.number || "0, as it came"}`, one.number));
  choice.value = state.used; choice.title = state.versions.find(one => one.number === state.used).words;
  choice.addEventListener("change", () => ask("/use/" + choice.value));
  at("versions").append(label);
  const before = state.versions.filter(one => one.number < state.used).pop();
  if (before) at("versions").append(button("Go back", () => ask("/use/" + before.number)));
}

function showTeaching(state) {
  const was = taught ? JSON.stringify([taught.outcome, taught.problem, taught.used, taught.versions, taught.training]) : "";
  if (String(state.labels) !== String(taught ? taught.labels : labels)) labels = state.labels;
  taught = state; at("teach").hidden = at("wrong").hidden = false;
  showLessons(state); paintPicked();
  showRegion(state);
  const training = state.training;
  at("train").disabled = Boolean(training); at("cancel").hidden = at("progress").hidden = !training;
  at("doing").textContent = training ? training.doing : "";
  if (training) at("progress").value = training.per_mille;
  drawCurve((training || state.outcome || { curve: [] }).curve);
  at("hint").textContent = "Hold a class's button while the camera sees it, a few seconds at a time, moving a little. "
    + (state.folder ? `Pictures are kept in ${state.folder} on the machine with the camera.`
      : "Pictures stay in the memory of the machine with the camera until it ends.");
  if (was !== JSON.stringify([state.outcome, state.problem, state.used, state.versions, state.training])) {
    showOutcome(state); showVersions(state);
  }
}

at("add").addEventListener("submit", event => {
  event.preventDefault();
  const name = at("newName").value.trim();
  if (name) ask("/add/" + encodeURIComponent(name)).then(json => { if (!json.error) at("newName").value = ""; });
});
at("train").addEventListener("click", () => ask("/train"));
at("cancel").addEventListener("click", () => ask("/cancel"));
at("wipe").addEventListener("click", () => {
  if (confirm("Delete all pictures and models that were taught here?")) ask("/wipe");
});
at("right").addEventListener("change", async () => {
  const id = at("right").value; at("right").value = "";
  if (id) { const json = await ask("/wrong/" + id); if (json.kept !== undefined) ask("", false); }
});
at("pictures").href = address("teach/pictures.zip"); at("model").href = address("teach/model");
fetch(address("teach")).then(async answer => {
  if (!answer.ok) return;
  showTeaching(await answer.json());
  setInterval(() => {
    if (document.visibilityState === "visible") ask("", false);
  }, 700);
}).catch(() => {});
