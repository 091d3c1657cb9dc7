// Apollo Client: a query, a persisted one by GET, an error, a subscription over graphql-transport-ws.
import { createHash } from "node:crypto";
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";
import { firstValueFrom } from "rxjs";
import WebSocket from "ws";
import { ENDS, PATH, TIES, UNKNOWN, report } from "./questions.mjs";

const [http, ws] = process.argv.slice(2);
const sent = [];
const spying = (uri, options) => {
  sent.push(options.method);
  return fetch(uri, options);
};
const sockets = new GraphQLWsLink(createClient({ url: ws, webSocketImpl: WebSocket }));
const plain = new HttpLink({ uri: http });
const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.split(({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION, sockets, plain),
});
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const hashed = () =>
  new ApolloClient({
    cache: new InMemoryCache(),
    link: new PersistedQueryLink({ sha256, useGETForHashedQueries: true }).concat(new HttpLink({ uri: http, fetch: spying })),
  });

const answer = await client.query({ query: gql(PATH), variables: ENDS });
const persisted = [];
for (let i = 0; i < 2; i++) {
  persisted.push((await hashed().query({ query: gql(PATH), variables: ENDS })).data.shortestPath.report.status);
}
const failed = await client.query({ query: gql(UNKNOWN), errorPolicy: "all" });
const event = await firstValueFrom(client.subscribe({ query: gql(TIES) }));
report({
  answer: answer.data,
  persisted,
  sent,
  error: failed.error.errors[0].extensions,
  events: [event.data],
});
