/**
 * Where the boxes of a layered drawing lie: layers are given, places within them are found.
 *
 * Order within a layer by barycentre sweeps (Sugiyama, Tagawa and Toda 1981), places by isotonic regression (pool adjacent
 * violators): each box as near to the mean of its neighbours as order and room allow. Labels of links are boxes of their
 * own between the layers, so that none lies on another. Same input, same drawing; knows nothing of documents or fonts.
 *
 * Coordinates: `main` runs along the layers, `cross` within one; `vertical` lets main run down instead of to the right.
 */

const SWEEPS = 6;
const ROUNDS = 4;
const BETWEEN = 14;
const LABEL_BETWEEN = 6;
const MARGIN = 12;

/**
 * Places for `nodes` ({id, layer, width, height}) and `links` ({id, a, b, width, height}: of the label).
 *
 * `fixed`: an earlier result whose nodes and labels keep their places, unless something wider comes before them. Returns {corner, width, height, nodes: id → {x, y, width,
 * height} (centres), links: id → {d, label: {x, y}, ends: [{x, y, side}, …] at a and b}, bends, starts}.
 */
export function layout(nodes, links, { vertical = false, fixed = null, minGap = 56 } = {}) {
  const size = vertical ? (box) => [box.height, box.width] : (box) => [box.width, box.height];
  const items = new Map();
  for (const node of nodes) {
    const [main, cross] = size(node);
    items.set(node.id, { id: node.id, layer: node.layer, main, cross, near: [], at: 0 });
  }
  const chains = chainsOf(links, items, size);
  const layers = layersOf(items);
  order(layers);
  place(layers);
  if (fixed !== null) hold(layers, fixed, vertical);
  const gaps = labels(chains, layers.length, fixed, vertical);
  const starts = along(layers, gaps, minGap, vertical, fixed === null ? [] : fixed.starts);
  return draw(nodes, chains, layers, gaps, starts, { vertical, held: fixed !== null });
}

/** Links as chains of items: a link over several layers passes a thin item in each between. */
function chainsOf(links, items, size) {
  const chains = [];
  for (const link of links) {
    let [from, to] = [items.get(link.a), items.get(link.b)];
    const turned = from.layer > to.layer;
    if (turned) [from, to] = [to, from];
    const chain = [from];
    for (let layer = from.layer + 1; layer < to.layer; layer += 1) {
      const bend = { id: `${link.id}#${layer}`, layer, main: 0, cross: 4, near: [], at: 0, bend: true };
      items.set(bend.id, bend);
      chain.push(bend);
    }
    chain.push(to);
    const level = from.layer === to.layer;
    for (let place = 1; place < chain.length; place += 1) {
      if (level) break;
      chain[place - 1].near.push(chain[place]);
      chain[place].near.push(chain[place - 1]);
    }
    const [main, cross] = size(link);
    chains.push({ id: link.id, chain, turned, level, label: { main, cross, at: 0 } });
  }
  return chains;
}

function layersOf(items) {
  const layers = [];
  for (const item of items.values()) {
    while (layers.length <= item.layer) layers.push([]);
    layers[item.layer].push(item);
  }
  return layers;
}

/** Order the items of each layer so that few links cross. */
function order(layers) {
  const number = (layer) => layer.forEach((item, place) => { item.place = place; });
  layers.forEach(number);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const down = sweep % 2 === 0;
    let moved = false;
    for (let step = 0; step < layers.length; step += 1) {
      const at = down ? step : layers.length - 1 - step;
      const layer = layers[at];
      for (const item of layer) {
        let sum = 0;
        let many = 0;
        for (const other of item.near) {
          if (down ? other.layer < item.layer : other.layer > item.layer) {
            sum += (other.place + 0.5) / layers[other.layer].length;
            many += 1;
          }
        }
        item.pull = many === 0 ? (item.place + 0.5) / layer.length : sum / many;
      }
      layer.sort((one, other) => one.pull - other.pull || one.place - other.place);
      layer.forEach((item, place) => {
        if (item.place !== place) moved = true;
        item.place = place;
      });
    }
    if (!moved && sweep > 0) break;
  }
}

const room = (one, other) => (one.cross + other.cross) / 2 + (one.bend && other.bend ? 6 : BETWEEN);

/** Cross coordinates: start stacked around 0, then draw each layer toward its neighbours, layer by layer, there and back. */
function place(layers) {
  for (const layer of layers) spread(layer, layer.map(() => 0), room);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let step = 0; step < layers.length; step += 1) {
      const layer = layers[round % 2 === 0 ? step : layers.length - 1 - step];
      spread(layer, layer.map((item) => wish(item)), room);
    }
  }
}

function wish(item) {
  if (item.near.length === 0) return item.at;
  let sum = 0;
  for (const other of item.near) sum += other.at;
  return sum / item.near.length;
}

/** Set `at` of items, in their order, nearest to `wishes` with `apart(one, next)` kept between each two. */
function spread(items, wishes, apart) {
  const blocks = [];
  let offset = 0;
  for (let place = 0; place < items.length; place += 1) {
    if (place > 0) offset += apart(items[place - 1], items[place]);
    items[place].offset = offset;
    let block = { sum: wishes[place] - offset, many: 1 };
    while (blocks.length > 0 && blocks[blocks.length - 1].sum / blocks[blocks.length - 1].many > block.sum / block.many) {
      const before = blocks.pop();
      block = { sum: before.sum + block.sum, many: before.many + block.many };
    }
    blocks.push(block);
  }
  let place = 0;
  for (const block of blocks) {
    const start = block.sum / block.many;
    for (let left = block.many; left > 0; left -= 1, place += 1) items[place].at = start + items[place].offset;
  }
}

/** Give what was placed before its place back; the others of a layer take the free place nearest to where they would lie. */
function hold(layers, fixed, vertical) {
  for (const layer of layers) {
    const taken = [];
    const free = [];
    for (const item of layer) {
      const was = item.bend ? fixed.bends.get(item.id) : fixed.nodes.get(item.id);
      if (was === undefined) free.push(item);
      else {
        item.at = item.bend ? was : vertical ? was.x : was.y;
        taken.push(item);
      }
    }
    settle(free, taken, (item) => wish(item), room);
  }
}

function settle(free, taken, wanted, apart) {
  for (const item of free) {
    const want = wanted(item);
    const options = [want, ...taken.flatMap((other) => [other.at - apart(other, item), other.at + apart(other, item)])];
    const open = options.filter((at) => taken.every((other) => Math.abs(other.at - at) >= apart(other, item) - 0.01));
    item.at = open.reduce((best, at) => (Math.abs(at - want) < Math.abs(best - want) ? at : best), open[0]);
    taken.push(item);
  }
}

/** Put each label into a gap between two layers, in the order of its link; returns the labels of each gap. */
function labels(chains, layerCount, fixed, vertical) {
  const gaps = Array.from({ length: layerCount }, () => []);
  for (const link of chains) {
    const { chain, label } = link;
    const at = Math.floor((chain.length - 2) / 2);
    label.gap = chain[at].layer;
    label.before = at;
    label.want = (chain[at].at + chain[at + 1].at) / 2;
    label.link = link.id;
    gaps[label.gap].push(label);
  }
  const apart = (one, other) => (one.cross + other.cross) / 2 + LABEL_BETWEEN;
  for (const gap of gaps) {
    gap.sort((one, other) => one.want - other.want);
    if (fixed === null) spread(gap, gap.map((label) => label.want), apart);
    else {
      const taken = [];
      const free = [];
      for (const label of gap) {
        const was = fixed.links.get(label.link)?.label;
        if (was === undefined) free.push(label);
        else {
          label.at = vertical ? was.x : was.y;
          taken.push(label);
        }
      }
      settle(free, taken, (label) => label.want, apart);
    }
  }
  return gaps;
}

/**
 * Main coordinate at which each layer starts: {start, thick, gap}, the gaps as wide as their widest label.
 *
 * Layers and gaps are no narrower than in `held`, so that what was placed before moves only where something wider came in.
 */
function along(layers, gaps, minGap, vertical, held) {
  const starts = [];
  let at = MARGIN;
  layers.forEach((layer, place) => {
    const thick = layer.reduce((most, item) => Math.max(most, item.main), held[place]?.thick ?? 0);
    const widest = gaps[place].reduce((most, label) => Math.max(most, label.main), 0);
    const last = place === layers.length - 1;
    const gap = last && gaps[place].length === 0 ? 0 : Math.max(minGap, widest + (vertical ? 40 : 36));
    starts.push({ start: at, thick, gap: Math.max(gap, held[place]?.gap ?? 0) });
    at += thick + starts[place].gap;
  });
  return starts;
}

function draw(nodes, chains, layers, gaps, starts, { vertical, held }) {
  const low = extent([...layers.flat(), ...gaps.flat()], (item) => item.at - item.cross / 2, Math.min);
  // What was placed before stays; the drawing then begins earlier instead.
  const shift = held ? 0 : MARGIN - low;
  const begin = held ? Math.min(0, low - MARGIN) : 0;
  const centre = (layer) => starts[layer].start + starts[layer].thick / 2;
  const point = (main, cross) => (vertical ? { x: cross, y: main } : { x: main, y: cross });
  const items = new Map(layers.flat().map((item) => [item.id, item]));
  const placed = new Map();
  for (const node of nodes) {
    const item = items.get(node.id);
    placed.set(node.id, { ...point(centre(node.layer), item.at + shift), width: node.width, height: node.height });
  }
  const ports = portsOf(chains);
  const drawn = new Map();
  for (const link of chains) {
    const { chain, label } = link;
    const from = chain[0];
    const to = chain[chain.length - 1];
    const between = starts[label.gap].start + starts[label.gap].thick + starts[label.gap].gap / 2;
    const stops = [[edge(from, 1, starts), from.at + ports.get(`${link.id}>`)]];
    for (let place = 1; place < chain.length; place += 1) {
      if (label.before === place - 1) stops.push([between, label.at]);
      const stop = chain[place];
      if (stop.bend) {
        stops.push([starts[stop.layer].start, stop.at], [starts[stop.layer].start + starts[stop.layer].thick, stop.at]);
      }
    }
    stops.push([edge(to, link.level ? 1 : -1, starts), to.at + ports.get(`${link.id}<`)]);
    const d = curve(stops, link.level).map((part) => part.map((one) => (typeof one === "string" ? one : fixedPoint(point(one[0], one[1] + shift)))).join(" ")).join(" ");
    const first = { ...point(stops[0][0], stops[0][1] + shift), side: 1 };
    const last = { ...point(stops[stops.length - 1][0], stops[stops.length - 1][1] + shift), side: link.level ? 1 : -1 };
    drawn.set(link.id, { d, label: point(between, label.at + shift), ends: link.turned ? [last, first] : [first, last] });
  }
  const end = starts.length === 0 ? MARGIN : starts[starts.length - 1].start + starts[starts.length - 1].thick + starts[starts.length - 1].gap;
  const across = extent([...layers.flat(), ...gaps.flat()], (item) => item.at + item.cross / 2, Math.max) + shift + MARGIN;
  const whole = point(end + MARGIN, across - begin);
  const corner = point(0, Math.round(begin));
  const bends = new Map(layers.flat().filter((item) => item.bend).map((item) => [item.id, item.at + shift]));
  return { corner, width: Math.round(whole.x), height: Math.round(whole.y), nodes: placed, links: drawn, bends, starts };
}

const extent = (items, of, choose) => (items.length === 0 ? 0 : items.reduce((most, item) => choose(most, of(item)), choose === Math.min ? Infinity : -Infinity));

const edge = (item, side, starts) => starts[item.layer].start + starts[item.layer].thick / 2 + (side * item.main) / 2;

/** Where on its box each link ends: side by side, in the order of where the links lead. */
function portsOf(chains) {
  const sides = new Map();
  const add = (item, side, key, toward) => {
    const name = `${item.id}${side}`;
    if (!sides.has(name)) sides.set(name, { item, ends: [] });
    sides.get(name).ends.push({ key, toward });
  };
  for (const link of chains) {
    const { chain, label } = link;
    const next = label.before === 0 ? label.at : chain[1].at;
    const last = label.before === chain.length - 2 ? label.at : chain[chain.length - 2].at;
    add(chain[0], ">", `${link.id}>`, next);
    add(chain[chain.length - 1], link.level ? ">" : "<", `${link.id}<`, last);
  }
  const ports = new Map();
  for (const { item, ends } of sides.values()) {
    ends.sort((one, other) => one.toward - other.toward);
    const step = Math.min(12, (item.cross * 0.7) / ends.length);
    ends.forEach((end, place) => ports.set(end.key, (place - (ends.length - 1) / 2) * step));
  }
  return ports;
}

function curve(stops, level) {
  const parts = [["M", stops[0]]];
  for (let place = 1; place < stops.length; place += 1) {
    const [before, here] = [stops[place - 1], stops[place]];
    if (level) {
      const out = place === 1 ? [here[0], before[1]] : [before[0], here[1]];
      parts.push(["Q", out, here]);
    } else {
      const middle = (before[0] + here[0]) / 2;
      parts.push(["C", [middle, before[1]], [middle, here[1]], here]);
    }
  }
  return parts;
}

const fixedPoint = ({ x, y }) => `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`;
