/** The script of the page that a browser gets at /graphql: GraphiQL with what Podbox's users ask first. Made into text, since it runs there. */
const TABS = [
  `# Every pod, with its containers. Ctrl-Enter runs; Ctrl-Space completes; the book on the left is the schema.
query Pods {
  pods {
    nodes {
      namespace
      name
      ready
      displayStatus
      restarts
      nodeName
      containers { name kind state { waiting { reason } running { startedAt } terminated { reason exitCode } } }
    }
  }
}
`,
  `# What is there, then SYNCED, then every change as it happens. It runs until it is stopped.
# To go on where a message left off: podChanges(after: "<its cursor>")
subscription Live {
  podChanges {
    type
    cursor
    pod { namespace name ready displayStatus restarts }
  }
}
`,
  `# A pod, written as for kubectl.
mutation Submit {
  createPod(
    yaml: """
    apiVersion: v1
    kind: Pod
    metadata: {name: hello}
    spec:
      containers:
      - {name: app, image: busybox, command: [sh, -c, "while true; do date; sleep 5; done"]}
    """
  ) { namespace name displayStatus }
}
`,
  `# A container's log, line by line.
subscription Log {
  podLogs(name: "hello", tailLines: 10) {
    cursor
    lines { time text }
  }
}
`,
];

export const START_SCRIPT = `
const client = graphqlWs.createClient({ url: location.href.replace(/^http/, 'ws').replace(/[?#].*/, '') });
const fetcher = GraphiQL.createFetcher({ url: location.pathname, wsClient: client });
const defaultTabs = ${JSON.stringify(TABS.map((query) => ({ query })))};
ReactDOM.createRoot(document.getElementById('graphiql')).render(React.createElement(GraphiQL, { fetcher, defaultTabs, defaultEditorToolsVisibility: false }));
`;
