// Elements made of data. What comes from outside becomes text, never markup.
"use strict";

const SVG = "http://www.w3.org/2000/svg";

// Attributes are our own names; true stands for an empty one, false and null for none.
const fill = (node, attributes, parts) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value !== false && value !== null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...parts.flat(Infinity).filter((part) => part !== null && part !== false));
  return node;
};

const make = (tag, attributes = {}, ...parts) => fill(document.createElement(tag), attributes, parts);

const draw = (tag, attributes = {}, ...parts) => fill(document.createElementNS(SVG, tag), attributes, parts);

// A text from outside: its direction is its own, and does not reach what is beside it.
const apart = (text) => make("bdi", {}, text ?? "–");
