// Draws the whole run in the viewer: what is in view, as bars while they fit, else as one line per pixel and outcome.
(() => {
  "use strict";
  document.documentElement.classList.add("live");
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    });
  }
  const source = document.getElementById("operations");
  if (!source) return;
  const run = JSON.parse(source.textContent);
  const svg = document.querySelector(".viewer svg");
  const told = document.querySelector(".viewer output");
  const GUTTER = 150, TOP = 6, FAULT = 14, AXIS = 24, BARS_MAX = 1200;
  const lane = Math.max(5, Math.min(24, 560 / Math.max(1, run.lanes.length)));
  const names = { o: "ok", f: "fail", i: "info" };
  const starts = [];
  run.start.reduce((sum, step, i) => (starts[i] = sum + step), 0);
  const lanesTop = TOP + FAULT * run.faults.length + 6;
  const height = lanesTop + lane * run.lanes.length + AXIS;
  let from = 0, to = run.span, width = 1000, queued = false;

  const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
  const x = (time) => GUTTER + ((time - from) / (to - from)) * (width - GUTTER - 10);
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
  const seconds = (time, digits) => `${(time / 1e6).toFixed(digits)} s`;

  function inView() {
    const found = [];
    for (let i = 0; i < starts.length; i++) {
      if (starts[i] <= to && starts[i] + Math.max(run.length[i], 0) >= from) found.push(i);
    }
    return found;
  }

  function faults() {
    let out = "";
    run.faults.forEach((row, k) => {
      const y = TOP + FAULT * k;
      if (row.length) out += `<text x="${GUTTER - 8}" y="${y + 9}" text-anchor="end">${escaped(row[0][3].split(":")[0])}</text>`;
      for (const [start, stop, family, words] of row) {
        if (start > to || stop < from) continue;
        const left = x(Math.max(start, from)), wide = Math.max(x(Math.min(stop, to)) - left, 1.5);
        out += `<g class="fault-${family}"><title>${escaped(words)}, ${seconds(start, 3)} to ${seconds(stop, 3)}</title>`
          + `<rect class="shade" x="${left}" y="${y}" width="${wide}" height="${height - AXIS - y}"/>`
          + `<rect class="band" x="${left}" y="${y}" width="${wide}" height="${FAULT - 3}" rx="2"/></g>`;
      }
    });
    return out;
  }

  function bars(found) {
    let out = "", badges = "";
    for (const i of found) {
      const left = x(Math.max(starts[i], from)), wide = Math.max(x(Math.min(starts[i] + Math.max(run.length[i], 0), to)) - left, 2);
      const y = lanesTop + lane * run.row[i], number = run.marks[run.index[i]], outcome = names[run.outcome[i]];
      const key = run.key[i] === null ? "" : `key ${run.key[i]}: `;
      const lasted = run.length[i] < 0 ? "no answer" : `${(run.length[i] / 1000).toFixed(3)} ms`;
      out += `<g><title>${escaped(`#${run.index[i]} process ${run.process[i]}, ${key}${run.label[i]}\n${outcome}, ${seconds(starts[i], 6)}, ${lasted}`)}</title>`
        + `<rect class="bar ${outcome} ${number ? "marked" : ""}" x="${left}" y="${y + lane * 0.14}" width="${wide}" height="${lane * 0.72}" rx="2"/></g>`;
      const words = run.label[i] + (run.key[i] === null ? "" : ` · key ${run.key[i]}`), most = Math.floor((wide - 6) / 6.4);
      if (lane >= 14 && most >= 3) out += `<text class="inside" x="${left + 4}" y="${y + lane / 2 + 3.6}">${escaped(words.length > most ? words.slice(0, most - 1) + "…" : words)}</text>`;
      if (number) badges += badge(left, y, number);
    }
    return out + badges;
  }

  const badge = (left, y, number) => `<circle class="badge" cx="${left}" cy="${y + 2}" r="8"/><text class="number" x="${left}" y="${y + 5.6}" text-anchor="middle">${number}</text>`;

  function lines(found) {
    const paths = { o: "", f: "", i: "" }, reached = {};
    let badges = "";
    for (const i of found) {
      const place = run.outcome[i] + run.row[i];
      const left = Math.floor(x(Math.max(starts[i], from)));
      const right = Math.max(Math.ceil(x(Math.min(starts[i] + Math.max(run.length[i], 0), to))), left + 1);
      const begin = Math.max(left, reached[place] ?? -1);
      if (run.marks[run.index[i]]) badges += badge(left, lanesTop + lane * run.row[i], run.marks[run.index[i]]);
      if (right <= begin) continue;
      paths[run.outcome[i]] += `M${begin} ${(lanesTop + lane * (run.row[i] + 0.5)).toFixed(1)}H${right}`;
      reached[place] = right;
    }
    return Object.entries(paths).map(([k, d]) => d && `<path class="thin ${names[k]}" stroke-width="${lane * 0.7}" d="${d}"/>`).join("") + badges;
  }

  function axis() {
    const y = height - AXIS + 4, rough = (to - from) / Math.max(2, (width - GUTTER) / 120);
    const power = 10 ** Math.floor(Math.log10(rough)), step = power * [1, 2, 5, 10].find((k) => power * k >= rough * 0.999);
    const digits = clamp(6 - Math.floor(Math.log10(step) + 1e-9), 0, 6);
    let out = `<line class="axis" x1="${GUTTER}" x2="${width - 10}" y1="${y}" y2="${y}"/>`;
    for (let t = Math.ceil(from / step) * step; t <= to; t += step) {
      out += `<line class="axis" x1="${x(t)}" x2="${x(t)}" y1="${y}" y2="${y + 4}"/><text x="${x(t)}" y="${y + 16}" text-anchor="middle">${seconds(t, digits)}</text>`;
    }
    return out;
  }

  function draw() {
    queued = false;
    width = svg.clientWidth || 1000;
    svg.setAttribute("height", height);
    const found = inView();
    let rows = "";
    run.lanes.forEach((name, k) => {
      const y = lanesTop + lane * (k + 0.5);
      rows += `<line class="rail" x1="${GUTTER}" x2="${width - 10}" y1="${y}" y2="${y}"/>`;
      if (lane >= 11 || k % Math.ceil(11 / lane) === 0) rows += `<text x="${GUTTER - 8}" y="${y + 3.6}" text-anchor="end">${escaped(name)}</text>`;
    });
    svg.innerHTML = faults() + rows + (found.length > BARS_MAX ? lines(found) : bars(found)) + axis();
    told.textContent = `${seconds(from, 3)} to ${seconds(to, 3)} · ${found.length.toLocaleString("en")} operations in view`;
  }

  function show(start, stop) {
    const span = clamp(stop - start, 20, run.span);
    from = clamp(start, 0, run.span - span);
    to = from + span;
    if (!queued) { queued = true; requestAnimationFrame(draw); }
  }
  const zoom = (factor, share = 0.5) => {
    const middle = from + (to - from) * share, span = (to - from) * factor;
    show(middle - span * share, middle + span * (1 - share));
  };
  const pan = (share) => show(from + (to - from) * share, to + (to - from) * share);
  const actions = { all: () => show(0, run.span), in: () => zoom(0.5), out: () => zoom(2), left: () => pan(-0.4), right: () => pan(0.4) };

  for (const button of document.querySelectorAll("[data-do]")) button.addEventListener("click", () => actions[button.dataset.do]());
  for (const button of document.querySelectorAll("[data-from]")) {
    button.addEventListener("click", () => {
      const start = Number(button.dataset.from), stop = Number(button.dataset.to), pad = Math.max((stop - start) * 0.25, 200);
      show(start - pad, stop + pad);
      document.querySelector(".viewer").scrollIntoView({ block: "center" });
    });
  }
  const share = (event) => clamp((event.offsetX - GUTTER) / (width - GUTTER - 10), 0, 1);
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey) return;
    event.preventDefault();
    zoom((event.deltaY || event.deltaX) > 0 ? 1.25 : 0.8, share(event));
  }, { passive: false });
  svg.addEventListener("dblclick", (event) => zoom(0.4, share(event)));
  svg.addEventListener("pointerdown", (event) => {
    const grabbed = event.clientX, start = from, stop = to;
    const move = (moved) => { const by = ((grabbed - moved.clientX) / (width - GUTTER - 10)) * (stop - start); show(start + by, stop + by); };
    svg.setPointerCapture(event.pointerId);
    svg.addEventListener("pointermove", move);
    svg.addEventListener("pointerup", () => svg.removeEventListener("pointermove", move), { once: true });
  });
  svg.addEventListener("keydown", (event) => {
    const named = { ArrowLeft: "left", ArrowRight: "right", "+": "in", "=": "in", "-": "out", 0: "all" }[event.key];
    if (named) { event.preventDefault(); actions[named](); }
  });
  addEventListener("resize", () => show(from, to));
  const first = document.querySelector("[data-first]");
  if (first) show(Number(first.dataset.from) - 20000, Number(first.dataset.to) + 20000); else show(0, run.span);
})();
