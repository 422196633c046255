// One sample: its image and trace on one side, what was asked, said and decided on the other.
"use strict";

const sampleView = (() => {
  const reply = (pieces) =>
    make("pre", { class: "reply", dir: "auto", tabindex: "0" }, pieces.map((piece, i) => (i === 1 ? make("mark", {}, piece) : piece)));

  const folded = (words, ...parts) => make("details", {}, make("summary", {}, words), parts);

  const asked = (sample) => {
    if (!sample.asked) return null;
    const [source, text] = sample.asked;
    if (text === null) return make("p", { class: "muted" }, `To be asked in the ${source} wording, which the sample does not have.`);
    return folded(`Asked in the ${source} wording`, reply([text]));
  };

  const options = (sample, answers) =>
    make(
      "ol",
      { class: "options" },
      sample.options.map(([text, golds], index) => {
        const letter = String.fromCharCode(65 + index);
        const by = answers.filter(([, answer]) => answer === letter).map(([profile]) => profile);
        return make(
          "li",
          { class: golds.length ? "gold" : null },
          make("span", { class: "letter" }, letter),
          make("span", { dir: "auto" }, text),
          golds.length ? make("span", { class: "tag" }, `gold (${golds.join(", ")})`) : null,
          by.length ? make("span", { class: "tag plain" }, `answered by ${by.join(", ")}`) : null,
        );
      }),
    );

  // What it is part of: its category and groups.
  const parts = (category, sample) => {
    const words = [category, ...sample.groups.map(([name, value]) => `${name} ${value}`)];
    return make("p", { class: "muted parts", dir: "auto" }, words.join(", "));
  };

  const question = (sample, answers) => [
    sample.hint ? make("p", { class: "hint", dir: "auto" }, make("span", { class: "tag plain" }, "context"), " ", sample.hint) : null,
    make("p", { class: "question", dir: "auto" }, sample.question),
    sample.options.length ? options(sample, answers) : null,
    make(
      "p",
      { class: "golds" },
      sample.golds.map(([labels, text]) =>
        make("span", {}, make("span", { class: "muted" }, `${labels} gold `), text === null ? "none" : apart(text)),
      ),
    ),
    sample.errata ? make("ul", { class: "muted", "aria-label": "What was repaired" }, sample.errata.map((note) => make("li", {}, "Repaired: ", apart(note)))) : null,
    asked(sample),
  ];

  // A reply under the name of its profile, which chooses it.
  const said = (entry, run, chosen) =>
    make(
      "section",
      { class: chosen ? "said chosen-profile" : "said" },
      make(
        "header",
        {},
        make("h3", {}, make("a", { href: run.link, "aria-current": chosen ? "true" : null }, run.profile)),
        badge(run.verdict),
      ),
      !entry ? make("p", { class: "muted" }, "No prediction.") : null,
      entry?.error ? make("p", { class: "error" }, "No reply: ", apart(entry.error)) : null,
      entry?.intermediate ? folded(`First stage${entry.intermediate_stop_reason === "length" ? ", cut at the limit" : ""}`, reply([entry.intermediate])) : null,
      entry?.reply ? reply(entry.reply) : null,
      entry?.stop_reason === "length" ? make("p", { class: "muted" }, "Cut at the token limit.") : null,
      entry?.replies ? folded(`Replies that were voted on: ${whole(entry.replies.length)}`, entry.replies.map((one) => reply([one]))) : null,
      entry?.insertions ? make("p", { class: "muted" }, `Image tokens inserted into the reply: ${several(entry.insertions.length, "block")}`) : null,
    );

  const verdicts = (entry, profile) => {
    const head = ["Protocol", "Labels", "Verdict", "Extracted", "Rule", "Why"];
    const rows = entry.verdicts.map(([protocol, labels, verdict, extracted, rule, reason, model, judged]) => {
      const why = [
        reason ? make("div", {}, apart(reason)) : null,
        judged ? make("details", {}, make("summary", {}, model ? `Judge ${model}` : "Judge"), reply([judged])) : null,
      ];
      const cells = [protocol, labels, badge(verdict), apart(extracted), rule];
      return make("tr", {}, cells.map((cell) => make("td", {}, cell)), make("td", { class: "answer" }, reason || judged ? why : "–"));
    });
    return make(
      "div",
      { class: "scroll", role: "region", tabindex: "0", "aria-label": `Verdicts on ${profile}` },
      make(
        "table",
        { class: "scores" },
        make("caption", {}, `Verdicts on ${profile}`),
        make("thead", {}, make("tr", {}, head.map((name) => make("th", { scope: "col" }, name)))),
        make("tbody", {}, rows),
      ),
    );
  };

  const took = (entry, profile) => {
    if (!entry.took) return null;
    const [prompt, image, first, generated, forwarded, passes, rows, memory] = entry.took;
    const [prefill, intermediate, optimise, decode] = entry.seconds;
    const words = [
      `${several(prompt, "prompt token")} (${whole(image)} of the image)`,
      first ? `${whole(first)} in the first stage` : null,
      `${whole(generated)} generated`,
      `${whole(forwarded)} forwarded in ${several(passes, "pass")}`.replace("passs", "passes"),
      `${number(prefill + intermediate + optimise + decode, 2)} s (prefill ${number(prefill, 2)}, first stage ${number(intermediate, 2)}, optimise ${number(optimise, 2)}, decode ${number(decode, 2)})`,
      `batch of ${whole(rows)}`,
      memory === null ? null : `peak of ${number(memory / 2 ** 30, 2)} GiB`,
    ];
    return make("p", { class: "muted" }, `What ${profile} took: ${words.filter(Boolean).join(", ")}.`);
  };

  // The map of a think token, or the mean of all, at the last step that was kept until then; or the reply's.
  const heatOf = (maps, source, step, token) => {
    if (source === "reply") return maps.reply ? { map: maps.reply, words: "the baseline’s reply, mean over its tokens" } : null;
    const kept = Object.keys(maps.think).map(Number).filter((one) => one <= step);
    if (!kept.length) return null;
    const at = Math.max(...kept);
    const all = maps.think[at];
    const tokens = token === null ? Object.keys(all) : [String(token)];
    const found = tokens.map((one) => all[one]).filter(Boolean);
    if (!found.length) return null;
    const values = found[0][1].map((_, i) => found.reduce((sum, [most, levels]) => sum + (most * levels[i]) / 255, 0) / found.length);
    const most = Math.max(...values);
    const who = token === null ? "think tokens, their mean" : `think token ${token}`;
    return {
      map: [most, values.map((value) => (most ? Math.round((255 * value) / most) : 0))],
      words: `${who}, ${at < 0 ? "at the start" : `after step ${at}`}`,
    };
  };

  // The image, and over it what the chosen profile did at the chosen step.
  const figure = (sample, entry, maps, state, change) => {
    const [file, width, height] = sample.image;
    const steps = entry?.trace ? trace.steps(entry) : null;
    const step = steps ? (steps.includes(state.step) ? state.step : steps.at(-1)) : null;
    const chosen = steps ? trace.at(entry, step).patches : (entry?.patches ?? []);
    const grid = entry?.grid;
    const think = maps ? Object.values(maps.think)[0] : null;
    const tokens = Math.max(chosen.length, think ? Object.keys(think).length : 0, entry?.patches?.length ?? 0);
    const token = state.token >= 1 && state.token <= tokens ? state.token : null;
    const image = make("img", { src: `../images/${file}`, width, height, alt: "Image of the question", class: width < 320 ? "enlarged" : null });
    const stack = make("div", { class: "stack" }, image);
    const shown = maps && state.heat !== "off" ? heatOf(maps, state.heat, step ?? -1, token) : null;
    if (shown) stack.append(picture.heat(maps.grid, shown.map[1]));
    if (grid && chosen.some((held) => held.length)) stack.append(picture.overlay([width, height], grid, chosen, token));
    const controls = [];
    if (tokens > 1) {
      const values = ["all", ...Array.from({ length: tokens }, (_, i) => String(i + 1))];
      controls.push(choice("Think token", "token", values, token === null ? "all" : String(token), (value) => change({ token: value === "all" ? null : Number(value) })));
    }
    if (maps) {
      const values = ["off", "think", ...(maps.reply ? ["reply"] : [])];
      controls.push(choice("Attention", "heat", values, state.heat, (value) => change({ heat: value })));
    }
    return make(
      "figure",
      { class: "picture" },
      stack,
      make(
        "figcaption",
        {},
        make("a", { href: `../images/${file}` }, `${whole(width)} × ${whole(height)} pixels`),
        grid ? `, ${grid[0]} × ${grid[1]} patches` : "",
        shown ? `; attention of ${shown.words}: full colour is ${number(shown.map[0], 4)} of a token’s attention on one patch` : "",
        maps && state.heat !== "off" && !shown ? "; no attention was kept until this step" : "",
        controls.length ? make("div", { class: "controls" }, controls) : null,
        steps ? slider(entry, steps, step, change) : null,
        grid && chosen.some((held) => held.length) ? picture.listing(chosen, grid[1], token) : null,
      ),
    );
  };

  const choice = (words, name, values, value, chosen) =>
    make(
      "label",
      {},
      words,
      " ",
      make(
        "select",
        { name, change: (event) => chosen(event.target.value) },
        values.map((one) => make("option", { value: one, selected: one === value }, one)),
      ),
    );

  const slider = (entry, steps, step, change) =>
    make(
      "div",
      { class: "steps" },
      make(
        "label",
        {},
        make("span", {}, `Step ${step < 0 ? "start" : step} of ${steps.at(-1)}`),
        make("input", {
          type: "range",
          name: "step",
          min: -1,
          max: steps.at(-1),
          value: step,
          "aria-valuetext": step < 0 ? "start" : `step ${step}`,
          input: (event) => change({ step: Number(event.target.value) }),
        }),
      ),
      trace.chart(entry, step),
      trace.legend(),
      trace.readout(entry, step),
    );

  return { figure, parts, question, said, verdicts, took };
})();
