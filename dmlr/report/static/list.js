// The list of samples and what it is filtered by. Rows are made once; a filter takes those that fit.
"use strict";

const sampleList = (facts) => {
  const index = dmlr.get(`benchmarks/${facts.benchmark}/index`);
  const runs = new Map(facts.runs.map((run) => [run.profile, dmlr.get(`runs/${run.run}/index`)]));
  const profiles = facts.runs.map((run) => run.profile);
  const samples = index.samples.map(([id, category, question, options, image, kind, groups]) => ({
    id, category, question, options, image, kind, groups,
  }));
  const places = new Map(samples.map((sample, place) => [sample.id, place]));
  const verdict = (profile, place) => VERDICTS[runs.get(profile).verdicts[place]];
  const answer = (profile, place) => runs.get(profile).answers[place];
  const texts = samples.map(({ id, question, options }, place) =>
    [id, question, options, ...profiles.map((profile) => answer(profile, place) ?? "")].join("\n").toLowerCase(),
  );

  // By its key in the address: the words of a filter and the value that a sample has for a state.
  const filters = {
    verdict: { words: "Verdict", of: (place, state) => verdict(state.profile, place) },
    flip: {
      words: "Flip",
      names: FLIPS,
      of: (place, state) => flipOf(verdict(state.profile, place), verdict(state.against, place)),
    },
    disputed: {
      words: "Protocols",
      names: { yes: "differ", no: "agree" },
      of: (place, state) => ({ 0: "no", 1: "yes" })[runs.get(state.profile).disputed[place]],
    },
    end: { words: "Reply", names: END_WORDS, of: (place, state) => ENDS[runs.get(state.profile).ends[place]] },
    category: { words: "Category", of: (place) => samples[place].category },
    gold: { words: "Gold", of: (place) => samples[place].kind },
  };
  const groups = index.groups.map((name, i) => {
    filters[`by.${name}`] = { words: name[0].toUpperCase() + name.slice(1), of: (place) => samples[place].groups[i] };
    return `by.${name}`;
  });
  // All values of a filter, whatever the profile.
  const valuesOf = ({ names, of }) => {
    if (names) return Object.keys(names);
    const found = new Set();
    for (const profile of profiles) samples.forEach((_, place) => found.add(of(place, { profile }) ?? null));
    found.delete(null);
    return [...found].sort();
  };
  for (const filter of Object.values(filters)) filter.values = valuesOf(filter);
  // What has one value in all samples is no choice.
  for (const key of ["category", "gold", ...groups]) if (filters[key].values.length < 2) delete filters[key];
  if (profiles.length < 2) delete filters.flip;

  const count = (key, state) => {
    const counts = new Map();
    for (let place = 0; place < samples.length; place += 1) {
      const value = filters[key].of(place, state);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return counts;
  };

  // Places of the samples that fit, in the benchmark's order.
  const fitting = (state) => {
    const asked = Object.keys(filters).filter((key) => state[key]);
    const text = state.q.trim().toLowerCase();
    return samples.flatMap((_, place) =>
      asked.every((key) => filters[key].of(place, state) === state[key]) && (!text || texts[place].includes(text)) ? [place] : [],
    );
  };

  const FEW = 6; // profiles whose marks a row has room for; more are counted

  const mark = (profile, place) => {
    const found = verdict(profile, place);
    return make("span", { class: `mark ${found}`, title: `${profile}: ${found}`, role: "img", "aria-label": `${profile}: ${found}` }, MARKS[found]);
  };

  const tally = (place) => {
    const counts = new Map();
    for (const profile of profiles) counts.set(verdict(profile, place), (counts.get(verdict(profile, place)) ?? 0) + 1);
    const words = Object.keys(MARKS).filter((one) => counts.has(one)).map((one) => [MARKS[one], counts.get(one), one]);
    return make(
      "span",
      { class: "marks counts", role: "img", "aria-label": words.map(([, count, one]) => `${count} ${one}`).join(", ") },
      words.map(([sign, count]) => make("span", {}, `${sign} ${whole(count)}`)),
    );
  };

  const row = (sample, place, link) =>
    make(
      "li",
      {},
      make(
        "a",
        { href: link, "data-sample": sample.id },
        make("img", { src: `../thumbs/${sample.image}.webp`, alt: "", loading: "lazy", decoding: "async", width: 48, height: 48 }),
        make("span", { class: "id" }, apart(sample.id.replace(`${facts.benchmark}/`, ""))),
        profiles.length > FEW ? tally(place) : make("span", { class: "marks" }, profiles.map((profile) => mark(profile, place))),
        make("span", { class: "asked", dir: "auto" }, sample.question.slice(0, 140)),
      ),
    );

  return { samples, places, profiles, filters, count, fitting, row, verdict, answer };
};
