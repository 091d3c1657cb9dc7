/** The kinds of questions: which document asks each, with which variables, and how its answer becomes a model. */

import { ask } from "./api.js";
import { Model, fromSubgraph } from "./model.js";
import { FILTERS, without } from "./state.js";
import { limits, typesOf } from "./vocabulary.js";

/** Kind: how many entities it takes, [fewest, most]. */
export const KINDS = {
  tie: [2, 2],
  exposure: [1, 1],
  supply: [1, 1],
  changes: [1, 2],
  connect: [2, 12],
  entity: [1, 1],
};

const isQuestion = (state) => state.ask in KINDS;
export const isWhole = (state) => isQuestion(state) && state.of.length >= KINDS[state.ask][0];

const IDLE = { exposure: ["countries", "avoid"], entity: ["avoid"], changes: ["known"] };
const OF_CLAIMS = ["families", "modalities"];

/** Filters that mean nothing for the question. */
function idle({ ask: kind, of }) {
  return kind === "changes" && of.length < 2 ? FILTERS.filter((field) => !OF_CLAIMS.includes(field)) : IDLE[kind] ?? [];
}

/** Whether a filter narrows the question; the filter of time is that of a day. */
export const applies = (state, field) => !idle(state).includes(field === "time" ? "at" : field);

/** `state` without the filters that mean nothing for its question: an address may hold any. */
export const meaningful = (state) => without(state, idle(state));

/** Which relations count, as the API's RelationFilter. */
function via(state) {
  return {
    ...(state.families.length ? { types: typesOf(state.families) } : {}),
    ...(state.modalities.length ? { modalities: state.modalities } : {}),
    ...(state.modalities.includes("ENDED") ? { includeFormer: true } : {}),
    ...(state.confidence ? { minConfidence: state.confidence } : {}),
    ...(state.sources ? { minSources: state.sources } : {}),
    ...(state.publishers.length ? { excludePublishers: state.publishers } : {}),
    ...(state.documents.length ? { excludeDocuments: state.documents } : {}),
    ...(state.at ? { validAt: state.at } : {}),
    ...(state.known ? { knownAt: moment(state.known) } : {}),
    ...(state.dated ? { undated: "EXCLUDE" } : {}),
  };
}

/** A day as its last moment; a moment as it is. */
export const moment = (text) => (text.length === 10 ? `${text}T23:59:59Z` : text);

const through = (state) => (state.countries.length ? { countries: state.countries } : undefined);
const hubs = (state) => ({ mode: state.hubs });
const avoid = (state) => (state.avoid.length ? state.avoid : undefined);

function budget(state, depth) {
  const { maxDepth, maxTimeoutMs } = limits();
  return {
    maxDepth: Math.min(depth ?? state.depth, maxDepth ?? Infinity),
    timeoutMs: state.timeout ? Math.min(state.timeout, maxTimeoutMs ?? Infinity) : undefined,
  };
}

/** Documents that a question consists of, each with its variables; the first gives the report. */
export function documents(state) {
  const [first, second] = state.of;
  const common = { via: via(state), through: through(state), avoid: avoid(state), hubs: hubs(state), budget: budget(state) };
  switch (state.ask) {
    case "tie":
      return [["explore-tie", { from: [first], to: [second], k: state.k, weight: state.weight, ...common }]];
    case "exposure":
      return [["explore-exposure", { id: first, where: via(state), hubs: hubs(state), budget: budget(state), first: 60 }]];
    case "supply": {
      const { via: where, ...others } = common;
      const asked = { id: first, tiers: state.tiers, where, ...others, budget: budget(state, state.tiers) };
      const { avoid: without, ...chain } = asked;
      const named = state.direction === "UPSTREAM" ? "explore-upstream" : "explore-downstream";
      return [
        [named, { ...asked, first: 120 }],
        ["explore-choke-points", { ...chain, direction: state.direction, without }],
      ];
    }
    case "changes":
      if (second === undefined) {
        const { types, modalities } = via(state);
        const days = { since: state.since || undefined, until: state.until || undefined };
        return [["explore-timeline", { ids: [first], types, modalities, ...days, first: 100 }]];
      }
      return [
        [
          "explore-changes",
          {
            from: first,
            to: second,
            knownFrom: moment(state.since || "1970-01-01"),
            knownTo: moment(state.until || "2100-01-01"),
            k: state.k,
            ...common,
          },
        ],
      ];
    case "connect":
      return [["explore-connect", { ids: state.of, ...common }]];
    default:
      return [["explore-entity", { id: first, first: 100, where: via(state), object: through(state) }]];
  }
}

/** Documents that the page of an entity asks beside its question, by name. */
export const beside = (id, type) => ({
  ...(type === "COMPANY" ? { "explore-ownership": { id } } : {}),
  "explore-same-as": { id, first: 6 },
  "explore-timeline": { ids: [id], first: 40 },
});

/**
 * The answer to a question: {report, model, marks, ...what its kind tells beside}. `marks`: key of an entity or link →
 * what is known of it.
 */
export async function answer(state, { signal } = {}) {
  const data = await Promise.all(documents(state).map(([name, variables]) => ask(name, variables, { signal })));
  return READERS[state.ask](Object.assign({}, ...data), state);
}

const READERS = {
  tie({ shortestPaths: { report, source, target, paths } }) {
    const model = new Model();
    for (const path of paths) model.addPath(path);
    model.endIn(target.id);
    return { report, model, marks: ends([source, target]), ends: [source, target] };
  },

  exposure({ exposure: { report, entity, nodes, pageInfo } }) {
    const model = new Model();
    const marks = ends([entity]);
    model.addNode(entity, 0);
    for (const one of nodes) {
      const path = one.path ?? { id: `self:${one.entity.id}`, confidence: 1, hops: [] };
      model.addPath(path, { kind: one.kind, reached: one.entity, listed: one.entity.listed });
      mark(marks, one.entity.id, { listed: one.entity.listed.map((listing) => listing.subject.name) });
    }
    return { report, model, marks, ends: [entity], more: pageInfo.hasNextPage };
  },

  supply({ upstream, downstream, chokePoints }) {
    const { report, source, nodes, pageInfo } = upstream ?? downstream;
    const model = new Model();
    const marks = ends([source]);
    model.addNode(source, 0);
    for (const one of nodes) model.addPath(one.path, { tier: one.distance, reached: one.entity });
    for (const point of chokePoints.chokePoints) mark(marks, point.entity.id, { cutsOff: point.cutOff.length });
    return { report, model, marks, ends: [source], chokePoints, more: pageInfo.hasNextPage };
  },

  changes({ pathsDiff, timeline }) {
    if (timeline !== undefined) return { report: null, model: null, marks: new Map(), ends: [], timeline, counted: stated(timeline) };
    const model = new Model();
    const marks = new Map();
    for (const became of ["kept", "appeared", "vanished"]) {
      for (const path of pathsDiff[became]) {
        model.addPath(path, { became });
        for (const hop of model.paths.at(-1).hops) if (!marks.has(`l:${hop.key}`)) marks.set(`l:${hop.key}`, became);
      }
    }
    const first = model.paths[0]?.nodes ?? [];
    if (first.length) model.endIn(first.at(-1));
    for (const id of [first[0], first.at(-1)].filter(Boolean)) mark(marks, id, { end: true });
    return { report: pathsDiff.after, model, marks, ends: [] };
  },

  connect({ connectingSubgraph: { report, terminals, entities, relations, unconnected } }) {
    return { report, model: fromSubgraph(entities, relations, terminals), marks: ends(terminals), ends: terminals, unconnected };
  },

  entity({ entity, neighbors, publishers, contradictions }) {
    const model = new Model();
    if (entity === null) return { report: null, model, marks: new Map(), ends: [], entity };
    const marks = ends([entity]);
    model.addNode(entity, 0);
    for (const one of neighbors.nodes) {
      model.addNode(one.entity, 1);
      model.addLink(entity.id, one.entity.id, one.relations);
    }
    if (entity.listed.length) mark(marks, entity.id, { listed: entity.listed.map((listing) => listing.subject.name) });
    return { report: null, model, marks, ends: [entity], entity, neighbors, publishers, contradictions: contradictions.nodes };
  },
};

/** Statements in the place of relations, for filters to count. */
const stated = ({ nodes }) => ({ paths: [], relations: nodes.map(({ claim }) => ({ ...claim, status: claim.modality })) });

function mark(marks, id, more) {
  marks.set(`n:${id}`, { ...marks.get(`n:${id}`), ...more });
}

const ends = (entities) => new Map(entities.map((entity) => [`n:${entity.id}`, { end: true }]));
