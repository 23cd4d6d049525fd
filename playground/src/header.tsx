import { DropdownMenu, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { personOf, withPerson } from './heading.ts';
import type { Person } from './setup.ts';
import { nameOf, usePlayground } from './state.ts';

/** The line above the editors: whom the tab is for, and light or dark. */
export function Header() {
  const { setup } = usePlayground();
  return (
    <header className="graphiql-container header">
      <h1>
        <img src={`${import.meta.env.BASE_URL}icon.svg`} alt="" width="22" height="22" />
        Tidings <small>playground</small>
      </h1>
      {setup.cast.length > 0 ? <PersonPicker cast={setup.cast} /> : <TokenField />}
      <ThemeButton />
    </header>
  );
}

/** Chooses whom the present tab is for, and signs in as that person. */
function PersonPicker({ cast }: { cast: Person[] }) {
  const { tokens } = usePlayground();
  const { introspect } = useGraphiQLActions();
  const editor = useGraphiQL((state) => state.queryEditor);
  const query = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.query ?? '');
  const person = personOf(query) ?? cast[0]?.name ?? null;
  const about = cast.find(({ name }) => name === person)?.about;
  const pick = (name: string) => {
    editor?.setValue(withPerson(editor.getValue(), name));
    // Signed in at once, so that a refusal shows now; the schema is asked for if it could not be before.
    tokens.of(name).then(() => introspect(), () => undefined);
  };
  const part = (kind: Person['kind'], title: string) => (
    <>
      <p className="menu-title">{title}</p>
      {cast
        .filter((member) => member.kind === kind)
        .map((member) => (
          <DropdownMenu.Item
            key={member.name}
            className={member.name === person ? 'person chosen' : 'person'}
            data-person={member.name}
            onSelect={() => pick(member.name)}
          >
            <Face name={member.displayName} />
            <b>{member.displayName}</b>
            <span>{member.about}</span>
            <code>{member.name}</code>
          </DropdownMenu.Item>
        ))}
    </>
  );
  return (
    <div className="picker">
      <span className="picker-label">This tab asks as</span>
      <DropdownMenu>
        <DropdownMenu.Button className="picker-button" aria-label="Choose whom this tab asks as">
          <Face name={nameOf(cast, person)} />
          <b data-testid="person">{nameOf(cast, person)}</b>
          {about && <span className="picker-about">{about}</span>}
          <span aria-hidden="true">▾</span>
        </DropdownMenu.Button>
        <DropdownMenu.Content className="people" align="start">
          {part('staff', 'Staff')}
          {part('client', 'Clients and families')}
        </DropdownMenu.Content>
      </DropdownMenu>
    </div>
  );
}

/** Two letters in place of a picture. */
function Face({ name }: { name: string }) {
  const letters = name
    .split(' ')
    .map((word) => word.charAt(0))
    .join('')
    .slice(0, 2);
  return (
    <span className="face" aria-hidden="true">
      {letters}
    </span>
  );
}

/** Where there is no cast to sign in as: a token from the identity provider. */
function TokenField() {
  const { tokens } = usePlayground();
  const { introspect } = useGraphiQLActions();
  return (
    <label className="picker">
      <span className="picker-label">Token</span>
      <input
        type="password"
        autoComplete="off"
        placeholder="from your identity provider"
        defaultValue={tokens.typed}
        onBlur={(event) => {
          tokens.typed = event.currentTarget.value;
          void introspect();
        }}
      />
    </label>
  );
}

function ThemeButton() {
  const { setTheme } = useGraphiQLActions();
  const chosen = useGraphiQL((state) => state.theme);
  const dark = chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  return (
    <button
      type="button"
      className="theme-button"
      aria-label={dark ? 'Change to the light theme' : 'Change to the dark theme'}
      onClick={() => setTheme(dark ? 'light' : 'dark')}
    >
      {dark ? '☀' : '☾'}
    </button>
  );
}
