/**
 * Lets a reloaded page go on in the tab in which it was. GraphiQL looks for that tab by the texts of its
 * editors, which it keeps beside the tabs and only as somebody types: those of a tab that was merely chosen it
 * does not find, and opens one without variables.
 */
export function restoreActiveTab(storage: Storage): void {
  const tab = activeTab(storage.getItem('graphiql:tabState'));
  if (!tab) return;
  for (const [name, text] of Object.entries(tab)) {
    if (text) storage.setItem(`graphiql:${name}`, text);
    else storage.removeItem(`graphiql:${name}`);
  }
}

function activeTab(kept: string | null): { query: string; variables: string } | undefined {
  try {
    const { tabs, activeTabIndex } = JSON.parse(kept ?? '{}');
    const { query, variables } = tabs[activeTabIndex];
    return { query, variables };
  } catch {
    // Nothing is kept, or nothing that GraphiQL would take.
    return undefined;
  }
}
