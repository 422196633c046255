// What letters of the data and numbers are called.
"use strict";

const VERDICTS = { c: "correct", w: "wrong", u: "unparsed", f: "failed", "-": "none" };
const MARKS = { correct: "✓", wrong: "✗", unparsed: "?", failed: "!", none: "–" };
const ENDS = { e: "end", l: "length", x: "none" };
const END_WORDS = { end: "ended by itself", length: "cut at the token limit", none: "no reply" };
const FLIPS = {
  gained: "right here, wrong there",
  lost: "wrong here, right there",
  unscored: "scored in one of the two only",
  same: "same verdict, or both unscored",
};

// A flip needs a score on both sides.
const flipOf = (here, there) => {
  const scored = (verdict) => verdict === "correct" || verdict === "wrong";
  if (here === there || (!scored(here) && !scored(there))) return "same";
  if (!scored(here) || !scored(there)) return "unscored";
  return here === "correct" ? "gained" : "lost";
};

const number = (value, places) =>
  value === null || value === undefined
    ? "–"
    : value
        .toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: places })
        .replace("-", "−");

const whole = (value) => number(value, 0);
const several = (count, noun) => `${whole(count)} ${noun}${count === 1 ? "" : "s"}`;
const badge = (verdict) => make("span", { class: `verdict ${verdict}` }, `${MARKS[verdict]} ${verdict}`);
