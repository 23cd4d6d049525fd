import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './style.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { loadSetup } from './setup.ts';

const root = createRoot(document.getElementById('root') as HTMLElement);
try {
  root.render(<App setup={await loadSetup()} />);
} catch (error) {
  root.render(<p className="loading">The playground cannot start: {String(error)}</p>);
}
