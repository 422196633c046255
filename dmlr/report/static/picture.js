// A sample's image with the patches that think tokens chose outlined on it, and attention as heat.
"use strict";

const picture = (() => {
  const SIDE = 320; // units of the longer side of a drawing
  const WIDEST = 4; // units from one token's outline to the next inside a patch
  const SHARE = 0.42; // of half a patch that all outlines may take up
  const CHARACTER = 0.62; // width of a digit, in font sizes
  const COLOURS = 8; // of outlines before they repeat; the numbers tell them apart anyway

  const colour = (token) => `token-${((token - 1) % COLOURS) + 1}`;

  const labels = (patches, cell, columns) => {
    const holders = new Map();
    for (const [token, patch] of patches) holders.set(patch, [...(holders.get(patch) ?? []), token]);
    return [...holders].map(([patch, tokens]) => {
      const text = tokens.join(" ");
      return draw(
        "text",
        {
          x: ((patch % columns) + 0.5) * cell[0],
          y: (Math.floor(patch / columns) + 0.5) * cell[1],
          dy: "0.36em",
          "font-size": Math.min(15, 0.5 * cell[1], (0.9 * cell[0]) / (CHARACTER * text.length)),
          "text-anchor": "middle",
        },
        text,
      );
    });
  };

  // Every token's outline is inset by another amount, so that a patch of several shows them all.
  const overlay = (size, [rows, columns], chosen, token) => {
    const scale = SIDE / Math.max(...size);
    const [width, height] = size.map((side) => side * scale);
    const cell = [width / columns, height / rows];
    const step = Math.min(WIDEST, (SHARE * Math.min(...cell)) / chosen.length);
    const patches = chosen
      .flatMap((held, index) => held.map((patch) => [index + 1, patch]))
      .filter(([one]) => token === null || one === token);
    const outline = ([one, patch], extra, name) => {
      const inset = step * (one - 0.5);
      return draw("rect", {
        class: name,
        "data-token": extra ? null : one,
        "data-patch": extra ? null : patch,
        x: (patch % columns) * cell[0] + inset,
        y: Math.floor(patch / columns) * cell[1] + inset,
        width: cell[0] - 2 * inset,
        height: cell[1] - 2 * inset,
        "stroke-width": 0.6 * step + extra,
      });
    };
    return draw(
      "svg",
      {
        class: "overlay",
        viewBox: `0 0 ${width} ${height}`,
        role: "img",
        "aria-label": "Outlines of the patches that each think token chose; they are listed below the image",
      },
      patches.map((one) => outline(one, 1.4, "casing")),
      patches.map((one) => outline(one, 0, colour(one[0]))),
      labels(patches, cell, columns),
    );
  };

  // One pixel for each patch, stretched over the image; the strongest is the map's highest value.
  const heat = ([rows, columns], levels) => {
    const canvas = make("canvas", { class: "heat", width: columns, height: rows, "aria-hidden": "true" });
    const context = canvas.getContext("2d");
    const pixels = context.createImageData(columns, rows);
    levels.forEach((level, index) => pixels.data.set([213, 94, 0, Math.round(0.85 * level)], 4 * index));
    context.putImageData(pixels, 0, 0);
    return canvas;
  };

  const listing = (chosen, columns, token) =>
    make(
      "ul",
      { class: "chosen" },
      chosen.map((held, index) => {
        if (token !== null && token !== index + 1) return null;
        const places = held.map((patch, place) => [
          place ? ", " : "",
          `${patch} `,
          make("span", { class: "place" }, `(r${Math.floor(patch / columns) + 1} c${(patch % columns) + 1})`),
        ]);
        return make(
          "li",
          {},
          draw(
            "svg",
            { viewBox: "0 0 12 12", width: 12, height: 12, "aria-hidden": "true" },
            draw("rect", { class: colour(index + 1), x: 1.5, y: 1.5, width: 9, height: 9, "stroke-width": 3 }),
          ),
          ` think token ${index + 1}: `,
          held.length ? places.flat() : "none",
        );
      }),
    );

  return { overlay, heat, listing };
})();
