ReactDOM.createRoot(document.getElementById('graphiql')).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: '/graphql' }),
    defaultEditorToolsVisibility: true,
    defaultTabs: CHOKEPOINT_EXAMPLES.map((query) => ({ query })),
    shouldPersistHeaders: false,
  }),
);
