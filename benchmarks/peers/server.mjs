// @neo4j/graphql behind Apollo Server or GraphQL Yoga, over the graph of the benchmark. node server.mjs apollo|yoga PORT
// PEER_URI, PEER_USER and PEER_PASSWORD name the database, PEER_PATH the Cypher of the path question: the one that the REST peer runs.
import { createServer } from "node:http";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { Neo4jGraphQL } from "@neo4j/graphql";
import { createYoga } from "graphql-yoga";
import neo4j from "neo4j-driver";

const [kind, port] = [process.argv[2], Number(process.argv[3])];
const { PEER_URI, PEER_USER, PEER_PASSWORD, PEER_PATH, PEER_SEARCH, PEER_NEIGHBORS } = process.env;
const driver = neo4j.driver(PEER_URI, neo4j.auth.basic(PEER_USER, PEER_PASSWORD), { disableLosslessIntegers: true });
const typeDefs = `
  type Entity @node { id: ID! name: String! type: String! aliases: [String!] }
  type End { id: ID! name: String! }
  type Step { from: End! to: End! id: ID! type: String! status: String! confidence: Float! }
  type Found { id: ID! name: String! type: String! score: Float! }
  type Near { relation: String! confidence: Float! id: ID! name: String! type: String! }
  type Query {
    shortestPath(from: ID!, to: ID!): [Step!]! @cypher(statement: ${JSON.stringify(PEER_PATH)}, columnName: "step")
    search(q: String!): [Found!]! @cypher(statement: ${JSON.stringify(PEER_SEARCH)}, columnName: "found")
    neighbors(id: ID!): [Near!]! @cypher(statement: ${JSON.stringify(PEER_NEIGHBORS)}, columnName: "near")
  }
`;
const schema = await new Neo4jGraphQL({ typeDefs, driver }).getSchema();
if (kind === "apollo") {
  const server = new ApolloServer({ schema, introspection: false });
  await startStandaloneServer(server, { listen: { port, host: "127.0.0.1" }, context: async () => ({ executionContext: driver }) });
} else {
  const yoga = createYoga({ schema, logging: false, graphiql: false, context: () => ({ executionContext: driver }) });
  createServer(yoga).listen(port, "127.0.0.1");
}
console.log("ready");
