import type { GraphiQLPlugin } from '@graphiql/react';
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { aboutOf, groupOf, personOf, withoutGroup } from './heading.ts';
import type { Operation } from './setup.ts';
import { isNarrow, nameOf, usePlayground } from './state.ts';
import { withFreshKeys } from './variables.ts';

/** The order of the groups that the operations name; others follow. */
const GROUPS = ['Start here', 'Inbox and threads', 'Messages', 'Live', 'People'];

function grouped(operations: Operation[]): [string, Operation[]][] {
  const groups = new Map<string, Operation[]>(GROUPS.map((name) => [name, []]));
  for (const operation of operations) {
    const name = groupOf(operation.query);
    const query = withoutGroup(operation.query);
    groups.set(name, [...(groups.get(name) ?? []), { ...operation, query }]);
  }
  return [...groups].filter(([, members]) => members.length > 0);
}

/** `inbox-for-staff` as a reader's text. */
function titleOf(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function Icon() {
  return (
    <svg viewBox="0 0 20 20" fill="none" aria-hidden="true">
      <path
        d="M3 4h3M3 10h3M3 16h3M9 4h8M9 10h8M9 16h8"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
      />
    </svg>
  );
}

/** The list of the operations to start from. */
export function operationsPlugin(operations: Operation[]): GraphiQLPlugin {
  const groups = grouped(operations);
  return {
    title: 'Operations',
    icon: Icon,
    content: () => <Operations groups={groups} />,
  };
}

function Operations({ groups }: { groups: [string, Operation[]][] }) {
  const { setup } = usePlayground();
  const { addTab, changeTab, setVisiblePlugin } = useGraphiQLActions();
  const tabs = useGraphiQL((state) => state.tabs);
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const open = ({ query, variables }: Operation) => {
    if (isNarrow()) setVisiblePlugin(null);
    const there = tabs.findIndex((tab) => tab.query === query);
    if (there >= 0) return changeTab(there);
    addTab();
    queryEditor?.setValue(query);
    variableEditor?.setValue(withFreshKeys(variables));
  };
  return (
    <section className="operations" aria-label="Operations">
      <h2>Operations</h2>
      <p>Each opens in a tab of its own, filled in and ready to run.</p>
      {groups.map(([group, members]) => (
        <div key={group} role="group" aria-label={group}>
          <h3>{group}</h3>
          <ul>
            {members.map((operation) => (
              <li key={operation.name}>
                <button type="button" data-operation={operation.name} onClick={() => open(operation)}>
                  <b>{titleOf(operation.name)}</b>
                  {setup.cast.length > 0 && (
                    <i>as {nameOf(setup.cast, personOf(operation.query))}</i>
                  )}
                  <span>{aboutOf(operation.query)}</span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}
