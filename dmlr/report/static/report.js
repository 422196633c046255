// Filters of a run's samples. The page is whole without this; a query such as ?flip=lost sets a filter.
"use strict";

const form = document.querySelector("form.filters");
if (form) {
  const selects = [...form.querySelectorAll("select")];
  const samples = [...document.querySelectorAll("article.sample")];
  const output = form.querySelector("output");

  const fits = (sample) =>
    selects.every((s) => s.selectedIndex === 0 || sample.getAttribute("data-" + s.name) === s.value);

  const show = () => {
    let count = 0;
    for (const sample of samples) {
      sample.hidden = !fits(sample);
      count += sample.hidden ? 0 : 1;
    }
    output.textContent = `${count} of ${samples.length} samples`;
  };

  // A link to a sample that a filter hides shows all of them.
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target?.hidden) {
      for (const select of selects) select.selectedIndex = 0;
      show();
      target.scrollIntoView();
    }
  };

  const asked = new URLSearchParams(location.search);
  for (const select of selects) {
    const wanted = [...select.options].findIndex((o, i) => i > 0 && o.value === asked.get(select.name));
    select.selectedIndex = Math.max(wanted, 0);
  }
  form.elements.patches?.addEventListener("change", (event) => {
    document.body.classList.toggle("plain", !event.target.checked);
  });
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", reveal);
  form.hidden = false;
  show();
  reveal();
}
