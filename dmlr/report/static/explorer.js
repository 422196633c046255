// The explorer: what it shows is in the address after #, so that a link leads back to it.
"use strict";

(() => {
  const root = document.getElementById("explorer");
  const facts = JSON.parse(root.dataset.facts);
  const list = sampleList(facts);
  const [form, nav, shown] = [root.querySelector("form"), root.querySelector("nav"), root.querySelector("article")];
  const [output, search, help] = [form.querySelector("output"), form.elements.q, document.querySelector("dialog")];
  const baseline = list.profiles[0];
  const titles = document.title;
  const rows = [];
  let state;
  let places = [];
  let current; // the link of the sample that is shown
  let asked = 0; // counts what was asked to be shown; an answer that comes late is not

  const usualProfile = list.profiles[1] ?? baseline;
  const usualOther = (profile) => list.profiles.find((one) => one !== profile) ?? profile;

  const read = () => {
    const told = new URLSearchParams(location.hash.slice(1));
    const known = (name, other) => (list.profiles.includes(told.get(name)) ? told.get(name) : other);
    const profile = known("profile", usualProfile);
    const against = known("against", usualOther(profile));
    const found = { profile, against: against === profile ? usualOther(profile) : against };
    for (const key of Object.keys(list.filters)) found[key] = told.get(key) ?? "";
    const numeric = (name) => (told.get(name) && Number.isInteger(Number(told.get(name))) ? Number(told.get(name)) : null);
    const heat = ["think", "reply"].includes(told.get("heat")) ? told.get("heat") : "off";
    return { ...found, q: told.get("q") ?? "", sample: told.get("sample"), step: numeric("step"), token: numeric("token"), heat };
  };

  const address = (changes = {}) => {
    const next = { ...state, ...changes };
    const told = new URLSearchParams();
    const usual = { profile: usualProfile, against: usualOther(next.profile), heat: "off" };
    if (next.against === next.profile) next.against = usual.against;
    for (const [key, value] of Object.entries(next)) {
      if (value !== null && value !== "" && value !== usual[key]) told.set(key, value);
    }
    return `#${told}`;
  };

  // Small steps take the place of the last entry of the history; choices become an entry of their own.
  const go = (changes, { keep = false } = {}) => {
    history[keep ? "replaceState" : "pushState"](null, "", address(changes));
    show();
  };

  const select = (key, words, options, value) =>
    make(
      "label",
      {},
      words,
      make(
        "select",
        { name: key, change: (event) => go({ [key]: event.target.value, ...(key === "profile" ? { token: null } : {}) }) },
        options.map(([one, name]) => make("option", { value: one, selected: one === value }, name)),
      ),
    );

  // The selects with how many samples of the chosen profile have each value.
  const choices = () => {
    form.querySelectorAll("label:not(.search)").forEach((one) => one.remove());
    const focused = document.activeElement?.name;
    const made = [select("profile", "Profile", list.profiles.map((one) => [one, one]), state.profile)];
    for (const [key, { words, names, values: all }] of Object.entries(list.filters)) {
      const counts = list.count(key, state);
      const values = all.filter((value) => counts.has(value) || value === state[key]);
      const options = values.map((value) => [value, `${names?.[value] ?? value} (${whole(counts.get(value) ?? 0)})`]);
      if (state[key] && !values.includes(state[key])) options.push([state[key], `${state[key]} (0)`]);
      made.push(select(key, words, [["", "all"], ...options], state[key]));
      if (key === "flip" && list.profiles.length > 2) {
        const others = list.profiles.filter((one) => one !== state.profile);
        made.push(select("against", "Against", others.map((one) => [one, one]), state.against));
      }
    }
    output.before(...made);
    if (focused && form.elements[focused] && document.activeElement === document.body) form.elements[focused].focus();
  };

  const mark = (place) => {
    current?.removeAttribute("aria-current");
    current = rows[place]?.firstChild;
    if (!current) return;
    current.setAttribute("aria-current", "true");
    current.scrollIntoView({ block: "nearest" });
  };

  const head = (place) => {
    const at = places.indexOf(place);
    const step = (by, words, key) => {
      const other = places[at < 0 ? (by > 0 ? places.findIndex((one) => one > place) : places.findLastIndex((one) => one < place)) : at + by];
      return other === undefined
        ? make("span", { class: "muted" }, words)
        : make("a", { href: address({ sample: list.samples[other].id, step: null, token: null }), title: `key ${key}` }, words);
    };
    return make(
      "header",
      {},
      make("a", { class: "back", href: address({ sample: null, step: null, token: null }) }, "← List"),
      make("h2", {}, apart(list.samples[place].id)),
      make("span", { class: "muted" }, at < 0 ? "not among those listed" : `${whole(at + 1)} of ${whole(places.length)} listed`),
      make("span", { class: "turn" }, step(-1, "← previous", "k"), step(1, "next →", "j")),
    );
  };

  const open = async (place) => {
    const turn = (asked += 1);
    const chunk = String(Math.floor(place / facts.chunk)).padStart(3, "0");
    const id = list.samples[place].id;
    try {
      const [samples, ...replies] = await Promise.all([
        dmlr.need(`benchmarks/${facts.benchmark}/samples-${chunk}`),
        ...facts.runs.map((run) => dmlr.need(`runs/${run.run}/replies-${chunk}`)),
      ]);
      const run = facts.runs.findIndex((one) => one.profile === state.profile);
      const maps = facts.runs[run].attention ? (await dmlr.need(`runs/${facts.runs[run].run}/attention`))[id] : undefined;
      if (turn === asked) present(place, samples[id], replies.map((one) => one[id]), run, maps);
    } catch (error) {
      if (turn === asked) shown.replaceChildren(make("p", { class: "error", role: "alert" }, error.message));
    }
  };

  const present = (place, sample, entries, run, maps) => {
    const focused = shown.contains(document.activeElement) ? document.activeElement.name : null;
    const answers = facts.runs.map((one) => [one.profile, list.answer(one.profile, place)]);
    const entry = entries[run];
    const figure = sampleView.figure(sample, entry, maps, state, (changes) => go(changes, { keep: true }));
    const said = facts.runs.map((one, i) => {
      const link = address({ profile: one.profile, token: null });
      return sampleView.said(entries[i], { profile: one.profile, verdict: list.verdict(one.profile, place), link }, i === run);
    });
    const decided = entry ? [sampleView.verdicts(entry, state.profile), sampleView.took(entry, state.profile)] : [];
    shown.replaceChildren(
      head(place),
      figure,
      make("div", { class: "told" }, sampleView.parts(list.samples[place].category, sample), sampleView.question(sample, answers), make("div", { class: "replies" }, said), decided),
    );
    if (focused) shown.querySelector(`[name="${focused}"]`)?.focus();
    root.dataset.shown = list.samples[place].id;
  };

  const filter = () => {
    const fit = list.fitting(state);
    nav.firstElementChild.replaceChildren(...fit.map((place) => rows[place]));
    output.textContent = `${whole(fit.length)} of ${several(rows.length, "sample")}`;
    places = fit;
  };

  // Counts are those of all samples, so that only other profiles change them.
  const choose = (before) => {
    if (!before || before.profile !== state.profile || before.against !== state.against) return choices();
    const unknown = (key) => ![...form.elements[key].options].some((one) => one.value === state[key]);
    const keys = Object.keys(list.filters);
    if (keys.some(unknown)) return choices();
    for (const one of keys) form.elements[one].value = state[one];
  };

  const key = (found) => JSON.stringify([found.profile, found.against, found.q, ...Object.keys(list.filters).map((one) => found[one])]);

  const show = () => {
    const before = state;
    state = read();
    if (!before || key(before) !== key(state)) {
      choose(before);
      filter();
    }
    if (search.value !== state.q) search.value = state.q;
    const place = list.places.get(state.sample);
    root.classList.toggle("one", place !== undefined);
    document.title = place === undefined ? titles : `${state.sample}: ${titles}`;
    if (place === undefined) {
      asked += 1;
      delete root.dataset.shown;
      const words = state.sample === null ? "Choose a sample from the list." : `There is no sample ${state.sample}.`;
      shown.replaceChildren(make("p", { class: "muted" }, words));
    } else open(place);
    if (!before || before.sample !== state.sample) {
      mark(place);
      shown.scrollTop = 0;
    }
  };

  const turn = (by) => {
    const now = list.places.get(state.sample) ?? -1;
    const next = by > 0 ? places.find((one) => one > now) : places.findLast((one) => one < now);
    if (next !== undefined) go({ sample: list.samples[next].id, step: null, token: null }, { keep: state.sample !== null });
  };

  const slide = (by) => {
    const slider = shown.querySelector("[name=step]");
    if (!slider) return;
    slider.value = Number(slider.value) + by;
    slider.dispatchEvent(new Event("input"));
  };

  const keys = {
    j: () => turn(1),
    ArrowDown: () => turn(1),
    k: () => turn(-1),
    ArrowUp: () => turn(-1),
    ArrowRight: () => slide(1),
    ArrowLeft: () => slide(-1),
    "/": () => search.focus(),
    "?": () => help.showModal(),
    Escape: () => state.sample !== null && go({ sample: null, step: null, token: null }),
  };

  const pressed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (event.target === search && event.key === "Escape") return search.blur();
    if (event.target.matches("input, select, textarea")) return;
    const profile = /^[1-9]$/.test(event.key) ? list.profiles[Number(event.key) - 1] : undefined;
    const act = profile ? () => go({ profile, token: null }) : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  state = read();
  list.samples.forEach((sample, place) => rows.push(list.row(sample, place, address({ sample: sample.id, step: null, token: null }))));
  nav.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault(); // the address of a row was made before the filters that are chosen now
    go({ sample: link.dataset.sample, step: null, token: null });
  });
  search.addEventListener("input", () => go({ q: search.value }, { keep: true }));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.elements.help.addEventListener("click", () => help.showModal());
  document.addEventListener("keydown", pressed);
  window.addEventListener("popstate", show);
  window.addEventListener("hashchange", show);
  document.body.classList.add("live");
  root.hidden = false;
  state = undefined;
  show();
})();
