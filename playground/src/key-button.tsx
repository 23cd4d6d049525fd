import { ToolbarButton, useGraphiQL } from '@graphiql/react';
import { hasKey, withFreshKeys } from './variables.ts';

/** Makes the next run of a mutation a new write instead of a repetition of the last one. */
export function KeyButton() {
  const editor = useGraphiQL((state) => state.variableEditor);
  const variables = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.variables ?? '');
  if (!editor || !hasKey(variables)) return null;
  return (
    <ToolbarButton
      label="New idempotency key: the next run is a new write"
      onClick={() => editor.setValue(withFreshKeys(editor.getValue()))}
    >
      <svg className="graphiql-toolbar-icon" viewBox="0 0 16 16" fill="none" aria-hidden="true">
        <circle cx="5" cy="11" r="3.2" stroke="currentColor" strokeWidth="1.5" />
        <path d="M7.4 8.6 13.5 2.5M11 5l2 2" stroke="currentColor" strokeWidth="1.5" />
      </svg>
    </ToolbarButton>
  );
}
