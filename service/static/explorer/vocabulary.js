/** The vocabulary of the graph and the limits of the service, once they are known. */

let known = { limits: {}, families: new Map(), symmetric: new Set(), modalities: [] };

/** Take in what `explore-start` answers. */
export function learn({ limits, ontology }) {
  known = {
    limits,
    families: new Map(ontology.relations.map((one) => [one.type, one.category])),
    symmetric: new Set(ontology.relations.filter((one) => one.symmetric).map((one) => one.type)),
    modalities: ontology.modalities,
  };
}

export const limits = () => known.limits;
export const familyOf = (type) => known.families.get(type) ?? "other";
export const isSymmetric = (type) => known.symmetric.has(type);
export const familyNames = () => [...new Set(known.families.values())];
export const modalities = () => known.modalities;

/** Relation types of these families. */
export const typesOf = (families) => [...known.families].filter(([, family]) => families.includes(family)).map(([type]) => type);
