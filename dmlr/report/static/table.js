// A table that sorts and filters; what it shows is in the address after ?, so that a link leads back to it.
"use strict";

(() => {
  const table = document.querySelector("table.sortable");
  if (!table) return;
  const [form, body] = [document.querySelector("form.filters"), table.tBodies[0]];
  const output = form.querySelector("output");
  const heads = [...table.tHead.rows[0].cells];
  const keys = heads.map((head) => head.dataset.key);
  const rows = [...body.rows];
  const texts = new Map(rows.map((row) => [row, [...row.cells].map((cell) => cell.textContent.trim())]));
  const NUMBER = /^[+−-]?\d[\d,]*(\.\d+)?(e[+−-]?\d+)?/i;
  const collator = new Intl.Collator("en", { numeric: true });
  const MOST = 250; // rows that are laid out without being asked for: more would take longer than a filter may
  const more = make("button", { type: "button", click: () => show({ all: true }) });
  table.parentElement.after(more);
  let state;

  const counts = (column) => {
    const found = new Map();
    for (const words of texts.values()) found.set(words[column], (found.get(words[column]) ?? 0) + 1);
    return found;
  };
  const once = heads.flatMap((head, column) => (head.hasAttribute("data-once") ? [column] : []));
  // What has one value in all rows is no choice.
  const filters = heads.flatMap((head, column) => {
    const found = head.hasAttribute("data-chosen") ? counts(column) : new Map();
    return found.size > 1 ? [{ key: keys[column], column, found }] : [];
  });

  const read = () => {
    const told = new URLSearchParams(location.search);
    const asked = Object.fromEntries(filters.map(({ key }) => [key, told.get(key) ?? ""]));
    const sort = keys.includes(told.get("sort")) ? told.get("sort") : "";
    return { ...asked, sort, order: sort && told.get("order") === "down" ? "down" : "" };
  };

  const address = (next) => {
    const told = new URLSearchParams(Object.entries(next).filter(([, value]) => value));
    return `${location.pathname}${told.size ? `?${told}` : ""}`;
  };

  const go = (changes) => {
    history.pushState(null, "", address({ ...state, ...changes }));
    show();
  };

  // The number that a cell begins with, or its words; undefined where it has nothing.
  const valueOf = (row, column) => {
    const words = texts.get(row)[column];
    if (!heads[column].classList.contains("number")) return words === "–" ? undefined : words;
    const found = NUMBER.exec(words);
    return found ? Number(found[0].replaceAll(",", "").replaceAll("−", "-")) : undefined;
  };

  // Rows with nothing in the column come last, whichever way it is sorted.
  const sorted = () => {
    const column = keys.indexOf(state.sort);
    if (column < 0) return rows;
    const sign = state.order === "down" ? -1 : 1;
    const known = rows.flatMap((row) => {
      const value = valueOf(row, column);
      return value === undefined ? [] : [{ row, value }];
    });
    const compare = (one, other) => (typeof one === "number" ? one - other : collator.compare(one, other));
    known.sort((one, other) => sign * compare(one.value, other.value));
    return [...known.map(({ row }) => row), ...rows.filter((row) => valueOf(row, column) === undefined)];
  };

  // Numbers begin with the greatest; a third press leads back to the table's own order.
  const press = (column) => {
    const key = keys[column];
    const [first, second] = heads[column].classList.contains("number") ? ["down", ""] : ["", "down"];
    if (state.sort !== key) go({ sort: key, order: first });
    else if (state.order === first) go({ sort: key, order: second });
    else go({ sort: "", order: "" });
  };

  const select = ({ key, found }) => {
    const names = [...found].sort(([one], [other]) => collator.compare(one, other));
    const options = [["", "all"], ...names.map(([name, count]) => [name, `${name} (${whole(count)})`])];
    return make(
      "label",
      {},
      key[0].toUpperCase() + key.slice(1),
      make(
        "select",
        { name: key, change: (event) => go({ [key]: event.target.value }) },
        options.map(([value, words]) => make("option", { value }, words)),
      ),
    );
  };

  // A value that no row has, from a link, is an option too: it says why nothing is shown.
  const choose = ({ key }) => {
    const chosen = form.elements[key];
    if (![...chosen.options].some((one) => one.value === state[key])) {
      chosen.append(make("option", { value: state[key] }, `${state[key]} (0)`));
    }
    chosen.value = state[key];
  };

  const show = ({ all = false } = {}) => {
    state = read();
    filters.forEach(choose);
    const fits = (row) => filters.every(({ key, column }) => !state[key] || texts.get(row)[column] === state[key]);
    const found = sorted().filter(fits);
    // A value is shown once for the rows that follow each other with it.
    found.forEach((row, place) => {
      const above = place ? texts.get(found[place - 1]) : [];
      for (const column of once) row.cells[column].classList.toggle("repeated", above[column] === texts.get(row)[column]);
    });
    body.replaceChildren(...(all ? found : found.slice(0, MOST)));
    more.hidden = body.rows.length === found.length;
    more.textContent = `Show all ${whole(found.length)} rows, not only the first ${MOST}`;
    output.textContent = `${whole(found.length)} of ${several(rows.length, "row")}`;
    heads.forEach((head, column) => {
      if (keys[column] !== state.sort) head.removeAttribute("aria-sort");
      else head.setAttribute("aria-sort", state.order ? "descending" : "ascending");
    });
  };

  heads.forEach((head, column) => {
    head.replaceChildren(make("button", { type: "button", class: "sort", click: () => press(column) }, head.textContent));
  });
  output.before(...filters.map(select));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = filters.length === 0;
  window.addEventListener("popstate", () => show());
  window.addEventListener("beforeprint", () => show({ all: true }));
  show();
})();
