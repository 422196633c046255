// What the optimisation of a sample did, step by step; step -1 is the start.
"use strict";

const trace = (() => {
  const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [380, 150, 44, 8, 8, 22];

  // What a step says. Patches are those of the best state, which stays until a step is a new best.
  const at = (entry, step) => {
    const told = entry.trace;
    const place = told.step.indexOf(step);
    if (place < 0) return { step, reward: entry.reward?.[0] ?? null, patches: [] };
    let patches = null;
    for (let i = place; i >= 0 && patches === null; i -= 1) patches = told.patches[i];
    const of = (name) => told[name][place];
    return {
      step,
      reward: of("reward"),
      candidate: of("candidate"),
      sigma: of("sigma"),
      best: of("best") === 1,
      count: of("count"),
      budget: of("budget"),
      think: of("think_norm"),
      update: of("update_norm"),
      patches: patches ?? [],
    };
  };

  const steps = (entry) => [-1, ...entry.trace.step];

  const readout = (entry, step) => {
    const now = at(entry, step);
    const first = step < 0;
    const rows = [
      ["Step", first ? "start" : String(step)],
      ["Reward", number(now.reward, 4) + (now.best ? ", a new best" : "")],
      ["Reward of the candidate", first ? "–" : number(now.candidate, 4)],
      ["Sigma left to the next step", first ? "–" : number(now.sigma, 4)],
      ["Patches in its best sequence", first ? "–" : whole(now.count)],
      ["Patches allowed from here", first ? "–" : now.budget < 0 ? "no limit" : whole(now.budget)],
      ["Norms: think tokens, update", first ? "–" : `${number(now.think, 3)}, ${number(now.update, 3)}`],
    ];
    return make(
      "dl",
      { class: "readout" },
      rows.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))),
    );
  };

  const scale = (low, high, start, end) => (value) => start + ((value - low) / (high - low || 1)) * (end - start);

  const line = (points, look) =>
    draw("polyline", { class: `line ${look}`, points: points.map((point) => point.join(",")).join(" ") });

  const chart = (entry, step) => {
    const told = entry.trace;
    const start = entry.reward?.[0] ?? null;
    const rewards = [[-1, start], ...told.step.map((one, i) => [one, told.reward[i]])].filter((p) => p[1] !== null);
    const candidates = told.step.map((one, i) => [one, told.candidate[i]]).filter((p) => p[1] !== null);
    const values = [...rewards, ...candidates].map((point) => point[1]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const x = scale(-1, told.step.at(-1), LEFT, WIDTH - RIGHT);
    const y = scale(low, high, HEIGHT - BOTTOM, TOP);
    const place = ([one, value]) => [x(one).toFixed(1), y(value).toFixed(1)];
    const bests = told.step.map((one, i) => [one, told.reward[i]]).filter((p, i) => told.best[i] && p[1] !== null);
    const best = Math.max(...rewards.map((point) => point[1]));
    const tick = (attributes, text) => draw("text", { class: "tick", ...attributes }, text);
    const name = `Reward over ${told.step.length} steps, from ${number(start, 3)} to a best of ${number(best, 3)}`;
    return draw(
      "svg",
      { class: "trace", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": name },
      [low, high].map((value) => draw("path", { class: "grid", d: `M${LEFT} ${y(value)}H${WIDTH - RIGHT}` })),
      [low, high].map((value) => tick({ x: LEFT - 6, y: y(value), dy: "0.34em", "text-anchor": "end" }, number(value, 2))),
      tick({ x: LEFT, y: HEIGHT - 6, "text-anchor": "middle" }, "start"),
      tick({ x: WIDTH - RIGHT, y: HEIGHT - 6, "text-anchor": "end" }, `step ${told.step.at(-1)}`),
      draw("path", { class: "marker", d: `M${x(step)} ${TOP - 4}V${HEIGHT - BOTTOM + 4}` }),
      line(candidates.map(place), "limit"),
      line(rewards.map(place), "mean"),
      bests.map((point) => draw("circle", { class: "value", cx: place(point)[0], cy: place(point)[1], r: 3.5 })),
    );
  };

  const legend = () => {
    const key = (look, words) =>
      make(
        "span",
        { class: "key" },
        draw(
          "svg",
          { viewBox: "0 0 18 8", width: 18, height: 8, "aria-hidden": "true" },
          look ? draw("path", { class: `line ${look}`, d: "M0 4H18" }) : draw("circle", { class: "value", cx: 9, cy: 4, r: 3.5 }),
        ),
        ` ${words}`,
      );
    return make("p", { class: "legend" }, key("mean", "reward"), key("limit", "candidate’s"), key("", "new best"));
  };

  return { at, steps, readout, chart, legend };
})();
