import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from '@graphiql/plugin-doc-explorer';
import { HISTORY_PLUGIN, HistoryStore } from '@graphiql/plugin-history';
import { GraphiQLProvider } from '@graphiql/react';
import { GraphiQL, GraphiQLInterface } from 'graphiql';
import { useMemo } from 'react';
import { createFetcher } from './fetcher.ts';
import { withoutGroup } from './heading.ts';
import { Header } from './header.tsx';
import { KeyButton } from './key-button.tsx';
import { Live } from './live.ts';
import { LivePanel } from './live-panel.tsx';
import { operationsPlugin } from './operations.tsx';
import { restoreActiveTab } from './restored.ts';
import type { Operation, Setup } from './setup.ts';
import { isNarrow, PlaygroundContext } from './state.ts';
import { Tokens } from './tokens.ts';
import { withFreshKeys } from './variables.ts';

/** The tabs of a first visit: enough to see a message arrive, few enough to see them all. */
const FIRST_TABS = [
  'viewer',
  'inbox-for-staff',
  'thread-page',
  'subscribe-to-messages',
  'send-message',
];

function firstTabs(operations: Operation[]) {
  const chosen = FIRST_TABS.flatMap((name) => operations.filter((o) => o.name === name));
  return chosen.map(({ query, variables }) => ({
    query: withoutGroup(query),
    variables: withFreshKeys(variables),
  }));
}

export function App({ setup }: { setup: Setup }) {
  const made = useMemo(() => {
    const tokens = new Tokens();
    const live = new Live(tokens);
    restoreActiveTab(sessionStorage);
    const fallback = () => setup.cast[0]?.name ?? null;
    const operations = operationsPlugin(setup.operations);
    // On a narrow screen the list would leave no room for the editors; its button opens it.
    if (isNarrow()) sessionStorage.removeItem('graphiql:visiblePlugin');
    return {
      context: { setup, tokens, live },
      fetcher: createFetcher({ tokens, live, fallback }),
      operations,
      plugins: [operations, DOC_EXPLORER_PLUGIN, HISTORY_PLUGIN],
      tabs: firstTabs(setup.operations),
    };
  }, [setup]);
  const wide = !isNarrow();
  return (
    <PlaygroundContext value={made.context}>
      <GraphiQLProvider
        fetcher={made.fetcher}
        plugins={made.plugins}
        referencePlugin={DOC_EXPLORER_PLUGIN}
        {...(wide && { visiblePlugin: made.operations })}
        defaultTabs={made.tabs}
        // SECURITY: what was asked may hold what people wrote; it goes when the browser's tab is closed.
        storage={sessionStorage}
        shouldPersistHeaders={false}
        schemaDescription
      >
        <HistoryStore>
          <DocExplorerStore>
            <div className="playground">
              <Header />
              <div className="playground-editors">
                <GraphiQLInterface
                  isHeadersEditorEnabled={false}
                  showPersistHeadersSettings={false}
                  defaultEditorToolsVisibility="variables"
                >
                  <GraphiQL.Logo>{' '}</GraphiQL.Logo>
                  <GraphiQL.Toolbar>
                    {({ prettify, copy }) => (
                      <>
                        <KeyButton />
                        {prettify}
                        {copy}
                      </>
                    )}
                  </GraphiQL.Toolbar>
                </GraphiQLInterface>
              </div>
              <LivePanel />
            </div>
          </DocExplorerStore>
        </HistoryStore>
      </GraphiQLProvider>
    </PlaygroundContext>
  );
}
