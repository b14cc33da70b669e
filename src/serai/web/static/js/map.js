// The map: land from the package, flows, limits and routes on top. One for all views.

import { fixed } from "./api.js";
import { dot, h } from "./dom.js";
import { amount } from "./format.js";

const WIDEST_PX = 14;
const STARTS = { longitude: 62, latitude: 40, zoom: 3 };

let map = null, overlay = null, layers = {}, network = null, basemap = null, picked = () => {}, moved = () => {};

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
export function rgb(hex, alpha = 255) {
  const n = parseInt(hex.slice(1), 16);
  return [(n >> 16) & 255, (n >> 8) & 255, n & 255, alpha];
}
const ink = (name, alpha) => rgb(css(name), alpha);

function style() {
  const paint = (layer, paint_) => ({ ...layer, paint: paint_ });
  const iso = (codes) => ["in", ["get", "iso3"], ["literal", codes]];
  return {
    version: 8,
    sources: { land: { type: "geojson", data: basemap.land } },
    layers: [
      paint({ id: "water", type: "background" }, { "background-color": css("--water") }),
      paint({ id: "land", type: "fill", source: "land", filter: ["!=", ["get", "iso3"], ""] },
        { "fill-color": ["case", iso(["KAZ"]), css("--home"), css("--land")], "fill-antialias": true }),
      paint({ id: "borders", type: "line", source: "land", filter: ["==", ["get", "iso3"], ""] },
        { "line-color": css("--border"), "line-width": 0.8 }),
    ],
  };
}

function script(source) {
  return new Promise((done, fail) => {
    const element = document.createElement("script");
    element.src = source;
    element.onload = done;
    element.onerror = () => fail(new Error(`${source} could not be loaded`));
    document.head.append(element);
  });
}

/** Make the map once; resolves to the network when it can be drawn on. */
export async function ready() {
  if (map) return network;
  const [maplibre, tables, land] = await Promise.all([
    import("/static/vendor/maplibre-gl.mjs"), fixed("network"), fixed("basemap"),
    globalThis.deck ? null : script("/static/vendor/deck.min.js"),
  ]);
  if (map) return network;
  network = tables;
  basemap = land;
  map = new maplibre.Map({
    container: "map", style: style(), center: [STARTS.longitude, STARTS.latitude], zoom: STARTS.zoom,
    minZoom: 1, maxZoom: 9, dragRotate: false, pitchWithRotate: false, renderWorldCopies: false,
    attributionControl: false, canvasContextAttributes: { preserveDrawingBuffer: true, antialias: true }, fadeDuration: 0,
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibre.AttributionControl({
    compact: true, customAttribution: "Natural Earth; lines © OpenStreetMap contributors (ODbL)",
  }), "bottom-right");
  overlay = new deck.MapboxOverlay({
    layers: [], pickingRadius: 5,
    getTooltip: ({ object }) => object?.tip && { text: object.tip, className: "tip" },
    onClick: ({ object }) => object?.pick && picked(object.pick),
  });
  map.addControl(overlay);
  map.on("moveend", () => moved());
  map.on("zoomend", () => { if (layers.names) { layers.names = names(); draw(); } });
  await new Promise((done) => { if (map.loaded()) done(); else map.once("load", done); });
  if (network.is_own) fit(network.places.map((p) => [p.lon, p.lat]));
  return network;
}

export function repaint() {
  if (!map) return;
  map.setStyle(style());
  draw();
}

export const onPick = (listener) => { picked = listener; };

function draw() {
  const all = ["flows", "routes", "places", "limits", "names"].flatMap((key) => layers[key] ?? []);
  overlay.setProps({ layers: all });
}

/** Resolves when the canvas shows what was asked for. */
export const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

export function clear() {
  layers = { names: names() };
  if (overlay) draw();
  document.getElementById("legend").replaceChildren();
}

/** Lettering, names of towns and their dots; a layer without any would have nothing to draw from. */
function names() {
  const zoom = map ? map.getZoom() : STARTS.zoom;
  const shown = basemap.labels.filter((one) => one.is_main ? zoom > 1.4 : zoom >= 3.2);
  const label = (one) => ({ position: [one.lon, one.lat], ...one });
  const outlined = { fontSettings: { sdf: true }, outlineWidth: 3, outlineColor: ink("--paper", 230), characterSet: "auto" };
  return [
    new deck.TextLayer({
      id: "lettering", data: (zoom < 2.4 ? [] : basemap.lettering).map(label), getText: (d) => d.name, getPosition: (d) => d.position,
      getSize: (d) => (d.is_sea ? 12 : 13), getColor: (d) => ink("--map-ink", d.is_sea ? 190 : 150),
      fontFamily: "sans-serif", characterSet: "auto", pickable: false,
    }),
    new deck.TextLayer({
      id: "names", data: shown.map(label), getText: (d) => d.name, getPosition: (d) => d.position, getSize: 12,
      getColor: ink("--ink"), fontFamily: "sans-serif", fontWeight: 600, ...outlined,
      getTextAnchor: (d) => ({ left: "end", right: "start" }[d.side] ?? "middle"),
      getAlignmentBaseline: (d) => ({ above: "bottom", below: "top" }[d.side] ?? "center"),
      getPixelOffset: (d) => ({ left: [-7, 0], right: [7, 0], above: [0, -6], below: [0, 6] }[d.side] ?? [0, 0]),
    }),
    new deck.ScatterplotLayer({
      id: "towns", data: shown.map(label), getPosition: (d) => d.position, getRadius: 2.4, radiusUnits: "pixels",
      getFillColor: ink("--paper"), stroked: true, getLineColor: ink("--ink"), lineWidthMinPixels: 1.2,
    }),
  ].filter((layer) => layer.props.data.length);
}

export function pairs(line) {
  const out = [];
  for (let i = 0; i < line.length; i += 2) out.push([line[i], line[i + 1]]);
  return out;
}

/**
 * Draw flows: rows are {link, value, colour: [r, g, b], tip}. Width grows with the root of the flow.
 * Returns the largest flow.
 */
export function showFlows(rows, { unit, title, key = [] }) {
  const most = rows.reduce((best, row) => Math.max(best, Math.abs(row.value)), 0);
  const width = (value) => Math.max(0.5, WIDEST_PX * Math.sqrt(Math.abs(value) / (most || 1)));
  const least = most * 1e-4;
  const data = rows.filter((row) => Math.abs(row.value) > least).sort((a, b) => Math.abs(a.value) - Math.abs(b.value))
    .map((row) => ({ ...row, path: (network.links[row.link].path ??= pairs(network.links[row.link].line)), pick: { link: row.link } }));
  layers.flows = [new deck.PathLayer({
    id: "flows", data, getPath: (d) => d.path, getWidth: (d) => width(d.value), widthUnits: "pixels",
    getColor: (d) => [...d.colour, 215], capRounded: true, jointRounded: true, pickable: true, autoHighlight: true,
    highlightColor: [255, 210, 60, 200], parameters: { depthCompare: "always" },
  })];
  layers.names = names();
  draw();
  legend(most, width, unit, title, key);
  return most;
}

function legend(most, width, unit, title, key) {
  const box = document.getElementById("legend");
  const round = (v) => Number(v.toPrecision(1));
  const sizes = most > 0 ? [round(most), round(most / 10), round(most / 100)] : [];
  const stroke = (v) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("width", "34"); svg.setAttribute("height", String(Math.max(6, width(v) + 2)));
    const line = document.createElementNS(svg.namespaceURI, "line");
    const y = Math.max(6, width(v) + 2) / 2;
    for (const [k, value] of Object.entries({ x1: 4, x2: 30, y1: y, y2: y, stroke: "currentColor", "stroke-width": width(v), "stroke-linecap": "round" })) {
      line.setAttribute(k, String(value));
    }
    svg.append(line);
    return svg;
  };
  box.replaceChildren(
    h("div", {}, h("strong", {}, title)),
    sizes.length ? h("div", { class: "row" }, sizes.map((v) => h("span", { class: "row" }, stroke(v), amount(v))), h("span", { class: "soft" }, unit))
      : h("div", { class: "soft" }, "Nothing flows under this filter."),
    h("div", {}, key.map((k) => h("span", {}, dot(k.colour), `${k.name} `))),
  );
}

/** Mark limits: rows are {lon, lat, size (0 to 1), tip, pick}. */
export function showLimits(rows) {
  layers.limits = [new deck.ScatterplotLayer({
    id: "limits", data: rows.map((row) => ({ ...row, position: [row.lon, row.lat] })), getPosition: (d) => d.position,
    getRadius: (d) => 4 + 14 * Math.sqrt(d.size), radiusUnits: "pixels", getFillColor: [190, 40, 30, 110], stroked: true,
    getLineColor: [150, 20, 10, 255], lineWidthMinPixels: 1.5, pickable: true,
  })];
  draw();
}

/** Mark places that can be asked about: rows are {lon, lat, tip, pick}. */
export function showPlaces(rows) {
  layers.places = [new deck.ScatterplotLayer({
    id: "places", data: rows.map((row) => ({ ...row, position: [row.lon, row.lat] })), getPosition: (d) => d.position, getRadius: 2.6,
    radiusUnits: "pixels", getFillColor: ink("--map-ink", 200), stroked: true, getLineColor: ink("--paper"), lineWidthMinPixels: 0.8, pickable: true,
  })];
  draw();
}

/** Draw routes: rows are {links, colour: [r, g, b], chosen, tip, pick}. */
export function showRoutes(rows, { title, key }) {
  const at = new Map(network.links.map((link, i) => [link.id, i]));
  const data = rows.flatMap((row) => row.links.map((id) => network.links[at.get(id)]).filter((l) => l?.line)
    .map((link) => ({ ...row, path: (link.path ??= pairs(link.line)) })));
  layers.flows = [];
  layers.routes = [new deck.PathLayer({
    id: "routes", data: data.sort((a, b) => Number(a.chosen) - Number(b.chosen)), getPath: (d) => d.path,
    getWidth: (d) => (d.chosen ? 5 : 2.5), widthUnits: "pixels", getColor: (d) => [...d.colour, d.chosen ? 255 : 150],
    capRounded: true, jointRounded: true, pickable: true, updateTriggers: { getWidth: rows, getColor: rows },
  })];
  layers.names = names();
  draw();
  document.getElementById("legend").replaceChildren(
    h("strong", {}, title), h("div", {}, key.map((k) => h("div", {}, dot(k.colour), k.name))),
  );
  const points = data.flatMap((d) => d.path);
  if (points.length) fit(points);
}

export function fit(points) {
  const [xs, ys] = [points.map((p) => p[0]), points.map((p) => p[1])];
  map.fitBounds([[Math.min(...xs), Math.min(...ys)], [Math.max(...xs), Math.max(...ys)]], { padding: 50, duration: 0, maxZoom: 6 });
}

export function flyTo(lon, lat, zoom = 5) { map.easeTo({ center: [lon, lat], zoom: Math.max(zoom, map.getZoom()), duration: 300 }); }

export const camera = () => map && { lon: +map.getCenter().lng.toFixed(2), lat: +map.getCenter().lat.toFixed(2), zoom: +map.getZoom().toFixed(2) };
export function look(at) { if (map && at) map.jumpTo({ center: [at.lon, at.lat], zoom: at.zoom }); }
export const onMove = (listener) => { moved = listener; };
export function resize() { if (map) map.resize(); }

/** The map as a picture. */
export function png() {
  return new Promise((done) => {
    map.once("render", () => map.getCanvas().toBlob(done, "image/png"));
    map.triggerRepaint();
  });
}
