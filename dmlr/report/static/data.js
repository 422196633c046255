// Data of the pages. A file of it is a script that calls dmlr.add, so that pages opened from a folder can load it.
"use strict";

const dmlr = (() => {
  const held = new Map();
  const asked = new Map();

  // The script of a name, added to the page; its data are there when it has run.
  const load = (name) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `../data/${name}.js`;
      script.addEventListener("load", () => (held.has(name) ? resolve(held.get(name)) : script.onerror()));
      script.onerror = () => reject(new Error(`data/${name}.js is missing or damaged; make the report again`));
      document.head.append(script);
    });

  return {
    add: (name, value) => held.set(name, value),
    get: (name) => held.get(name),
    need: (name) => {
      if (held.has(name)) return Promise.resolve(held.get(name));
      if (!asked.has(name)) asked.set(name, load(name));
      return asked.get(name);
    },
  };
})();
