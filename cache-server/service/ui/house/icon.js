// Small pictures, drawn with the colour of the text beside them.

import { html } from "./html.js";

/** @type {Record<string, string>} */
const paths = {
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  close: "M4 4l8 8M12 4l-8 8",
  sun: "M8 5a3 3 0 100 6 3 3 0 000-6zM8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9",
  moon: "M13 9.6A5.6 5.6 0 016.4 3 5.6 5.6 0 1013 9.6z",
  system: "M2.5 3.5h11v7h-11zM6 13h4M8 10.5V13",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  check: "M3 8.5l3.2 3.2L13 5",
  download: "M8 2v8M4.8 7.2L8 10.4l3.2-3.2M3 13.5h10",
  trash: "M3 4.5h10M6.5 4.5v-2h3v2M4.3 4.5l.6 9h6.2l.6-9M6.7 7v4M9.3 7v4",
  search: "M7 2.8a4.2 4.2 0 100 8.4 4.2 4.2 0 000-8.4zM10.2 10.2l3.3 3.3",
  again: "M13 8a5 5 0 11-1.6-3.7M13 2.2v2.6h-2.6",
  right: "M6 3.5L10.5 8 6 12.5",
  folder: "M2 4h4l1.3 1.6H14V13H2z",
  file: "M4 2h5l3 3v9H4zM9 2v3h3",
  layers: "M8 2l6 3-6 3-6-3zM2 8l6 3 6-3M2 11l6 3 6-3",
  server: "M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01",
  key: "M10.5 2.5a3 3 0 11-2 5.2L3.5 12.7H2.5v-2h2v-1.5H6l1.6-1.6a3 3 0 012.9-5.1z",
  chart: "M2.5 13.5h11M4.5 13V8.5M8 13V3.5M11.5 13V6.5",
  home: "M2.5 7.5L8 3l5.5 4.5M4 6.5v7h8v-7",
  transfer: "M3 5.5h9M9.5 3L12 5.5 9.5 8M13 10.5H4M6.5 8L4 10.5 6.5 13",
  money: "M8 2v12M11 4.5c-.6-1-1.6-1.3-3-1.3-1.7 0-3 .8-3 2.2 0 3 6.2 1.5 6.2 4.7 0 1.5-1.4 2.4-3.2 2.4-1.6 0-2.7-.5-3.3-1.6",
  out: "M6.5 2.5h-4v11h4M10 5l3 3-3 3M13 8H6",
  warn: "M8 2.5l6 11H2zM8 6.5v3.2M8 11.6h.01",
  clock: "M8 2.5a5.5 5.5 0 100 11 5.5 5.5 0 000-11zM8 5v3.2l2 1.3",
  edit: "M3 13l.6-2.6 7.4-7.4 2 2L5.6 12.4zM9.6 4.4l2 2",
  table: "M2.5 3h11v10h-11zM2.5 6.5h11M6.5 6.5V13",
  keyboard: "M1.5 4.5h13v7h-13zM4 7h.01M6.7 7h.01M9.3 7h.01M12 7h.01M5 9.5h6",
};

/** @param {{ name: string }} props */
export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d=${paths[name] ?? ""} /></svg>`;
}
