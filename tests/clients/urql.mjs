// urql: a query, an error, subscriptions over graphql-transport-ws, over its own event streams and over graphql-sse.
import { Client, cacheExchange, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient as createStreams } from "graphql-sse";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { ENDS, PATH, TIES, UNKNOWN, report } from "./questions.mjs";

const [http, ws] = process.argv.slice(2);
const sockets = createClient({ url: ws, webSocketImpl: WebSocket });
const streams = createStreams({ url: http });
const over = (source) =>
  subscriptionExchange({
    forwardSubscription: ({ query, variables }) => ({
      subscribe: (sink) => ({ unsubscribe: source.subscribe({ query, variables }, sink) }),
    }),
  });
const client = (...exchanges) => new Client({ url: http, exchanges: [cacheExchange, ...exchanges] });
const first = (asking) =>
  new Promise((resolve, reject) => {
    asking.subscription(TIES, {}).subscribe(({ data, error }) => (error ? reject(error) : resolve(data)));
  });

const asking = client(fetchExchange);
const answer = await asking.query(PATH, ENDS).toPromise();
const failed = await asking.query(UNKNOWN, {}).toPromise();
const fetching = new Client({ url: http, fetchSubscriptions: true, exchanges: [cacheExchange, fetchExchange] });
report({
  answer: answer.data,
  error: failed.error.graphQLErrors[0].extensions,
  events: [await first(client(over(sockets), fetchExchange)), await first(client(over(streams), fetchExchange)), await first(fetching)],
});
