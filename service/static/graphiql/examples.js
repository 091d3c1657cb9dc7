// The questions that GraphiQL opens with, one per tab. Run them with Ctrl-Enter.
const CHOKEPOINT_EXAMPLES = [
  `# How is Intel tied to the United States, and who says so?
query HowAreTheyTied {
  shortestPath(from: "Intel", to: "United States", via: { types: [TESTED, OWNS, SUBSIDIARY_OF, SANCTIONS] }) {
    report { status hint expanded elapsedMs }
    paths {
      confidence
      hops {
        from { name }
        to { name }
        relations {
          type
          status
          confidence
          subject { name }
          claims(first: 3) { nodes { sentence modality document { title publisher published url } } }
        }
      }
    }
  }
}
`,
  `# The five best ways, spread over different middlemen.
query SeveralWays {
  shortestPaths(from: ["Intel"], to: ["China"], k: 5, diversity: 0.5, budget: { maxDepth: 4 }) {
    report { status limitedBy hint undated hubsSkipped { name } cypher }
    paths {
      length
      entities { name type }
      hops { topEvidence(n: 1) { sentence document { publisher published } } }
    }
  }
}
`,
  `# Find an entity by a name in any script.
query Search {
  searchEntities(q: "華為", first: 5) {
    nodes { kind similarity matched entity { id name type aliases degree } }
  }
}
`,
  `# Who is tied to TSMC, and how?
query Neighbours {
  neighbors(id: "TSMC", first: 10) {
    nodes {
      entity { name type }
      relations { type status confidence validFrom validTo claimCount }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  `# What can be asked, and how much of it?
query WhatIsHere {
  graphVersion
  limits { maxDepth maxPaths maxTimeoutMs maxPage hubDegree }
  ontology { relations { type category subjectTypes objectTypes symmetric meaning } }
}
`,
];
