/**
 * An answer as a graph to draw: entities by id, links by pair of entities, paths as sequences of both.
 *
 * A link holds all relations between its two entities. The layer of an entity is its smallest hop over all paths; what all
 * paths end in lies in the last layer.
 */

const linkKey = (a, b) => (a < b ? `${a}|${b}` : `${b}|${a}`);

export class Model {
  constructor() {
    this.nodes = new Map();
    this.links = new Map();
    this.paths = [];
  }

  addNode(entity, layer) {
    const known = this.nodes.get(entity.id);
    if (known === undefined) this.nodes.set(entity.id, { ...entity, layer, rank: this.nodes.size });
    else known.layer = Math.min(known.layer, layer);
    return this.nodes.get(entity.id);
  }

  addLink(a, b, relations) {
    const key = linkKey(a, b);
    const known = this.links.get(key) ?? { key, a, b, relations: [] };
    for (const relation of relations) {
      if (!known.relations.some((one) => one.id === relation.id)) known.relations.push(relation);
    }
    this.links.set(key, known);
    return known;
  }

  /** `mark`: what became of the path, where that is the question. */
  addPath(path, extra = {}) {
    const nodes = path.hops.length ? [path.hops[0].from.id, ...path.hops.map((hop) => hop.to.id)] : [];
    path.hops.forEach((hop, place) => {
      this.addNode(hop.from, place);
      this.addNode(hop.to, place + 1);
      this.addLink(hop.from.id, hop.to.id, hop.relations);
    });
    this.paths.push({
      id: path.id,
      confidence: path.confidence,
      cypher: path.cypher,
      nodes,
      hops: path.hops.map((hop) => ({ key: linkKey(hop.from.id, hop.to.id), from: hop.from, to: hop.to, relations: hop.relations })),
      ...extra,
    });
  }

  /** Put the common end of all paths behind everything else. */
  endIn(id) {
    const end = this.nodes.get(id);
    if (end === undefined) return;
    const others = [...this.nodes.values()].filter((node) => node.id !== id).map((node) => node.layer);
    end.layer = Math.max(end.layer, 1 + Math.max(...others));
  }

  /** Ids of relations, entities and links on any path through what is selected; null when nothing is. */
  pathsThrough(selected) {
    return this.paths.filter((path) => touches(path, selected));
  }

  get relations() {
    return [...this.links.values()].flatMap((link) => link.relations);
  }
}

/** Whether a path passes what is selected: `p:` a path, `n:` an entity, `l:` a link. */
export function touches(path, selected) {
  const what = selected.slice(2);
  if (selected.startsWith("p:")) return path.id === what;
  if (selected.startsWith("n:")) return path.nodes.includes(what);
  return path.hops.some((hop) => hop.key === what);
}

/** A graph without paths: layers by distance from the first of `ends`. */
export function fromSubgraph(entities, relations, ends) {
  const model = new Model();
  const near = new Map(entities.map((entity) => [entity.id, []]));
  for (const relation of relations) {
    near.get(relation.subject.id)?.push(relation.object.id);
    near.get(relation.object.id)?.push(relation.subject.id);
  }
  const layers = new Map();
  for (const start of [...ends, ...entities]) {
    if (layers.has(start.id) || !near.has(start.id)) continue;
    layers.set(start.id, 0);
    const queue = [start.id];
    for (const id of queue) {
      for (const other of near.get(id)) {
        if (layers.has(other)) continue;
        layers.set(other, layers.get(id) + 1);
        queue.push(other);
      }
    }
  }
  for (const entity of entities) model.addNode(entity, layers.get(entity.id));
  for (const relation of relations) model.addLink(relation.subject.id, relation.object.id, [relation]);
  return model;
}

/**
 * The same graph with all but the first `most` entities of each layer folded into one group a layer; `opened` names the
 * layers that are not. `kept` are never folded.
 */
export function folded(model, { most, opened, kept }) {
  const layers = new Map();
  for (const node of model.nodes.values()) {
    if (!layers.has(node.layer)) layers.set(node.layer, []);
    layers.get(node.layer).push(node);
  }
  const group = new Map();
  for (const [layer, nodes] of layers) {
    if (nodes.length <= most + 1 || opened.includes(`layer-${layer}`)) continue;
    const surplus = nodes.slice(most).filter((node) => !kept.has(node.id));
    if (surplus.length < 2) continue;
    const id = `layer-${layer}`;
    for (const node of surplus) group.set(node.id, { id, layer, members: surplus });
  }
  if (group.size === 0) return model;
  const seen = new Model();
  for (const node of model.nodes.values()) {
    const within = group.get(node.id);
    if (within === undefined) seen.nodes.set(node.id, node);
    else if (!seen.nodes.has(within.id)) {
      seen.nodes.set(within.id, { id: within.id, group: within.members, layer: within.layer, rank: node.rank });
    }
  }
  for (const link of model.links.values()) {
    const a = group.get(link.a)?.id ?? link.a;
    const b = group.get(link.b)?.id ?? link.b;
    if (a === b) continue;
    if (a === link.a && b === link.b) seen.links.set(link.key, link);
    else {
      const key = linkKey(a, b);
      const bundle = seen.links.get(key) ?? { key, a, b, relations: [], bundle: true };
      bundle.relations.push(...link.relations);
      seen.links.set(key, bundle);
    }
  }
  seen.paths = model.paths.map((path) => ({
    ...path,
    nodes: path.nodes.map((id) => group.get(id)?.id ?? id),
    hops: path.hops.map((hop) => ({
      ...hop,
      key: linkKey(group.get(hop.from.id)?.id ?? hop.from.id, group.get(hop.to.id)?.id ?? hop.to.id),
    })),
  }));
  return seen;
}
